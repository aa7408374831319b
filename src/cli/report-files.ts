import { open, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { makeFolder } from "../server/make-folder.js";
import { usageError } from "./command-error.js";

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

/** Writes each report in its format. */
export async function writeReports<Format extends string>(
  targets: Targets<Format>,
  cwd: string,
  render: Readonly<Record<Format, () => string>>,
): Promise<void> {
  for (const { format, file } of targets) await writeFile(resolve(cwd, file), render[format]());
}
