import { extname } from "node:path";
import { Option } from "commander";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { requireWritable, writeResult } from "../report-files.js";
import type { RunFormat } from "./run-formats.js";

export function outOption(): Option {
  return new Option("--out <file>", "where to write (default: stdout)");
}

export function formatOption(formats: readonly string[]): Option {
  return new Option("--format <name>", "how (default: by the name of --out, else console)").choices([...formats]);
}

export interface OutputOptions {
  readonly out?: string;
  readonly format?: RunFormat;
}

const byExtension: Readonly<Record<string, RunFormat>> = {
  ".html": "html",
  ".htm": "html",
  ".md": "markdown",
  ".xml": "junit",
  ".json": "json",
  ".csv": "csv",
  ".tap": "tap",
  ".txt": "console",
};

/** Renders in the format that was asked for, and writes it. @throws CommandError */
export async function deliverReport(
  host: Host,
  { out, format }: OutputOptions,
  render: (format: RunFormat) => string,
): Promise<void> {
  const chosen = format ?? (out === undefined ? "console" : byExtension[extname(out).toLowerCase()]);
  if (chosen === undefined) throw usageError(`--out ${out}: say the --format, its name does not`);
  const text = render(chosen);
  if (out === undefined) {
    host.stdout.write(text);
    return;
  }
  await requireWritable([{ file: out }], host.cwd, "--out");
  await writeResult("--out", out, host.cwd, text);
  host.stderr.write(`${out}\n`);
}
