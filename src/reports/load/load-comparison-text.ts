import { type ComparedValue, changeText, comparedPercentiles, type LoadComparison } from "./compare-loads.js";
import { count, duration } from "./quantity.js";

const titles = { p50: "p50", p90: "p90", p99: "p99", p999: "p99.9" } as const;
const NAME_WIDTH = 34;

interface Line {
  readonly metric: string;
  readonly what: string;
  readonly value: ComparedValue;
  readonly text: (value: number) => string;
}

/** For people: a line for each percentile and count that changed, those that became worse marked. */
export function loadComparisonText(comparison: LoadComparison): string {
  const lines = linesOf(comparison).map(({ metric, what, value, text }) => {
    const { before, after, mark } = value;
    const values = `${text(before).padStart(10)} → ${text(after).padEnd(10)} ${signedChange(value).padStart(8)}`;
    return `${metric.padEnd(NAME_WIDTH)} ${what.padEnd(6)} ${values}${mark === "same" ? "" : `  ${mark.toUpperCase()}`}`;
  });
  return [...caution(comparison), ...lines, "", `${verdict(comparison)}\n`].join("\n");
}

/** The same for a pull request. */
export function loadComparisonMarkdown(comparison: LoadComparison): string {
  const rows = linesOf(comparison).map(({ metric, what, value, text }) => {
    const mark = { better: "🟢 better", worse: "🔴 worse", same: "" }[value.mark];
    return `| \`${metric.replaceAll(/[`|\n]/g, "'")}\` | ${what} | ${text(value.before)} | ${text(value.after)} | ${signedChange(value)} | ${mark} |`;
  });
  return [
    `### Load: ${verdict(comparison)}`,
    "",
    ...caution(comparison),
    "| metric | | before | after | change | |",
    "|---|---|---:|---:|---:|---|",
    ...rows,
    "",
  ].join("\n");
}

/**
 * What became worse by more than that share of what it was before, as `msg_ack_duration p99 20 ms → 40 ms`: percentiles and
 * the rate of acks. Of losses and other faults each one more counts, whatever the share.
 */
export function worsenedTexts(comparison: LoadComparison, share: number): string[] {
  const trends = new Set(comparison.trends.map(({ metric }) => metric));
  return linesOf(comparison)
    .filter(({ metric, value: { mark, change, before, after } }) => {
      const isFault = !trends.has(metric) && after > before;
      return mark === "worse" && (isFault || change === null || Math.abs(change) > share);
    })
    .map(({ metric, what, value, text }) => {
      const name = what === "" ? metric : `${metric} ${what}`;
      return `${name} ${text(value.before)} → ${text(value.after)}`;
    });
}

function linesOf({ trends, counts }: LoadComparison): Line[] {
  return [
    ...trends.flatMap(({ metric, percentiles }) =>
      comparedPercentiles.map((name) => ({ metric, what: titles[name], value: percentiles[name], text: duration })),
    ),
    ...counts
      .filter(({ value }) => value.before !== 0 || value.after !== 0)
      .map(({ name, value }) => ({ metric: name, what: "", value, text: count })),
  ];
}

function signedChange(value: ComparedValue): string {
  const text = changeText(value);
  const { change } = value;
  if (text.startsWith("×") || change === null || Math.round(change * 100) === 0) return text;
  return `${change > 0 ? "+" : "-"}${text}`;
}

function caution({ differences }: LoadComparison): string[] {
  return differences.length === 0 ? [] : [`NOT ALIKE: the runs differ in ${differences.join("; ")}`, ""];
}

function verdict({ worse }: LoadComparison): string {
  return worse === 0 ? "nothing became worse" : `${worse} ${worse === 1 ? "value" : "values"} became worse`;
}
