import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { Seeded } from "../../server/storage/opened-store.js";
import type { FixtureData } from "../../server/storage/seed-data.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { countValue } from "../option-values.js";
import { fillStore, type WhenFilled } from "../seed/fill-store.js";
import { type SeedTarget, seedTarget } from "../seed/seed-target.js";
import { accountsCsv } from "../seed/write-accounts-csv.js";
import { type FixtureText, fixtureText, parseFixture } from "../serve/seed.js";

interface SeedOptions {
  readonly users?: number;
  readonly departments?: number;
  readonly groups?: number;
  readonly password?: string;
  readonly fixture?: string;
  readonly redis?: string;
  readonly append?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

const USERS_MAX = 1_000_000;
const DEPARTMENTS_MAX = 9_000;
const GROUPS_MAX = 100_000;
const DEFAULT_PASSWORD = "secret";

const examples = `
Targets:
  sqlite:PATH                              made when it is not there
  mysql://user:password@host/database      with --redis: a deployment that original servers share
  file:NAME.yaml                           the fixture, for ttk serve --fixture
  file:NAME.csv                            names and passwords, for --accounts of ttk load and ttk conform

Examples:
  $ ttk seed sqlite:chat.db --users 10000
  $ ttk seed sqlite:chat.db file:accounts.csv --fixture company.yaml
  $ ttk seed mysql://root@127.0.0.1/teamtalk --redis redis://127.0.0.1 --fixture company.yaml --append
  $ ttk seed file:company.yaml --users 500 --departments 12 --groups 80

A store that holds users already is left as it is unless --append or --force says what to do.`;

export function seedCommand(host: Host): Command {
  return new Command("seed")
    .description("Make users, departments and groups: in a store, or as files")
    .argument("<target...>", "sqlite:PATH, mysql://…, file:NAME.yaml, file:NAME.csv")
    .addOption(
      new Option("--users <n>", "user1 … userN (200)").argParser(countValue(1, USERS_MAX)).conflicts("fixture"),
    )
    .addOption(
      new Option("--departments <n>", "so many below HQ, in place of the three of the reference fixture")
        .argParser(countValue(0, DEPARTMENTS_MAX))
        .conflicts("fixture"),
    )
    .addOption(
      new Option("--groups <n>", "so many of 20 members, in place of the four of the reference fixture")
        .argParser(countValue(0, GROUPS_MAX))
        .conflicts("fixture"),
    )
    .addOption(new Option("--password <text>", `of every user (${DEFAULT_PASSWORD})`).conflicts("fixture"))
    .option("--fixture <file>", "users, departments and groups, YAML or JSON; - for stdin")
    .option("--redis <url>", "of the deployment: redis://host, redis://host/db, redis://host?unread=1&group_set=2 …")
    .option("--append", "add users, departments and groups whose names are not there yet")
    .addOption(new Option("--force", "delete all that the store holds first").conflicts("append"))
    .option("--json", "what was added, as one line of JSON")
    .addHelpText("after", examples)
    .action((targets: string[], options: SeedOptions) => seed(host, targets, options));
}

async function seed(host: Host, names: readonly string[], options: SeedOptions): Promise<void> {
  const targets = names.map((name) => seedTarget(name, options.redis));
  if (options.redis !== undefined && !names.some((name) => name.startsWith("mysql:"))) {
    throw usageError("--redis goes with a target mysql://…");
  }
  const { departments, groups, password } = options;
  const text = await fixtureText(host, options, {
    ...(departments === undefined ? {} : { departments }),
    ...(groups === undefined ? {} : { groups }),
    ...(password === undefined ? {} : { password }),
  });
  const data = parseFixture(text);
  const whenFilled = options.append ? "append" : options.force ? "force" : "refuse";
  for (const target of targets) {
    const seeded = await make(host, target, { text, data, whenFilled });
    host.stdout.write(options.json ? asJson(target, seeded) : asText(target, seeded, data));
  }
  if (!options.json && host.verbosity !== "quiet") host.stdout.write(`${accountsHint(targets, options)}\n`);
}

interface Made {
  readonly text: FixtureText;
  readonly data: FixtureData;
  readonly whenFilled: WhenFilled;
}

async function make(host: Host, target: SeedTarget, { text, data, whenFilled }: Made): Promise<Seeded> {
  if (target.kind === "store") return fillStore(host, target, data, whenFilled);
  const content = target.kind === "fixture" ? text.text : accountsCsv(data);
  // A file is not overwritten unless told, as a store is not.
  const flag = whenFilled === "force" ? "w" : "wx";
  await writeFile(resolve(host.cwd, target.path), content, { flag }).catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === "EEXIST" ? "is there already; --force overwrites it" : `cannot be written (${error.code})`;
    throw usageError(`file:${target.path}: ${reason}`);
  });
  return { users: data.users.length, departments: data.departments.length, groups: data.groups.length };
}

function shownName(target: SeedTarget): string {
  return target.kind === "store" ? target.shown : `file:${target.path}`;
}

function asJson(target: SeedTarget, seeded: Seeded): string {
  return `${JSON.stringify({ target: shownName(target), added: seeded })}\n`;
}

function asText(target: SeedTarget, { users, departments, groups }: Seeded, data: FixtureData): string {
  if (target.kind === "accounts") return `${shownName(target)}: ${users} accounts\n`;
  const known = data.users.length - users;
  const besides = known === 0 ? "" : `; ${known} users were there already`;
  return `${shownName(target)}: ${users} users, ${departments} departments, ${groups} groups${besides}\n`;
}

/** What to give ttk load and ttk conform. */
function accountsHint(targets: readonly SeedTarget[], { fixture, users, password }: SeedOptions): string {
  const file = targets.find((target) => target.kind === "accounts");
  if (file !== undefined) return `--accounts ${file.path}`;
  if (fixture !== undefined) return "for --accounts give file:accounts.csv as one more target";
  return `--accounts 'user{1..${users ?? 200}}' --password '${(password ?? DEFAULT_PASSWORD).replaceAll("'", "'\\''")}'`;
}
