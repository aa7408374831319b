const GROUP_SIZE_MAX = 100;
/** As many as the groups below name. */
const USERS_FOR_GROUPS_MIN = 8;
const MEMBERS_OF_A_GROUP = 20;

export interface CrowdOptions {
  readonly password?: string;
  /** So many beside HQ, in place of the four of fixtures/reference.yaml. */
  readonly departments?: number;
  /** So many of 20 members, in place of the four of fixtures/reference.yaml. */
  readonly groups?: number;
}

/**
 * A fixture in YAML like fixtures/reference.yaml, which it equals with 200, for as many users as wanted: user1, user2 …
 * with the ids 1, 2 … and the password `secret`. Fewer than 8 users have no groups unless asked for.
 */
export function crowdFixture(userCount: number, options: CrowdOptions = {}): string {
  const { password = "secret", departments, groups } = options;
  const named = departments === undefined ? undefined : range(departments, (n) => `Department ${n}`);
  return `password: ${JSON.stringify(password)}
departments:
  - HQ
${named === undefined ? referenceDepartments : named.map((name) => `  - { name: ${name}, parent: HQ }\n`).join("")}users:
  - name: user{1..${userCount}}
    nick: Nick{n}
    department: [${(named ?? ["Engineering", "Sales", "Support"]).concat("HQ").join(", ")}]
    sex: [female, male]
    phone: 138{n}
    email: user{n}@example.com
    domain: domain{n}
    sign_info: sign {n}
${groups === undefined ? referenceGroups(userCount) : manyGroups(groups, userCount)}`;
}

const referenceDepartments = `  - { name: Engineering, parent: HQ }
  - { name: Sales, parent: HQ }
  - { name: Support, parent: Sales }
`;

function referenceGroups(userCount: number): string {
  if (userCount < USERS_FOR_GROUPS_MIN) return "";
  return `groups:
  - { name: group one, creator: user1, members: "user{1..5}" }
  - { name: group two, creator: user2, members: [user2, "user{4..8}"] }
  - { name: all hands, creator: user1, members: "user{1..${Math.min(userCount, GROUP_SIZE_MAX)}}" }
  - { name: lunch, type: temporary, creator: user3, members: "user{3..6}" }
`;
}

/** Dealt out in turn, so that users are in as many groups each as can be. */
function manyGroups(count: number, userCount: number): string {
  if (count === 0) return "";
  const size = Math.min(MEMBERS_OF_A_GROUP, userCount);
  const lines = range(count, (n) => {
    const first = (((n - 1) * size) % (userCount - size + 1)) + 1;
    return `  - { name: group ${n}, creator: user${first}, members: "user{${first}..${first + size - 1}}" }\n`;
  });
  return `groups:\n${lines.join("")}`;
}

function range<T>(count: number, make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}
