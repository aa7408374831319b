import type { ShownCase, ShownVerdict } from "../../conformance/conformance-page-data.js";
import { looks } from "./verdict-looks.js";

/** Which cases are listed. */
export interface Choice {
  /** All of these must stand in the case's id, title, level or requirements. */
  readonly words: string;
  readonly only: "all" | "findings" | "different" | ShownVerdict;
}

export function matches(each: ShownCase, { words, only }: Choice): boolean {
  return hasVerdict(each, only) && hasWords(each, words);
}

export function hasVerdict({ results }: ShownCase, only: Choice["only"]): boolean {
  if (only === "all") return true;
  const verdicts = results.map((result) => result?.verdict);
  if (only === "different") return new Set(verdicts).size > 1;
  return verdicts.some(
    (verdict) => verdict !== undefined && (only === "findings" ? looks[verdict].isFinding : verdict === only),
  );
}

function hasWords({ id, title, level, requirements }: ShownCase, words: string): boolean {
  const text = [id, title, level, ...requirements].join(" ").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
