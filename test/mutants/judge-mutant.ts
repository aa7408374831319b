import type { CaseResult, ConformanceResult } from "../../src/runner/conformance/conformance-result.js";
import { type ConformanceOptions, runConformance } from "../../src/runner/conformance/run-conformance.js";
import { allCases } from "../../src/scenarios/conformance/all-cases.js";
import { type CaseRole, caseRoles } from "../../src/scenarios/conformance/case-role.js";
import type { ConformanceCase } from "../../src/scenarios/conformance/conformance-case.js";
import { seededRandom } from "../../src/scenarios/load/random.js";
import { deviatingIn } from "../../src/server/deviations.js";
import { judgeRole } from "../helpers/judge-role.js";
import { leaver } from "../helpers/leaver.js";
import { startRoleServer } from "../helpers/role-server.js";
import { FaultyWire, type Line } from "./faulty-wire.js";
import type { Mutant } from "./mutant.js";
import { MutatedCluster, type MutatedClusterOptions } from "./mutated-cluster.js";

export interface JudgeOptions extends Omit<MutatedClusterOptions, "timeScale"> {
  /** Every case that does not wait for a time limit, instead of those that are likely to find the fault. */
  readonly isFull: boolean;
  /** Of users and texts that cases draw. */
  readonly seed: number;
  /** Cases at once. */
  readonly jobs: number;
  /** So many accounts of the cluster's are the suite's to use; all 200 unless given. */
  readonly users?: number;
  readonly signal: AbortSignal;
}

export interface MutantVerdict {
  readonly id: string;
  /** Cases that failed, or called a MAY unsupported. None: the mutant survives. */
  readonly killedBy: readonly string[];
  /** Cases that could not judge for it: the fault stands in their way. */
  readonly blocked: readonly string[];
  /** The suite's own faults, with their reasons. There must be none, whatever a server does. */
  readonly errored: readonly string[];
  /** Of each case that ran and did not pass: what it expected and got, or why it was not judged. */
  readonly reasons: readonly string[];
  readonly ran: number;
  readonly durationMs: number;
}

function casesFor({ role = "msg" }: { readonly role?: CaseRole }): readonly ConformanceCase[] {
  return allCases.filter((each) => each.role === role);
}

/** What is left of the server's time limits for cases that wait for them. */
const TIME_SCALE = 0.02;
/** What is left of the suite's patience: a server in the same process answers within milliseconds. */
const TIMEOUT_FACTOR = 0.3;
/** The same for one server by itself. */
const ROLE_TIME_SCALE = 0.05;
const ROLE_TIMEOUT_FACTOR = 0.5;
const USERS = 200;

/** Starts a cluster with the fault of a mutant and lets the suite look for it. */
export async function judgeMutant(mutant: Mutant, options: JudgeOptions): Promise<MutantVerdict> {
  const likely = likelyCases(mutant);
  const others = otherCases(mutant, likely);
  const rounds = options.isFull ? [[...likely, ...others]] : [likely, others];
  if (mutant.role !== undefined) return judgeRoleMutant(mutant, mutant.role, rounds, options);
  return judge(mutant, rounds, options);
}

/** Servers without a fault, with which no case may fail. */
export async function judgeControl(cases: readonly ConformanceCase[], options: JudgeOptions): Promise<MutantVerdict> {
  const allQuick = cases.filter(({ waitsForTimeout }) => !waitsForTimeout);
  const quick = allQuick.filter(({ role }) => role === "msg");
  let found = quick.length === 0 ? noVerdict("none") : await judge(undefined, [quick], options);
  for (const role of caseRoles) {
    const ofRole = role === "msg" ? [] : allQuick.filter((each) => each.role === role);
    if (ofRole.length > 0 && role !== "msg") {
      found = merged(found, await judgeRoleMutant(undefined, role, [ofRole], options));
    }
  }
  return found;
}

/** The same for one server of a role, with wires where the fault is. */
async function judgeRoleMutant(
  mutant: Mutant | undefined,
  role: Exclude<CaseRole, "msg">,
  rounds: readonly (readonly ConformanceCase[])[],
  options: JudgeOptions,
): Promise<MutantVerdict> {
  const startedMs = performance.now();
  let found = noVerdict(mutant?.id ?? "none");
  for (const cases of rounds) {
    if (found.killedBy.length > 0) break;
    // Only what waits for a time limit meets one of a twentieth: elsewhere a busy machine must not reach one by chance.
    const [quick, slow] = [cases.filter((each) => !each.waitsForTimeout), cases.filter((each) => each.waitsForTimeout)];
    found = merged(found, await runRole(mutant, role, quick, 1, options));
    found = merged(found, await runRole(mutant, role, slow, ROLE_TIME_SCALE, options));
  }
  return { ...found, durationMs: Math.round(performance.now() - startedMs) };
}

