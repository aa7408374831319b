import type { ConformanceCase } from "../../scenarios/conformance/conformance-case.js";

/**
 * In which order cases start, when each is to run so many times: round after round. The long waits begin first, so that
 * the run ends with the longest of them; with `random` the rest of a round is shuffled.
 */
export function runOrder(cases: readonly ConformanceCase[], repeat: number, random?: () => number): ConformanceCase[] {
  const rounds = Array.from({ length: repeat }, () => (random === undefined ? cases : shuffled(cases, random)));
  return rounds.flat().sort((a, b) => Number(b.waitsForTimeout) - Number(a.waitsForTimeout));
}

/** Each order is as likely as any other. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}
