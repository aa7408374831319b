import type { Tags } from "../runner/load/metrics/metric-selector.js";
import type { SampleFormat } from "./sample-format.js";

/** k6's default system tags, which have columns of their own. */
const columns = [
  "check",
  "error",
  "error_code",
  "expected_response",
  "group",
  "method",
  "name",
  "proto",
  "scenario",
  "service",
  "status",
  "subproto",
  "tls_version",
  "url",
] as const;
const DECIMALS = 6;

/** The rows of k6's `--out csv`: other tags stand in `extra_tags` as `tag=value&…`, and times are whole unix seconds. */
export const k6CsvRows: SampleFormat = {
  head: `${["metric_name", "timestamp", "metric_value", ...columns, "extra_tags", "metadata"].join(",")}\n`,
  linesOf(metric, value, tags, timeMs) {
    const own = columns.map((column) => cell(tags[column] ?? ""));
    const cells = [cell(metric), Math.floor(timeMs / 1000), value.toFixed(DECIMALS), ...own, cell(extraTags(tags)), ""];
    return `${cells.join(",")}\n`;
  },
};

function extraTags(tags: Tags): string {
  return Object.entries(tags)
    .filter(([tag]) => !(columns as readonly string[]).includes(tag))
    .map(([tag, value]) => `${tag}=${value}`)
    .join("&");
}

/** Quoted as RFC 4180 wants it. */
function cell(text: string): string {
  return /[",\r\n]|^\s/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
