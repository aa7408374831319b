import type { ConformanceCase } from "../../scenarios/conformance/conformance-case.js";
import type { Telltale } from "../../scenarios/conformance/telltales.js";
import type { CaseResult, ConformanceResult } from "./conformance-result.js";
import { failures, fingerprintOf } from "./fingerprint.js";
import type { Fingerprint } from "./fingerprint-result.js";
import { type ConformanceOptions, runConformance } from "./run-conformance.js";
import { selectCases } from "./select-cases.js";

export type FingerprintOptions = Omit<
  ConformanceOptions,
  "cases" | "telltales" | "jobs" | "timeScale" | "strict" | "keepsAllTraces" | "rerun"
>;

/** What was found, and the run that found it. */
export interface TakenFingerprint {
  readonly fingerprint: Fingerprint;
  readonly target: ConformanceResult["target"];
  readonly cases: readonly CaseResult[];
}

/** Most cases only wait for something that does not come. */
const LIGHT_JOBS = 32;
/** An answer that comes late is no deviation: what fails in a hurry is judged again with that much more of the patience. */
const PATIENCE = 2.5;

/**
 * Runs the cases that tell servers apart, and no other: the light ones all at once and in a hurry, those that failed again
 * with patience, and the heavy ones by themselves.
 * @throws ListenError, SelectionError when no telltale shows at such a server
 */
export async function takeFingerprint(
  telltales: readonly Telltale[],
  options: FingerprintOptions,
): Promise<TakenFingerprint> {
  const { role = "msg" } = options;
  const light = telltales.filter(({ isHeavy }) => !isHeavy);
  const hurried = await run(casesOf(light.filter(({ isByChance }) => !isByChance)), options, LIGHT_JOBS, 1);
  const hasFailed = new Set(hurried?.cases.filter(({ verdict }) => failures.has(verdict)).map(({ id }) => id));
  // What fails by chance is proof enough the first time, and might not show a second time.
  const doubtful = light.flatMap(({ cases, isByChance }) => cases.filter(({ id }) => isByChance || hasFailed.has(id)));
  const patient = await run(doubtful, options, LIGHT_JOBS, PATIENCE);
  const heavy = await run(casesOf(telltales.filter(({ isHeavy }) => isHeavy)), options, 1, PATIENCE);
  const found = hurried ?? patient ?? heavy;
  if (found === undefined) throw new Error(`no telltale shows at a ${role} server`);
  const all = [hurried, patient, heavy].flatMap((result) => result?.cases ?? []);
  const cases = [...new Map(all.map((each) => [each.id, each])).values()];
  return { fingerprint: fingerprintOf(telltales, role, cases), target: found.target, cases };
}

const casesOf = (telltales: readonly Telltale[]) => telltales.flatMap(({ cases }) => cases);

async function run(
  cases: readonly ConformanceCase[],
  options: FingerprintOptions,
  jobs: number,
  patience: number,
): Promise<ConformanceResult | undefined> {
  const { role = "msg", peer } = options;
  const hasSecondServer = peer !== undefined;
  const runnable = cases.filter((each) => each.role === role && (hasSecondServer || !each.needs.secondServer));
  if (runnable.length === 0) return undefined;
  return runConformance({
    ...options,
    cases: selectCases(runnable, { role, hasSecondServer }),
    jobs,
    timeScale: 1,
    timeoutFactor: options.timeoutFactor * patience,
    strict: false,
    keepsAllTraces: false,
    rerun: (id) => `ttk conform show ${id}`,
  });
}
