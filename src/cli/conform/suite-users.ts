import type { Command } from "commander";
import { type CaseRole, named, roleFacts } from "../../scenarios/conformance/case-role.js";
import { type AccountLists, readAccountLists } from "../accounts.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { DEFAULT_ACCOUNTS, DEFAULT_PASSWORD } from "./default-accounts.js";

/** As whom the suite logs in. */
export interface SuiteUserOptions {
  readonly accounts: string;
  readonly password: string;
  readonly provision?: string;
  readonly redis?: string;
}

export function addSuiteUserOptions(command: Command): Command {
  return command
    .option("--accounts <file|pattern>", "YAML, JSON or CSV, or user{1..200}", DEFAULT_ACCOUNTS)
    .option("--password <text>", "of accounts that come without one", DEFAULT_PASSWORD)
    .option(
      "--provision <mysql-url>",
      "put users and groups of the suite's own into the deployment's database, and judge with these",
    )
    .option(
      "--redis <url>",
      "--provision: where the deployment keeps its counters: redis://host?unread=1&group_set=2 …",
    );
}

/** @throws CommandError for options that leave open which users are meant */
export function requireSensibleUsers(role: CaseRole, { provision: url, redis, accounts }: SuiteUserOptions): void {
  if (redis !== undefined && url === undefined) throw usageError("--redis goes with --provision mysql://…");
  if (url === undefined) return;
  if (!roleFacts[role].hasUsers)
    throw usageError(`--provision means nothing to --role ${role}: ${named(role)} has no users`);
  if (accounts !== DEFAULT_ACCOUNTS) throw usageError("--provision makes accounts of its own: leave out --accounts");
}

/** Users that are there already; `undefined` when they are to be made. @throws CommandError */
export async function givenUsers(
  { accounts, password, provision: url }: SuiteUserOptions,
  { cwd }: Host,
): Promise<AccountLists | undefined> {
  return url === undefined ? readAccountLists(accounts, password, cwd) : undefined;
}

/** Makes them in the deployment's database, where they are not there yet. @throws CommandError */
export async function provisionedUsers(
  { provision: url = "", redis, password }: SuiteUserOptions,
  host: Host,
): Promise<AccountLists> {
  const { provision } = await import("./provision.js");
  return provision(host, { url, redis, password });
}
