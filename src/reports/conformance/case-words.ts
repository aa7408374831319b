import type { CaseResult } from "../../runner/conformance/conformance-result.js";

/** `MSG` for a case about MSG-05: what reports group by. */
function areaOf({ requirements: [first = "?"] }: CaseResult): string {
  return first.split("-")[0] ?? first;
}

/** Cases by area, in the order in which areas come up. */
export function byArea(cases: readonly CaseResult[]): Map<string, CaseResult[]> {
  const areas = new Map<string, CaseResult[]>();
  for (const each of cases) {
    const sameArea = areas.get(areaOf(each));
    if (sameArea === undefined) areas.set(areaOf(each), [each]);
    else sameArea.push(each);
  }
  return areas;
}

/** A SHOULD that fails does not fail the run, unless the run is strict. */
export function isWarning({ verdict, level }: CaseResult, isStrict: boolean): boolean {
  return verdict === "failed" && level === "should" && !isStrict;
}

/** How often a case that passed and failed did either; `undefined` for one that always came to the same. */
export function flakyText({ runs }: CaseResult): string | undefined {
  if (runs === null || runs.passed === 0 || runs.failed === 0) return undefined;
  return `passed in ${runs.passed} of ${runs.total} runs, failed in ${runs.failed}`;
}

export function casesText(count: number): string {
  return count === 1 ? "1 case" : `${count} cases`;
}
