import { loginPassword } from "../../codec/password.js";
import type { OpenedStore, Seeded } from "../../server/storage/opened-store.js";
import { passwordMatches } from "../../server/storage/password-hash.js";
import type { FixtureData } from "../../server/storage/seed-data.js";
import { parseSeedFixture } from "../../server/storage/seed-fixture.js";
import { parseStorageUrl, type StorageTarget } from "../../server/storage/storage-url.js";
import type { AccountLists } from "../accounts.js";
import { blockedError, usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { openDurable, storageTarget } from "../serve/open-storage.js";

type MysqlStorage = Extract<StorageTarget, { readonly kind: "mysql" }>;

/** As many as the reference fixture has: enough for every case, and for several at once. */
const USERS = 200;
const LEAVERS = 3;
const MAY_LOG_IN = 0;

/**
 * Puts the users, the department and the groups that the suite needs into a deployment's database, where they are not there
 * yet, and returns the users. Names begin with `ttk-conform`, so that they meet nobody else's; nothing that is there is
 * changed, and a second run adds nothing.
 * @throws CommandError usage for what is no MySQL database, blocked for one that cannot be used
 */
export async function provision(
  host: Host,
  { url, redis, password }: { readonly url: string; readonly redis?: string | undefined; readonly password: string },
): Promise<AccountLists> {
  const target = mysqlTarget(url, redis);
  const data = parseSeedFixture(suiteFixture(password), "the suite's users");
  if (redis === undefined) await refuseWithoutRedis(target);
  const store = await openDurable(host, target, { create: false });
  try {
    const added = await seeded(store, data, target);
    await expectUsable(store, data, target, password);
    if (host.verbosity !== "quiet") host.stderr.write(`${inWords(added, target)}\n`);
  } finally {
    await store.storage.close();
  }
  const accounts = data.users.map(({ name }) => ({ name, password }));
  const mayLogIn = (index: number) => data.users[index]?.status === MAY_LOG_IN;
  return {
    accounts: accounts.filter((_, index) => mayLogIn(index)),
    leavers: accounts.filter((_, index) => !mayLogIn(index)),
  };
}

/** Groups that share members with their neighbours: cases about several groups find users who are in two of them. */
function suiteFixture(password: string): string {
  return `password: ${JSON.stringify(password)}
departments: [ttk conformance]
users:
  - name: ttk-conform{1..${USERS}}
    department: ttk conformance
    sex: [female, male]
    phone: 138{n}
    email: ttk-conform{n}@example.com
    domain: ttkconform{n}
    sign_info: sign {n}
  - name: ttk-conform-left{1..${LEAVERS}}
    department: ttk conformance
    status: 3
groups:
  - { name: ttk conformance 1, creator: ttk-conform1, members: "ttk-conform{1..5}" }
  - { name: ttk conformance 2, creator: ttk-conform2, members: [ttk-conform2, "ttk-conform{4..8}"] }
  - { name: ttk conformance 3, creator: ttk-conform9, members: "ttk-conform{9..16}" }
  - { name: ttk conformance 4, creator: ttk-conform1, members: "ttk-conform{1..100}" }
`;
}

function mysqlTarget(url: string, redis: string | undefined): MysqlStorage {
  // A mistyped URL may hold a password, so it is not shown.
  const wrong = usageError("--provision takes mysql://user:password@host:port/database");
  if (parseStorageUrl(url)?.kind !== "mysql") throw wrong;
  const target = storageTarget({ storage: url, ...(redis === undefined ? {} : { redis }) });
  if (target.kind !== "mysql") throw wrong;
  return target;
}

/** Original servers look for a group's members in Redis: groups that are in tables alone do not exist there. */
async function refuseWithoutRedis({ mysql }: MysqlStorage): Promise<void> {
  const { isMadeByOthers } = await import("../../server/storage/sql/foreign-tables.js");
  const { StorageOpenError } = await import("../../server/storage/storage-open-error.js");
  const isForeign = await isMadeByOthers(mysql).catch((error: unknown) => {
    throw error instanceof StorageOpenError ? blockedError(`--provision: ${error.message}`) : error;
  });
  if (isForeign) {
    throw usageError(
      `--provision ${mysql.shown}: its tables are those of a deployment that keeps counters in Redis: say where by --redis`,
    );
  }
}

async function seeded(store: OpenedStore, data: FixtureData, { mysql }: MysqlStorage): Promise<Seeded> {
  try {
    return await store.seed(data);
  } catch (error) {
    // What a database says of it: a column that is not there, a right that is not given.
    if (!("errno" in (error as object))) throw error;
    throw blockedError(`--provision ${mysql.shown}: users cannot be added: ${(error as Error).message}`);
  }
}

/** Users of that name who were there before may be other ones. */
async function expectUsable(
  { storage }: OpenedStore,
  { users }: FixtureData,
  { mysql }: MysqlStorage,
  password: string,
): Promise<void> {
  const where = `--provision ${mysql.shown}:`;
  for (const { name, status } of users) {
    const stored = await storage.accounts.credentials(name);
    if (stored === undefined) throw blockedError(`${where} ${name} cannot be found in what was written`);
    if (!passwordMatches(loginPassword(password), stored.salt, stored.passwordHash)) {
      throw blockedError(`${where} ${name} was there before, with another password: --password says which`);
    }
    if (stored.user.status !== status) {
      throw blockedError(`${where} ${name} was there before, with status ${stored.user.status} in place of ${status}`);
    }
  }
}

function inWords({ users, groups }: Seeded, { mysql }: MysqlStorage): string {
  if (users + groups === 0) return `${mysql.shown}: the suite's users and groups are there`;
  return `${mysql.shown}: ${users} users and ${groups} groups added for the suite`;
}
