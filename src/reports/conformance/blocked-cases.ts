import type { CaseResult } from "../../runner/conformance/conformance-result.js";
import { casesText } from "./case-words.js";

/** What kept most of a run's cases from being judged. */
export interface MostBlocked {
  /** How many they are. */
  readonly text: string;
  readonly reason: string;
}

/** A wrong port, a password: `undefined` when most cases could be judged, and for a single one, which says it itself. */
export function mostBlocked(cases: readonly CaseResult[]): MostBlocked | undefined {
  const [reason, alike] = groupsOf(cases, blockedReasonOf).find(([, { length }]) => 2 * length > cases.length) ?? [];
  if (reason === undefined || alike === undefined || cases.length === 1) return undefined;
  const left = cases.filter(({ verdict }) => verdict !== "skipped").length - alike.length;
  const text =
    left === 0 ? "nothing could be judged" : `${alike.length} of ${casesText(cases.length)} could not be judged`;
  return { text, reason };
}

/** What stops one case often stops a hundred: each reason is given once. */
export function groupsOf(
  cases: readonly CaseResult[],
  reasonOf: (each: CaseResult) => string | undefined,
): Array<[reason: string, alike: CaseResult[]]> {
  const groups = new Map<string, CaseResult[]>();
  for (const each of cases) {
    const reason = reasonOf(each);
    if (reason === undefined) continue;
    const alike = groups.get(reason) ?? [];
    alike.push(each);
    groups.set(reason, alike);
  }
  return [...groups];
}

export function blockedReasonOf({ verdict, reason }: CaseResult): string | undefined {
  return verdict === "blocked" ? (reason ?? "the reason is unknown") : undefined;
}
