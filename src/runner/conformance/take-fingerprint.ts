import type { CaseResult, ConformanceResult } from "./conformance-result.js";
import { type Fingerprint, fingerprintOf, type Telltale } from "./fingerprint.js";
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
/** Those that load the server need more of the suite's patience than others, and a server of their own. */
const HEAVY_PATIENCE = 2.5;

/**
 * Runs the cases that tell servers apart, and no other: the light ones all at once, then the heavy ones by themselves.
 * @throws ListenError, SelectionError when no telltale shows at such a server
 */
export async function takeFingerprint(
  telltales: readonly Telltale[],
  options: FingerprintOptions,
): Promise<TakenFingerprint> {
  const { role = "msg" } = options;
  const light = await run(
    telltales.filter(({ isHeavy }) => !isHeavy),
    options,
    LIGHT_JOBS,
    1,
  );
  const heavy = await run(
    telltales.filter(({ isHeavy }) => isHeavy),
    options,
    1,
    HEAVY_PATIENCE,
  );
  const found = light ?? heavy;
  if (found === undefined) throw new Error(`no telltale shows at a ${role} server`);
  const cases = [...(light?.cases ?? []), ...(heavy?.cases ?? [])];
  return { fingerprint: fingerprintOf(telltales, role, cases), target: found.target, cases };
}

async function run(
  telltales: readonly Telltale[],
  options: FingerprintOptions,
  jobs: number,
  patience: number,
): Promise<ConformanceResult | undefined> {
  const { role = "msg", peer } = options;
  const cases = telltales.flatMap((telltale) => telltale.cases);
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
