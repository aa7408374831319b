/**
 * Judges the reference servers by the conformance suite in every way that they can stand: each role, each storage, one and
 * two msg_servers, both profiles. Prints a matrix.
 */
import { parseArgs } from "node:util";
import { didYouMean } from "../src/codec/did-you-mean.js";
import { type Cell, cellName, cellsOf, everything } from "./conform-all/cells.js";
import { type Judged, judgeCell, problemsOf } from "./conform-all/judge-cell.js";
import { matrixText } from "./conform-all/matrix-text.js";
import { killAll } from "./conform-all/served.js";
import { missingServices, type Services } from "./conform-all/stores.js";

const SHOWN_MAX = 10;
const MINUTES_MAX = 120;
const TIMEOUT_FACTOR_MAX = 100;

const USAGE = `npm run conform:all -- [options]

  --storage memory,sqlite,mysql+redis,mysql   only these (all)
  --role ${everything.roles.join(",")}   only these (all)
  --profile strict,teamtalk   only these (both); teamtalk is judged with baselines/teamtalk.yaml
  --mysql mysql://root@127.0.0.1:3306   --redis redis://127.0.0.1:6379/9   databases and keys are made and deleted there
  --timeout-factor 1   of the suite's patience: 3 on a machine that others use, too
  --quick   without the cases that wait for time limits
  --minutes 30   nothing more starts then, and what did not start counts as blocked

Two msg_servers have two route_servers and two db_proxy_servers around them; one asks its store in its own process.
Exit 0: all held; 1: a case failed, or passed against the baseline; 3: something could not be judged; 130: interrupted.
`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    storage: { type: "string" },
    role: { type: "string" },
    profile: { type: "string" },
    mysql: { type: "string", default: "mysql://root@127.0.0.1:3306" },
    redis: { type: "string", default: "redis://127.0.0.1:6379/9" },
    "timeout-factor": { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
    minutes: { type: "string", default: "30" },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= MINUTES_MAX)) fail(`--minutes takes a number up to ${MINUTES_MAX}`);
const timeoutFactor = Number(values["timeout-factor"]);
if (!(timeoutFactor > 0 && timeoutFactor <= TIMEOUT_FACTOR_MAX)) {
  fail(`--timeout-factor takes a number up to ${TIMEOUT_FACTOR_MAX}`);
}
const cells = cellsOf({
  storages: among("storage", values.storage, everything.storages),
  roles: among("role", values.role, everything.roles),
  profiles: among("profile", values.profile, everything.profiles),
});

let isInterrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    killAll();
  });
}
const services: Services = { mysql: values.mysql, redis: values.redis };
const absent = await missingServices(services);
const endMs = performance.now() + minutes * 60_000;
const outcomes = new Map<Cell, string>();
const count = { held: 0, failed: 0, blocked: 0 };
for (const cell of cells) {
  if (isInterrupted) break;
  const judged =
    obstacleOf(cell) ??
    (await judgeCell(cell, services, { timeoutFactor, isQuick: values.quick }).catch((error: Error) => error.message));
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

function among<Name extends string>(option: string, text: string | undefined, known: readonly Name[]): readonly Name[] {
  if (text === undefined) return known;
  return text.split(",").map((asked) => {
    const found = known.find((name) => name === asked.trim());
    return found ?? fail(`--${option}: there is no "${asked}" among ${known.join(", ")}${didYouMean(asked, known)}`);
  });
}

function fail(message: string): never {
  process.stderr.write(`conform:all: ${message}\n\n${USAGE}`);
  process.exit(2);
}
