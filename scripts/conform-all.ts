/**
 * Judges the reference servers by the conformance suite in every way that they can stand: each role, each storage, one and
 * two msg_servers, both profiles. Prints a matrix.
 */
import { InvalidArgumentError, Option } from "commander";
import { didYouMean } from "../src/codec/did-you-mean.js";
import { type Cell, cellName, cellsOf, everything } from "./conform-all/cells.js";
import { type Judged, judgeCell, problemsOf } from "./conform-all/judge-cell.js";
import { matrixText } from "./conform-all/matrix-text.js";
import { killAll } from "./conform-all/served.js";
import { missingServices, type Services } from "./conform-all/stores.js";
import { scriptCommand, wholeNumber } from "./script-command.js";

const SHOWN_MAX = 10;

const options = scriptCommand(
  "conform:all",
  "Judges the reference servers by the conformance suite in every way that they can stand, and prints a matrix.",
)
  .addOption(among("storage", "these", everything.storages))
  .addOption(among("role", "these", everything.roles))
  .addOption(among("profile", "these; teamtalk is judged with baselines/teamtalk.yaml", everything.profiles))
  .option("--mysql <url>", "databases are made and deleted there", "mysql://root@127.0.0.1:3306")
  .option("--redis <url>", "keys are", "redis://127.0.0.1:6379/9")
  .option("--timeout-factor <n>", "of the suite's patience: 3 on a machine that others use, too", wholeNumber, 1)
  .option("--quick", "without the cases that wait for time limits", false)
  .option("--minutes <n>", "nothing more starts then, and what did not start counts as blocked", wholeNumber, 30)
  .addHelpText(
    "after",
    `
Two msg_servers have two route_servers and two db_proxy_servers around them; one asks its store in its own process.
Exit 0: all held; 1: a case failed, or passed against the baseline; 3: something could not be judged; 130: interrupted.`,
  )
  .parse()
  .opts<{
    storage: readonly (typeof everything.storages)[number][];
    role: readonly (typeof everything.roles)[number][];
    profile: readonly (typeof everything.profiles)[number][];
    mysql: string;
    redis: string;
    timeoutFactor: number;
    quick: boolean;
    minutes: number;
  }>();
const { minutes, timeoutFactor } = options;
const cells = cellsOf({ storages: options.storage, roles: options.role, profiles: options.profile });

let isInterrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    killAll();
  });
}
const services: Services = { mysql: options.mysql, redis: options.redis };
const absent = await missingServices(services);
const endMs = performance.now() + minutes * 60_000;
const outcomes = new Map<Cell, string>();
const count = { held: 0, failed: 0, blocked: 0 };
for (const cell of cells) {
  if (isInterrupted) break;
  const judged =
    obstacleOf(cell) ??
    (await judgeCell(cell, services, { timeoutFactor, isQuick: options.quick }).catch((error: Error) => error.message));
  if (!isInterrupted) note(cell, judged);
}
process.stdout.write(matrixText(outcomes));
console.log(`${count.held} of ${cells.length} held, ${count.failed} failed, ${count.blocked} blocked`);
process.exit(isInterrupted ? 130 : count.failed > 0 ? 1 : count.blocked > 0 ? 3 : 0);

function obstacleOf({ storage }: Cell): string | undefined {
  if (performance.now() > endMs) return `${minutes} minutes are over`;
  return storage === undefined ? undefined : absent[storage];
}

/** @param judged what came of it, or why nothing did */
function note(cell: Cell, judged: Judged | string): void {
  const problems = typeof judged === "string" ? [judged] : problemsOf(judged);
  const outcome = typeof judged === "string" ? "blocked" : problems.length === 0 ? "held" : "failed";
  count[outcome]++;
  const figures =
    typeof judged === "string" ? "" : `, ${judged.cases.length} cases, ${Math.round(judged.durationMs / 1000)} s`;
  process.stderr.write(`${cellName(cell)}: ${outcome}${figures}\n`);
  for (const problem of problems.slice(0, SHOWN_MAX)) process.stderr.write(`    ${problem}\n`);
  if (problems.length > SHOWN_MAX) process.stderr.write(`    and ${problems.length - SHOWN_MAX} more\n`);
  const ofCases =
    typeof judged === "string" ? "" : ` ${judged.cases.length - problems.length} of ${judged.cases.length}`;
  outcomes.set(cell, `${outcome}${ofCases}`);
}

function among(name: string, about: string, known: readonly string[]): Option {
  return new Option(`--${name} <names>`, `${about}, of ${known.join(",")}`).default(known, "all").argParser((text) =>
    text.split(",").map((asked) => {
      const found = known.find((each) => each === asked.trim());
      if (found !== undefined) return found;
      throw new InvalidArgumentError(`There is no "${asked}" among ${known.join(", ")}${didYouMean(asked, known)}`);
    }),
  );
}
