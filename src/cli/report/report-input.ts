import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { readBytesInput } from "../text-input.js";

const SIZE_MAX_BYTES = 512 * 1024 * 1024;

/** A report that was given on the command line. */
export interface ReportInput {
  /** What errors call it. */
  readonly name: string;
  readonly content: unknown;
}

/**
 * Reads a JSON report: a file, or stdin for `-`. A byte order mark is no part of it, and UTF-16 is what `>` of Windows PowerShell writes.
 * @param jsonIn what of the text is the report, where not all of it is
 * @throws CommandError
 */
export async function readReportInput(
  file: string,
  host: Host,
  jsonIn: (text: string) => string = (text) => text,
): Promise<ReportInput> {
  const name = file === "-" ? "stdin" : file;
  const bytes = file === "-" ? await readBytesInput(host, SIZE_MAX_BYTES) : await readBytes(file, host.cwd);
  if (bytes.length > SIZE_MAX_BYTES) throw usageError(`${name}: larger than ${SIZE_MAX_BYTES} bytes`);
  try {
    return { name, content: JSON.parse(jsonIn(textOf(bytes))) };
  } catch (error) {
    throw usageError(`${name}: is not JSON (${(error as Error).message.split("\n")[0]})`);
  }
}

async function readBytes(file: string, cwd: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, file));
  } catch (error) {
    throw usageError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function textOf(bytes: Buffer): string {
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8").decode(bytes);
}
