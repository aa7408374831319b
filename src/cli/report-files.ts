import { open, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { makeFolder } from "../server/make-folder.js";
import { CommandError, usageError } from "./command-error.js";
import { ExitCode } from "./exit-codes.js";
import { type Host, messageLine } from "./host.js";

/** A file that a report goes to. */
export interface ReportTarget<Format extends string> {
  readonly format: Format;
  readonly file: string;
}

type Targets<Format extends string> = readonly ReportTarget<Format>[];

/** Parses `json=FILE`, which may be given several times, for commander. */
export function reportValues<Format extends string>(formats: readonly Format[]) {
  return (text: string, before: Targets<Format> | undefined): Targets<Format> => {
    const [, name, file] = /^(\w+)=(.+)$/.exec(text) ?? [];
    const format = formats.find((known) => known === name);
    if (format === undefined || file === undefined) {
      throw new InvalidArgumentError(`Expected ${formats.map((known) => `${known}=FILE`).join(" or ")}.`);
    }
    return [...(before ?? []), { format, file }];
  };
}

/** Makes sure before a long run that what it ends in can be written, and leaves no empty file. @throws CommandError */
export async function requireWritable(
  targets: readonly { readonly file: string }[],
  cwd: string,
  option = "--report",
): Promise<void> {
  for (const { file } of targets) {
    try {
      const path = resolve(cwd, file);
      await makeFolder(dirname(path));
      const isNew = await stat(path).then(
        () => false,
        () => true,
      );
      await (await open(path, "a")).close();
      if (isNew) await unlink(path);
    } catch (error) {
      throw usageError(`${option} ${file}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
  }
}

/** Writes what a run has come to. @throws CommandError internal when it cannot be, as on a full disk */
export async function writeResult(option: string, file: string, cwd: string, text: string): Promise<void> {
  await writeFile(resolve(cwd, file), text).catch(({ code }: NodeJS.ErrnoException) => {
    throw new CommandError(ExitCode.internal, `${option} ${file}: cannot be written (${code})`);
  });
}

/** Writes each report in its format. One that cannot be written costs neither the others nor the run: returns what to say of it. */
export async function writeReports<Format extends string>(
  targets: Targets<Format>,
  cwd: string,
  render: Readonly<Record<Format, () => string>>,
): Promise<readonly string[]> {
  const unwritten: string[] = [];
  for (const { format, file } of targets) {
    await writeResult("--report", file, cwd, render[format]()).catch((error: CommandError) => {
      unwritten.push(error.message);
    });
  }
  return unwritten;
}

/** Behind the verdict, whose exit code counts when it is none of success. */
export function tellUnwritten(host: Host, unwritten: readonly string[]): void {
  for (const text of unwritten) host.stderr.write(`${messageLine(text)}\n`);
  if (unwritten.length > 0 && host.exitCode === ExitCode.ok) host.exitCode = ExitCode.internal;
}
