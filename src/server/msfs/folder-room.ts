import { stat } from "node:fs/promises";
import { join } from "node:path";
import { entriesOf } from "./folder-entries.js";

/** Looking at every file takes its time; what somebody deletes makes room that much later at the most. */
const COUNT_INTERVAL_MS = 60_000;

/** The folder's files would be more than they may be. */
export class FolderFullError extends Error {
  override readonly name = "FolderFullError";
}

/** How many bytes the files of a folder have, of whomever, and how many they may have. */
export class FolderRoom {
  takenBytes = 0;
  #counting: Promise<void> | undefined;
  #countedMs = Number.NEGATIVE_INFINITY;

  /** @param sizeMaxBytes Infinity = no limit, and nothing is looked at */
  constructor(
    private readonly folder: string,
    private readonly sizeMaxBytes: number,
  ) {}

  /** For bytes that are about to be written. @throws FolderFullError */
  async take(bytes: number): Promise<void> {
    if (this.takenBytes + bytes > this.sizeMaxBytes) await this.#countAgain();
    if (this.takenBytes + bytes > this.sizeMaxBytes) {
      throw new FolderFullError(`all files together may have ${this.sizeMaxBytes} bytes`);
    }
    this.takenBytes += bytes;
  }

  giveBack(bytes: number): void {
    this.takenBytes = Math.max(0, this.takenBytes - bytes);
  }

  /** Looks at what is there. */
  async count(): Promise<void> {
    if (this.sizeMaxBytes !== Number.POSITIVE_INFINITY) this.takenBytes = await sizeBelow(this.folder);
  }

  /** Others may have deleted what they do not need any more. Not oftener than once a minute, however many ask. */
  async #countAgain(): Promise<void> {
    if (this.#counting === undefined && performance.now() - this.#countedMs >= COUNT_INTERVAL_MS) {
      this.#countedMs = performance.now();
      this.#counting = this.count().finally(() => {
        this.#counting = undefined;
      });
    }
    await this.#counting;
  }
}

async function sizeBelow(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sizeBytes += await sizeBelow(path);
    // What is gone meanwhile has no size.
    else if (entry.isFile()) sizeBytes += (await stat(path).catch(() => undefined))?.size ?? 0;
  }
  return sizeBytes;
}
