import type { CaseResult } from "../../runner/conformance/conformance-result.js";
import type { Verdict } from "../../runner/conformance/verdict.js";
import type { KnownCase } from "./known-case.js";

/** What bars tell apart. A SHOULD that fails is a warning, unless the run is strict. */
export const bins = ["passed", "failed", "warning", "blocked", "other"] as const;
export type Bin = (typeof bins)[number];

/** The cases of one area of requirements: `MSG`. */
export interface ConformGroup {
  readonly area: string;
  /** Runs of cases that are to come to an end. */
  readonly total: number;
  readonly counts: Record<Bin, number>;
}

export class ConformGroups {
  readonly all: ConformGroup;
  readonly areas: readonly ConformGroup[];

  constructor(
    cases: readonly KnownCase[],
    repeat: number,
    private readonly isStrict: boolean,
  ) {
    const totals = new Map<string, number>();
    for (const each of cases) totals.set(areaOf(each), (totals.get(areaOf(each)) ?? 0) + 1);
    this.areas = [...totals].map(([area, total]) => emptyGroup(area, total * repeat));
    this.all = emptyGroup("all", cases.length * repeat);
  }

  /** `runs`: how many this result stands for; a case that is not run at all ends all of its runs. */
  take(result: CaseResult, runs: number): void {
    const bin = binOf(result.verdict, result.level, this.isStrict);
    const group = this.areas.find(({ area }) => area === areaOf(result));
    if (group !== undefined) group.counts[bin] += runs;
    this.all.counts[bin] += runs;
  }
}

function emptyGroup(area: string, total: number): ConformGroup {
  return { area, total, counts: { passed: 0, failed: 0, warning: 0, blocked: 0, other: 0 } };
}

function areaOf({ requirements: [first = "?"] }: Pick<CaseResult, "requirements">): string {
  return first.split("-")[0] ?? first;
}

const binsOf: Readonly<Record<Verdict, Bin>> = {
  passed: "passed",
  supported: "passed",
  unsupported: "other",
  "expected-failure": "other",
  skipped: "other",
  blocked: "blocked",
  failed: "failed",
  errored: "failed",
  "unexpected-pass": "failed",
};

function binOf(verdict: Verdict, level: CaseResult["level"], isStrict: boolean): Bin {
  return verdict === "failed" && level === "should" && !isStrict ? "warning" : binsOf[verdict];
}
