import { writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { loadK6Summary } from "../../../reports/load/load-k6-summary.js";
import type { LoadResult } from "../../../runner/load/load-result.js";
import { makeFolder } from "../../../server/make-folder.js";
import { type Host, messageLine } from "../../host.js";
import { errorLine } from "./file-line.js";
import type { LoadedFile } from "./load-file.js";
import { isFields } from "./option-reader.js";
import type { ScriptChoice } from "./script-options.js";

/**
 * Calls the file's handleSummary with k6's data, and the result as a second argument; writes what it returns, by file
 * name, `stdout` or `stderr`. False when it has none, or failed, so that the usual summary is wanted.
 */
export async function handleSummary(
  host: Host,
  file: LoadedFile,
  { handleSummary: handle, handleSummaryTimeoutMs }: ScriptChoice,
  result: LoadResult,
): Promise<boolean> {
  if (handle === undefined) return false;
  try {
    const data: unknown = JSON.parse(loadK6Summary(result));
    const outputs = await inTime(async () => handle(data, result), handleSummaryTimeoutMs);
    if (outputs === undefined || outputs === null) return false;
    if (!isFields(outputs)) throw new Error("handleSummary must return an object: {stdout: text, 'file.json': text}");
    for (const [name, content] of Object.entries(outputs)) await write(host, name, content);
    return true;
  } catch (error) {
    host.stderr.write(
      `${messageLine(`${errorLine(error, file.folder, host.cwd, file.name)} (handleSummary; the usual summary follows)`)}\n`,
    );
    return false;
  }
}

async function write(host: Host, name: string, content: unknown): Promise<void> {
  const bytes = content instanceof ArrayBuffer ? Buffer.from(content) : content;
  if (typeof bytes !== "string" && !(bytes instanceof Uint8Array)) {
    throw new Error(`handleSummary: "${name}" must hold a text or bytes`);
  }
  if (name === "stdout") return host.stdout.write(typeof bytes === "string" ? bytes : Buffer.from(bytes));
  if (name === "stderr") return host.stderr.write(typeof bytes === "string" ? bytes : Buffer.from(bytes));
  const path = resolve(host.cwd, name);
  await makeFolder(dirname(path));
  await writeFile(path, bytes);
}

async function inTime<T>(work: () => Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`handleSummary took longer than ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
