import { Command } from "commander";
import { loadConsole } from "../../reports/load/load-console.js";
import { loadJson } from "../../reports/load/load-json.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { MergeError } from "../../runner/load/shard/merge-error.js";
import { mergeShards } from "../../runner/load/shard/merge-shards.js";
import type { NamedShard } from "../../runner/load/shard/shard-set.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { exitCodeOf } from "../load/load-exit-code.js";
import {
  type FileFormat,
  fileFormats,
  isOnStdout,
  requireWritableReports,
  writeLoadReports,
} from "../load/load-reports.js";
import { readShards } from "../load/shards/read-shard.js";
import { type ReportTarget, reportValues, tellUnwritten } from "../report-files.js";

interface MergeOptions {
  readonly report?: readonly ReportTarget<FileFormat>[];
  readonly json?: boolean;
}

/** `ttk report merge <shard…>`: the run that its shards were together. */
export function mergeCommand(host: Host): Command {
  return new Command("merge")
    .description("put the shards of a load run together: ttk load --segment i/n --report shard=FILE")
    .argument("<shard.json...>", "all shards of one run")
    .option(
      "--report <format=file...>",
      `write reports: ${fileFormats.map((format) => `${format}=FILE`).join(", ")}`,
      reportValues(fileFormats),
    )
    .option("--json", "the report on stdout is JSON")
    .action(async (files: readonly string[], { report = [], json }: MergeOptions) => {
      await requireWritableReports(report, host.cwd);
      const result = mergedOf(await readShards(files, host));
      const unwritten = await writeLoadReports(report, host, result, undefined);
      if (!isOnStdout(report)) host.stdout.write(json ? loadJson(result) : loadConsole(result));
      host.exitCode = exitCodeOf(result);
      tellUnwritten(host, unwritten);
    });
}

function mergedOf(shards: readonly NamedShard[]): LoadResult {
  try {
    return mergeShards(shards);
  } catch (error) {
    if (error instanceof MergeError) throw usageError(error.message);
    throw error;
  }
}
