import { createReadStream, createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { OutputTarget } from "../../../outputs/open-output.js";
import { usageError } from "../../command-error.js";

/** @throws CommandError for an output that several processes cannot have at once */
export function requireShareable(targets: readonly OutputTarget[]): void {
  if (!targets.some(({ kind }) => kind === "prometheus")) return;
  throw usageError("--out prometheus with --workers: one process alone can be scraped there; use prometheus-rw");
}

/** The same for one of several workers: its samples go to files of its own, beside its shard. */
export function workerTargets(targets: readonly OutputTarget[], shardFile: string): OutputTarget[] {
  return targets.map((target, at) => ("file" in target ? { ...target, file: samplesOf(shardFile, at) } : target));
}

/**
 * Makes of the workers' samples the files that were asked for: one worker's after the other's, each sample with the time
 * and the segment that it has. What heads a file, or a metric, is there once.
 */
export async function joinSamples(
  targets: readonly OutputTarget[],
  shardFiles: readonly string[],
  cwd: string,
): Promise<void> {
  for (const [at, target] of targets.entries()) {
    if (!("file" in target)) continue;
    const lines = Readable.from(linesOf(shardFiles.map((file) => samplesOf(file, at))));
    const file = createWriteStream(resolve(cwd, target.file));
    if (target.file.endsWith(".gz")) await pipeline(lines, createGzip(), file);
    else await pipeline(lines, file);
  }
}

/** Not compressed, whatever the target says. */
function samplesOf(shardFile: string, at: number): string {
  return `${shardFile}.${at}.samples`;
}

async function* linesOf(files: readonly string[]): AsyncGenerator<string> {
  const heads = new Set<string>();
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (isHead(line)) {
        if (heads.has(line)) continue;
        heads.add(line);
      }
      yield `${line}\n`;
    }
  }
}

/** k6's `Metric` line, or the names of the columns. */
function isHead(line: string): boolean {
  return line.startsWith('{"type":"Metric"') || line.startsWith("metric_name,timestamp,");
}
