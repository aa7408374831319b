import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { loadHtml } from "../../reports/html/load/load-html.js";
import { loadCsv } from "../../reports/load/load-csv.js";
import { loadJson } from "../../reports/load/load-json.js";
import { loadJunit } from "../../reports/load/load-junit.js";
import { loadK6Summary } from "../../reports/load/load-k6-summary.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import type { LoadShard } from "../../runner/load/shard/load-shard.js";
import type { Host } from "../host.js";
import { pageAssets } from "../report/page-assets.js";
import { type ReportTarget, requireWritable, writeReports } from "../report-files.js";

/** Reports of a finished run. */
export const fileFormats = ["html", "json", "junit", "csv", "k6"] as const;
export type FileFormat = (typeof fileFormats)[number];

/** Those, and what a merge needs of a segment. */
export const loadFormats = [...fileFormats, "shard"] as const;
export type LoadFormat = (typeof loadFormats)[number];

type Targets = readonly ReportTarget<LoadFormat>[];

const STDOUT = "-";

/** Whether one of the reports takes the place of the usual one on stdout. */
export function isOnStdout(targets: Targets): boolean {
  return targets.some(({ file }) => file === STDOUT);
}

export async function requireWritableReports(targets: Targets, cwd: string): Promise<void> {
  await requireWritable(
    targets.filter(({ file }) => file !== STDOUT),
    cwd,
  );
}

/** Writes each report to its file; `-` is stdout. Returns what could not be written. */
export async function writeLoadReports(
  targets: Targets,
  host: Host,
  result: LoadResult,
  shard: LoadShard | undefined,
): Promise<readonly string[]> {
  const render = {
    html: () => loadHtml(result, pageAssets("load")),
    json: () => loadJson(result),
    junit: () => loadJunit(result),
    csv: () => loadCsv(result),
    k6: () => loadK6Summary(result),
    shard: () => shardJson(shard),
  };
  const files = targets.filter(({ file }) => file !== STDOUT);
  for (const { format, file } of targets) if (file === STDOUT) host.stdout.write(render[format]());
  return writeReports(files, host.cwd, render);
}

export async function writeShard(file: string, cwd: string, shard: LoadShard | undefined): Promise<void> {
  await writeFile(resolve(cwd, file), shardJson(shard));
}

/** Only of a segment there is one. */
function shardJson(shard: LoadShard | undefined): string {
  return `${JSON.stringify(shard ?? null)}\n`;
}
