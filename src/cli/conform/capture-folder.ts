import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder } from "../../server/make-folder.js";
import { usageError } from "../command-error.js";

/** Of one case that runs again and again: the first ones show what the others do. */
const FILES_PER_CASE_MAX = 8;

/** Where `--trace` puts a pcapng file for each case: `<id>.pcapng`, then `<id>.2.pcapng` for its next run. */
export class CaptureFolder {
  readonly #filesOf = new Map<string, number>();
  #written = 0;
  #problem: string | undefined;

  private constructor(
    private readonly folder: string,
    private readonly cwd: string,
  ) {}

  /** @throws CommandError when it cannot be made */
  static async open(folder: string, cwd: string): Promise<CaptureFolder> {
    await makeFolder(resolve(cwd, folder)).catch((error: NodeJS.ErrnoException) => {
      throw usageError(`--trace ${folder}: cannot be made (${error.code})`);
    });
    return new CaptureFolder(folder, cwd);
  }

  /** The file's path as the user would write it; `null` when it was not written. */
  async save(caseId: string, pcapng: Buffer): Promise<string | null> {
    const number = (this.#filesOf.get(caseId) ?? 0) + 1;
    if (number > FILES_PER_CASE_MAX) return null;
    this.#filesOf.set(caseId, number);
    const file = join(this.folder, number === 1 ? `${caseId}.pcapng` : `${caseId}.${number}.pcapng`);
    try {
      await writeFile(resolve(this.cwd, file), pcapng);
      this.#written++;
      return file;
    } catch (error) {
      this.#problem ??= `${file} cannot be written (${(error as NodeJS.ErrnoException).code})`;
      return null;
    }
  }

  inWords(): string {
    const files = `${this.#written} capture${this.#written === 1 ? "" : "s"} in ${this.folder}`;
    return this.#problem === undefined ? files : `${files}; ${this.#problem}`;
  }
}
