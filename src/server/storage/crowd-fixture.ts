const GROUP_SIZE_MAX = 100;
/** As many as the groups below name. */
const USERS_FOR_GROUPS_MIN = 8;

/**
 * A fixture in YAML like fixtures/reference.yaml, which it equals with 200, for as many users as wanted: user1, user2 …
 * with the ids 1, 2 … and the password `secret`. Fewer than 8 users have no groups.
 */
export function crowdFixture(userCount: number): string {
  return `password: secret
departments:
  - HQ
  - { name: Engineering, parent: HQ }
  - { name: Sales, parent: HQ }
  - { name: Support, parent: Sales }
users:
  - name: user{1..${userCount}}
    nick: Nick{n}
    department: [Engineering, Sales, Support, HQ]
    sex: [female, male]
    phone: 138{n}
    email: user{n}@example.com
    domain: domain{n}
    sign_info: sign {n}
${userCount < USERS_FOR_GROUPS_MIN ? "" : groups(userCount)}`;
}

function groups(userCount: number): string {
  return `groups:
  - { name: group one, creator: user1, members: "user{1..5}" }
  - { name: group two, creator: user2, members: [user2, "user{4..8}"] }
  - { name: all hands, creator: user1, members: "user{1..${Math.min(userCount, GROUP_SIZE_MAX)}}" }
  - { name: lunch, type: temporary, creator: user3, members: "user{3..6}" }
`;
}