async function runRole(
  mutant: Mutant | undefined,
  role: Exclude<CaseRole, "msg">,
  cases: readonly ConformanceCase[],
  timeScale: number,
  options: JudgeOptions,
): Promise<MutantVerdict> {
  if (cases.length === 0) return noVerdict("");
  const wires: FaultyWire[] = [];
  const server = await startRoleServer(role, {
    timeScale,
    ...(mutant?.deviation === undefined ? {} : { deviates: deviatingIn([mutant.deviation]) }),
    async via(address, port) {
      const fault = mutant?.ports?.[port]?.();
      if (fault === undefined) return address;
      const wire = await FaultyWire.start(address, fault, new Set<Line>());
      wires.push(wire);
      return wire.address;
    },
  });
  try {
    const result = await judgeRole(role, server.target, {
      ...server.options,
      cases: cases.map((each) => ({ case: each, skippedBy: undefined })),
      jobs: options.jobs,
      timeoutFactor: ROLE_TIMEOUT_FACTOR,
      random: seededRandom(options.seed).next,
      signal: options.signal,
    });
    return verdictOf(result);
  } finally {
    await server.stop();
    for (const wire of wires) await wire.stop();
  }
}

/** Round after round, until a case has failed. */
async function judge(
  mutant: Mutant | undefined,
  rounds: readonly (readonly ConformanceCase[])[],
  options: JudgeOptions,
): Promise<MutantVerdict> {
  const startedMs = performance.now();
  const timeScale = rounds[0]?.some(({ waitsForTimeout }) => waitsForTimeout) ? TIME_SCALE : 1;
  const cluster = await MutatedCluster.start(mutant, { ...options, timeScale });
  try {
    let found = noVerdict(mutant?.id ?? "none");
    for (const cases of rounds) {
      if (found.killedBy.length === 0) found = merged(found, await run(cluster, cases, timeScale, options));
    }
    return { ...found, durationMs: Math.round(performance.now() - startedMs) };
  } finally {
    await cluster.stop();
  }
}

/** Those that cite a requirement that does not hold any more. */
export function likelyCases(mutant: Mutant): readonly ConformanceCase[] {
  return casesFor(mutant).filter(({ requirements }) => mutant.breaks.some((id) => requirements.includes(id)));
}

function otherCases(mutant: Mutant, likely: readonly ConformanceCase[]): readonly ConformanceCase[] {
  return casesFor(mutant).filter((each) => !likely.includes(each) && !each.waitsForTimeout);
}

async function run(
  { msgServers: [target, peer] }: MutatedCluster,
  cases: readonly ConformanceCase[],
  timeScale: number,
  { seed, jobs, users = USERS, signal }: JudgeOptions,
): Promise<MutantVerdict> {
  if (target === undefined || peer === undefined) throw new Error("a mutated cluster has two msg_servers");
  const given: ConformanceOptions = {
    target,
    peer,
    cases: cases.map((each) => ({ case: each, skippedBy: undefined })),
    accounts: Array.from({ length: users }, (_, index) => ({ name: `user${index + 1}`, password: "secret" })),
    leavers: [leaver],
    jobs,
    timeScale,
    timeoutFactor: TIMEOUT_FACTOR,
    strict: true,
    keepsAllTraces: false,
    nowMs: () => Date.now(),
    random: seededRandom(seed).next,
    signal,
    rerun: (id) => id,
  };
  return verdictOf(await runConformance(given));
}

const unremarkable: ReadonlySet<string> = new Set(["passed", "supported", "skipped"]);

function verdictOf({ cases: results }: ConformanceResult): MutantVerdict {
  const idsOf = (...verdicts: string[]) =>
    results.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);
  return {
    id: "",
    killedBy: idsOf("failed", "unsupported"),
    blocked: idsOf("blocked"),
    errored: results.filter(({ verdict }) => verdict === "errored").map(({ id, reason }) => `${id}: ${reason}`),
    reasons: results.filter(({ verdict }) => !unremarkable.has(verdict)).map(inWords),
    ran: results.length,
    durationMs: 0,
  };
}

function inWords({ id, verdict, expected, actual, reason }: CaseResult): string {
  const why = expected === null ? (reason ?? "no reason") : `expected ${expected}; got ${actual ?? "?"}`;
  return `${id} (${verdict}): ${why}`;
}

function noVerdict(id: string): MutantVerdict {
  return { id, killedBy: [], blocked: [], errored: [], reasons: [], ran: 0, durationMs: 0 };
}

function merged(one: MutantVerdict, other: MutantVerdict): MutantVerdict {
  return {
    ...one,
    killedBy: [...one.killedBy, ...other.killedBy],
    blocked: [...one.blocked, ...other.blocked],
    errored: [...one.errored, ...other.errored],
    reasons: [...one.reasons, ...other.reasons],
    ran: one.ran + other.ran,
  };
}
