import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type { Account } from "../client/account.js";
import { readAccountsCsv } from "./accounts-csv.js";
import { usageError } from "./command-error.js";

/** Whom somebody may log in as, and whom nobody may, though name and password are right (LGN-07). */
export interface AccountLists {
  readonly accounts: readonly Account[];
  readonly leavers: readonly Account[];
}

const RANGE = /\{(\d+)\.\.(\d+)\}/;
const ACCOUNTS_MAX = 1_000_000;

const MAY_LOG_IN = 0;

/** Those of `readAccountLists` who may log in. @throws CommandError */
export async function readAccounts(spec: string, password: string, cwd: string): Promise<readonly Account[]> {
  return (await readAccountLists(spec, password, cwd)).accounts;
}

/**
 * The accounts that `--accounts` names: a pattern such as `user{1..2000}`, all with the same password, or a YAML, JSON or
 * CSV file: `{users: "user{1..200}", password: "secret"}`, `{accounts: [{name, password, status}, …]}`, or what
 * `readAccountsCsv` takes. The status is that of the deployment's table: 0, the default, may log in.
 * @throws CommandError
 */
export async function readAccountLists(spec: string, password: string, cwd: string): Promise<AccountLists> {
  if (RANGE.test(spec)) return allMayLogIn(expandPattern(spec, password));
  const path = resolve(cwd, spec);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw usageError(`accounts ${spec}: cannot be read (${error.code}); give a file, or a pattern as in user{1..100}`);
  });
  try {
    const lists =
      extname(path).toLowerCase() === ".csv"
        ? listsOf(readAccountsCsv(text), password)
        : await fromYaml(text, password);
    if (lists.accounts.length === 0) throw new Error("holds no account");
    refuseRepeats(lists);
    return lists;
  } catch (error) {
    throw usageError(`accounts ${spec}: ${firstLine((error as Error).message)}`);
  }
}

/** A YAML parser's message goes on with the text and a pointer into it. */
function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/:$/, "");
}

/** `user{1..3}` → user1, user2, user3; `u{01..10}` keeps the zeros. */
export function expandPattern(pattern: string, password: string): Account[] {
  const [range, first = "", last = ""] = RANGE.exec(pattern) ?? [];
  if (range === undefined) return [{ name: pattern, password }];
  const count = Number(last) - Number(first) + 1;
  if (count < 1 || count > ACCOUNTS_MAX) {
    throw usageError(`accounts ${pattern}: the range must go upwards and hold at most ${ACCOUNTS_MAX} names`);
  }
  const width = first.startsWith("0") ? first.length : 0;
  return Array.from({ length: count }, (_, index) => {
    const number = String(Number(first) + index).padStart(width, "0");
    return { name: pattern.replace(range, number), password };
  });
}

/** JSON is YAML. */
async function fromYaml(text: string, password: string): Promise<AccountLists> {
  const { parse } = await import("yaml");
  const content: unknown = parse(text);
  if (typeof content !== "object" || content === null) throw new Error("expected an object with users or accounts");
  const { users, accounts, password: common } = content as Record<string, unknown>;
  const fallback = typeof common === "string" ? common : password;
  if (typeof users === "string") return allMayLogIn(expandPattern(users, fallback));
  if (!Array.isArray(accounts)) throw new Error('expected "users" with a pattern or "accounts" with a list');
  return listsOf(accounts, fallback);
}

function listsOf(entries: readonly unknown[], fallback: string): AccountLists {
  const read = entries.map((entry, index) => accountFrom(entry, index, fallback));
  const those = (mayLogIn: boolean) =>
    read.filter(({ status }) => (status === MAY_LOG_IN) === mayLogIn).map(({ account }) => account);
  return { accounts: those(true), leavers: those(false) };
}

/** Whoever stands there twice would be taken for two people. */
function refuseRepeats({ accounts, leavers }: AccountLists): void {
  const names = new Set<string>();
  for (const { name } of [...accounts, ...leavers]) {
    if (names.has(name)) throw new Error(`${name} is there twice`);
    names.add(name);
  }
}

function allMayLogIn(accounts: readonly Account[]): AccountLists {
  return { accounts, leavers: [] };
}

function accountFrom(entry: unknown, index: number, fallback: string): { account: Account; status: number } {
  const { name, password = fallback, status = MAY_LOG_IN } = (entry ?? {}) as Record<string, unknown>;
  if (typeof name !== "string" || name === "") throw new Error(`account ${index + 1} has no name`);
  if (typeof password !== "string") throw new Error(`account ${index + 1} (${name}): the password must be text`);
  if (typeof status !== "number") throw new Error(`account ${index + 1} (${name}): the status must be a number`);
  return { account: { name, password }, status };
}
