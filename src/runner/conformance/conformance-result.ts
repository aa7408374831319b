import type { TraceEntry } from "../../client/pdu-trace.js";
import type { CaseRole } from "../../scenarios/conformance/case-role.js";
import type { Level } from "../../scenarios/conformance/conformance-case.js";
import type { Fingerprint } from "./fingerprint-result.js";
import type { Verdict } from "./verdict.js";

/** What became of a case that ran several times. */
export interface RunCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
}

export interface CaseResult {
  readonly id: string;
  readonly requirements: readonly string[];
  readonly level: Level;
  readonly title: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  /** What a failed case expected, and what it got instead. */
  readonly expected: string | null;
  readonly actual: string | null;
  /** Why a case was blocked, skipped or errored; what the baseline says of it. */
  readonly reason: string | null;
  /** What went over the case's connections. Empty for a case that passed, unless all traces are kept. */
  readonly trace: readonly TraceEntry[];
  /** A pcapng file of the same, whole PDUs; `null` when none was kept. */
  readonly capture: string | null;
  /** With `repeat`: how often it passed and failed; the rest was not judged. The verdict is the gravest of all runs. */
  readonly runs: RunCounts | null;
  /** A command line that runs this case alone. */
  readonly rerun: string;
}

/** What a run comes to; the first that applies, in this order. */
export type Outcome = "interrupted" | "errored" | "failed" | "stale-baseline" | "blocked" | "held";

export interface ConformanceSummary extends Record<Verdict, number> {
  readonly total: number;
  /** Failed SHOULDs that do not fail the run; 0 with `strict`. */
  readonly warnings: number;
  /** Cases that passed in one run and failed in another. */
  readonly flaky: number;
  readonly outcome: Outcome;
  readonly durationMs: number;
}

export interface ConformanceTarget {
  readonly role: CaseRole;
  /** `host:port` */
  readonly address: string;
  /** The second msg_server, when one was given. */
  readonly peer: string | null;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly timeScale: number;
  readonly timeoutFactor: number;
  readonly strict: boolean;
  /** How often each case was to run. */
  readonly repeat: number;
  /** What the order of the cases follows from; `null` = they started in the suite's order. */
  readonly shuffleSeed: number | null;
  /** What the cases of the run say of the server's dialect; `null` when nothing looked for it, or not yet. */
  readonly fingerprint: Fingerprint | null;
}

/** What `ttk conform --report json=F` writes; schemas/conformance-report.schema.json describes it. */
export interface ConformanceResult {
  readonly schemaVersion: 1;
  readonly summary: ConformanceSummary;
  readonly target: ConformanceTarget;
  /** In the order of the suite, whatever order they ran in. */
  readonly cases: readonly CaseResult[];
}
