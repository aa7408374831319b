import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { loadHtml } from "../../reports/html/load/load-html.js";
import { loadCsv } from "../../reports/load/load-csv.js";
import { loadJson } from "../../reports/load/load-json.js";
import { loadJunit } from "../../reports/load/load-junit.js";
import { loadK6Summary } from "../../reports/load/load-k6-summary.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import type { LoadShard } from "../../runner/load/shard/load-shard.js";
import { pageAssets } from "../report/page-assets.js";
import { type ReportTarget, writeReports } from "../report-files.js";

/** Reports of a finished run. */
export const fileFormats = ["html", "json", "junit", "csv", "k6"] as const;
export type FileFormat = (typeof fileFormats)[number];

/** Those, and what a merge needs of a segment. */
export const loadFormats = [...fileFormats, "shard"] as const;
export type LoadFormat = (typeof loadFormats)[number];

export async function writeLoadReports(
  targets: readonly ReportTarget<LoadFormat>[],
  cwd: string,
  result: LoadResult,
  shard: LoadShard | undefined,
): Promise<void> {
  await writeReports(targets, cwd, {
    html: () => loadHtml(result, pageAssets("load")),
    json: () => loadJson(result),
    junit: () => loadJunit(result),
    csv: () => loadCsv(result),
    k6: () => loadK6Summary(result),
    shard: () => shardJson(shard),
  });
}

export async function writeShard(file: string, cwd: string, shard: LoadShard | undefined): Promise<void> {
  await writeFile(resolve(cwd, file), shardJson(shard));
}

/** A run that ended before the shards' common start has no shard. */
function shardJson(shard: LoadShard | undefined): string {
  return `${JSON.stringify(shard ?? null)}\n`;
}
