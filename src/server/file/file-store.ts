import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AnnouncedFile } from "./transfer-task.js";

/** Ids are UUIDs made here, so nothing of a path fits in (FIL-07). */
const TASK_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Offline files on disk: `<folder>/<first two digits>/<task id>` holds the bytes, `….json` what was announced. What is there
 * after a restart is gone on with.
 */
export class FileStore {
  constructor(private readonly folder: string) {}

  /** Keeps what was announced, so that an upload can begin, or go on, at any later time. */
  async announce(taskId: string, file: AnnouncedFile): Promise<void> {
    const path = this.#path(taskId);
    await mkdir(join(path, ".."), { recursive: true });
    // Renamed into place: a reader sees all of it or nothing.
    await writeFile(`${path}.new`, JSON.stringify(file));
    await rename(`${path}.new`, `${path}.json`);
  }

  /** What was announced and how much of it has arrived; `undefined` for an id that is none or is not known. */
  async find(taskId: string): Promise<{ readonly file: AnnouncedFile; readonly receivedBytes: number } | undefined> {
    if (!TASK_ID.test(taskId)) return undefined;
    const path = this.#path(taskId);
    try {
      const file = JSON.parse(await readFile(`${path}.json`, "utf8")) as AnnouncedFile;
      return { file, receivedBytes: Math.min(await sizeOf(path), file.sizeBytes) };
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Writes one segment where it belongs. */
  async write(taskId: string, offset: number, bytes: Buffer): Promise<void> {
    const file = await openForWriting(this.#path(taskId));
    try {
      await file.write(bytes, 0, bytes.length, offset);
    } finally {
      await file.close();
    }
  }

  /** Reads at most `size` bytes; fewer at the end. */
  async read(taskId: string, offset: number, size: number): Promise<Buffer> {
    const file = await open(this.#path(taskId), "r");
    try {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async remove(taskId: string): Promise<void> {
    const path = this.#path(taskId);
    await Promise.all([rm(path, { force: true }), rm(`${path}.json`, { force: true })]);
  }

  #path(taskId: string): string {
    if (!TASK_ID.test(taskId)) throw new Error("a task id that was not made here");
    return join(this.folder, taskId.slice(0, 2), taskId);
  }
}

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, "r+");
  } catch (error) {
    if (!isMissing(error)) throw error;
    return open(path, "w");
  }
}

async function sizeOf(path: string): Promise<number> {
  const file = await open(path, "r").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (file === undefined) return 0;
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
