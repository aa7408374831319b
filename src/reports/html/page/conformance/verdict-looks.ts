import type { ShownResult, ShownVerdict } from "../../conformance/conformance-page-data.js";

interface Look {
  /** Says it without colour. */
  readonly sign: string;
  readonly word: string;
  readonly tone: "good" | "bad" | "doubt" | "";
  /** Somebody should look at it. */
  readonly isFinding: boolean;
}

/** The gravest first. */
export const looks: Readonly<Record<ShownVerdict, Look>> = {
  errored: { sign: "E", word: "errored", tone: "bad", isFinding: true },
  failed: { sign: "✗", word: "failed", tone: "bad", isFinding: true },
  "unexpected-pass": { sign: "☆", word: "unexpected pass", tone: "doubt", isFinding: true },
  blocked: { sign: "?", word: "blocked", tone: "doubt", isFinding: true },
  warning: { sign: "!", word: "warning", tone: "doubt", isFinding: true },
  "expected-failure": { sign: "≈", word: "expected failure", tone: "", isFinding: false },
  skipped: { sign: "–", word: "skipped", tone: "", isFinding: false },
  unsupported: { sign: "○", word: "unsupported", tone: "", isFinding: false },
  supported: { sign: "●", word: "supported", tone: "good", isFinding: false },
  passed: { sign: "✓", word: "passed", tone: "good", isFinding: false },
};
export const byGravity = Object.keys(looks) as readonly ShownVerdict[];

/** Of several results the one to worry about; undefined when there is none. */
export function gravest(results: readonly (ShownResult | null)[]): ShownVerdict | undefined {
  return byGravity.find((verdict) => results.some((result) => result?.verdict === verdict));
}
