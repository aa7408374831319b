import type { CaseResult } from "../../runner/conformance/conformance-result.js";

/** A row of the list of what did not pass: a case with its evidence, or all cases that are blocked for one reason. */
export type Finding =
  | { readonly kind: "case"; readonly result: CaseResult }
  | { readonly kind: "blocked"; readonly reason: string; readonly ids: readonly string[] };

const evidenced: ReadonlySet<string> = new Set(["failed", "errored", "unexpected-pass"]);

/** In the order in which they came up, blocked ones at the end: what blocks one case often blocks a hundred. */
export class ConformFindings {
  readonly #cases = new Map<string, CaseResult>();
  readonly #blocked = new Map<string, string[]>();
  #rows: readonly Finding[] = [];

  get rows(): readonly Finding[] {
    return this.#rows;
  }

  take(result: CaseResult): void {
    if (evidenced.has(result.verdict)) this.#cases.set(result.id, result);
    else if (result.verdict === "blocked") this.#block(result);
    else return;
    this.#rows = [
      ...[...this.#cases.values()].map((each): Finding => ({ kind: "case", result: each })),
      ...[...this.#blocked].map(([reason, ids]): Finding => ({ kind: "blocked", reason, ids })),
    ];
  }

  #block({ id, reason }: CaseResult): void {
    const why = reason ?? "the reason is unknown";
    const ids = this.#blocked.get(why) ?? [];
    if (!ids.includes(id)) ids.push(id);
    this.#blocked.set(why, ids);
  }
}

/** What went wrong, in one line. */
export function reasonOf(finding: Finding): string {
  if (finding.kind === "blocked") return finding.reason;
  const { verdict, expected, actual, reason, title } = finding.result;
  if (verdict === "unexpected-pass") return "passed, and the baseline expects it to fail";
  const text = actual === null ? (reason ?? title) : expected === null ? actual : `${actual}; expected ${expected}`;
  return text.split("\n")[0] ?? "";
}
