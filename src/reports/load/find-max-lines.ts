import type { FindMaxResult, FindMaxStep } from "../../runner/load/find-max/find-max-result.js";
import { count, seconds } from "./quantity.js";
import { thresholdText } from "./threshold-text.js";

const ends: Readonly<Record<FindMaxResult["endedBy"], string>> = {
  precision: "the search came close enough",
  "max rate": "it held at the highest rate that may be tried: raise --max-rate or add users",
  generator: "the generator was at its own limit, so the servers may bear more",
  "no rate holds": "the condition broke at every rate that was tried",
  stopped: "the search was stopped",
  merge: "ttk report merge judges what all segments measured together",
};

/** A search for the highest rate: a line for each step, then what was found. */
export function findMaxLines(name: string, { ratePerSecond, endedBy, steps }: FindMaxResult): string[] {
  const found = ratePerSecond === null ? "no rate" : `${count(ratePerSecond)}/s`;
  const said = endedBy === "merge" ? "is one segment's part" : `holds at ${found}`;
  return [
    ["rate".padStart(10), "achieved".padStart(10), "time".padStart(8), "", "condition"].join("  ").trimEnd(),
    ...steps.map(stepLine),
    "",
    `MAX          ${name} ${said}: ${ends[endedBy]}`,
  ];
}

function stepLine(step: FindMaxStep): string {
  const { ratePerSecond, achievedPerSecond, durationMs, ok } = step;
  return [
    `${count(ratePerSecond)}/s`.padStart(10),
    `${count(achievedPerSecond)}/s`.padStart(10),
    seconds(durationMs).padStart(8),
    (ok ? "held" : "broke").padEnd(5),
    stepWords(step),
  ].join("  ");
}

/** What a step was judged by, in words: its conditions with what they came to, and what speaks against it besides. */
export function stepWords({ conditions, dropped, lost, doubts }: FindMaxStep): string {
  const said = conditions.map((each) => `${each.metric} ${each.expression} (${thresholdText(each)})`);
  const dropping = dropped > 0 ? [`${count(dropped)} did not happen`] : [];
  const losing = lost > 0 ? [`${count(lost)} lost`] : [];
  return [...said, ...dropping, ...losing, ...doubts].join(", ");
}
