import type { LoadResult } from "../../runner/load/load-result.js";
import { count } from "./quantity.js";

/** A line for each output that has missed something; those to which all went say so in the JSON report. */
export function outputLines({ outputs, metrics }: Pick<LoadResult, "outputs" | "metrics">): string[] {
  const lines = outputs.flatMap(({ output, unit, sent, failed, dropped, firstFailure }) => {
    if (firstFailure === null) return [];
    const lost = [failed > 0 ? `${count(failed)} failed` : "", dropped > 0 ? `${count(dropped)} dropped` : ""];
    const counts = [`${count(sent)} ${unit} sent`, ...lost.filter((text) => text !== "")].join(", ");
    return [`INCOMPLETE   --out ${output}: ${counts} (${firstFailure})`];
  });
  const untagged = metrics.untagged_values;
  const sendsSums = outputs.some(({ unit }) => unit === "batches" || unit === "scrapes");
  if (untagged?.type === "counter" && sendsSums) {
    const values = `${count(untagged.count)} values of own metrics without their tags`;
    lines.push(`INCOMPLETE   --out: ${values}: too many different sets (docs/load.md)`);
  }
  return lines.length > 0 ? [...lines, ""] : [];
}
