import { type FileHandle, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { makeFolder } from "../make-folder.js";
import { ORIGINAL_HEADER_BYTES, originalHeader, readOriginalHeader } from "./original-file.js";
import type { AnnouncedFile } from "./transfer-task.js";

/** Ids are UUIDs made here, so nothing of a path fits in (FIL-07). */
const TASK_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An offline file as `….json` has it. */
interface StoredFile extends AnnouncedFile {
  /** Unix ms. */
  readonly announcedMs: number;
  /** Where the bytes begin. */
  readonly contentAt?: number;
}

/**
 * Offline files on disk: `<folder>/<first two digits>/<task id>` holds the bytes behind the header of the original
 * file_server, `….json` what was announced. What is there after a restart is gone on with; so is what an original has
 * completed there, and an original gives out what was completed here.
 */
export class FileStore {
  readonly #files = new Map<string, Pick<StoredFile, "fromUserId" | "sizeBytes" | "announcedMs" | "contentAt">>();
  readonly #sizeBySender = new Map<number, number>();
  /** As announced, whether they have arrived or not: the room is theirs. */
  sizeBytes = 0;

  private constructor(private readonly folder: string) {}

  /** @param nowMs what files count from that do not say when they were announced */
  static async open(folder: string, nowMs: number): Promise<FileStore> {
    const store = new FileStore(folder);
    const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    });
    const known = new Set(names);
    for (const name of names) {
      if (!known.has(`${name}.json`)) await store.#adopt(basename(name));
      const taskId = basename(name, ".json");
      const stored = name.endsWith(".json") ? await store.#read(taskId) : undefined;
      if (stored !== undefined) store.#count(taskId, { ...stored, announcedMs: stored.announcedMs ?? nowMs });
    }
    return store;
  }

  get files(): number {
    return this.#files.size;
  }

  /** Of one user's files, in the same way. */
  sizeBytesOf(fromUserId: number): number {
    return this.#sizeBySender.get(fromUserId) ?? 0;
  }

  /** Keeps what was announced, so that an upload can begin, or go on, at any later time. */
  async announce(taskId: string, announced: AnnouncedFile, announcedMs: number): Promise<void> {
    const path = this.#path(taskId);
    const file: StoredFile = { ...announced, announcedMs, contentAt: ORIGINAL_HEADER_BYTES };
    this.#count(taskId, file);
    await makeFolder(join(path, ".."));
    await writeFile(path, originalHeader({ ...announced, taskId, created: Math.floor(announcedMs / 1000) }));
    await this.#describe(taskId, file);
  }

  /** What was announced and how much of it has arrived; `undefined` for an id that is none or is not known. */
  async find(taskId: string): Promise<{ readonly file: AnnouncedFile; readonly receivedBytes: number } | undefined> {
    const file = await this.#read(taskId);
    if (file === undefined) return undefined;
    const contentBytes = (await sizeOf(this.#path(taskId))) - (file.contentAt ?? 0);
    return { file, receivedBytes: Math.max(0, Math.min(contentBytes, file.sizeBytes)) };
  }

  /** Writes one segment where it belongs. */
  async write(taskId: string, offset: number, bytes: Buffer): Promise<void> {
    const file = await open(this.#path(taskId), "r+");
    const { contentAt = 0 } = this.#files.get(taskId) ?? {};
    try {
      await file.write(bytes, 0, bytes.length, offset + contentAt);
    } finally {
      await file.close();
    }
  }

  /** Reads at most `size` bytes; fewer at the end. */
  async read(taskId: string, offset: number, size: number): Promise<Buffer> {
    const file = await open(this.#path(taskId), "r");
    const { contentAt = 0 } = this.#files.get(taskId) ?? {};
    try {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, offset + contentAt);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async remove(taskId: string): Promise<void> {
    const path = this.#path(taskId);
    const { fromUserId = 0, sizeBytes = 0 } = this.#files.get(taskId) ?? {};
    this.#files.delete(taskId);
    this.#resize(fromUserId, -sizeBytes);
    await Promise.all([rm(path, { force: true }), rm(`${path}.json`, { force: true })]);
  }

  /** Those announced before a time. */
  announcedBefore(unixMs: number): string[] {
    return [...this.#files].filter(([, { announcedMs }]) => announcedMs < unixMs).map(([taskId]) => taskId);
  }

  async #read(taskId: string): Promise<(AnnouncedFile & Partial<StoredFile>) | undefined> {
    if (!TASK_ID.test(taskId)) return undefined;
    try {
      return JSON.parse(await readFile(`${this.#path(taskId)}.json`, "utf8")) as StoredFile;
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Renamed into place: a reader sees all of it or nothing. */
  async #describe(taskId: string, file: StoredFile): Promise<void> {
    const path = this.#path(taskId);
    await writeFile(`${path}.new`, JSON.stringify(file));
    await rename(`${path}.new`, `${path}.json`);
  }

  /** Describes a whole file of an original file_server beside it, and leaves it as it is. */
  async #adopt(taskId: string): Promise<void> {
    if (!TASK_ID.test(taskId)) return;
    const path = this.#path(taskId);
    const original = readOriginalHeader(await headOf(path, ORIGINAL_HEADER_BYTES));
    if (original?.taskId !== taskId) return;
    if ((await sizeOf(path)) !== ORIGINAL_HEADER_BYTES + original.sizeBytes) return;
    const { taskId: _, created, ...announced } = original;
    const file = { ...announced, announcedMs: created * 1000, contentAt: ORIGINAL_HEADER_BYTES };
    await this.#describe(taskId, file);
    this.#count(taskId, file);
  }

  #count(taskId: string, { fromUserId, sizeBytes, announcedMs, contentAt = 0 }: StoredFile): void {
    this.#files.set(taskId, { fromUserId, sizeBytes, announcedMs, contentAt });
    this.#resize(fromUserId, sizeBytes);
  }

  #resize(fromUserId: number, byBytes: number): void {
    this.sizeBytes += byBytes;
    const left = this.sizeBytesOf(fromUserId) + byBytes;
    if (left > 0) this.#sizeBySender.set(fromUserId, left);
    else this.#sizeBySender.delete(fromUserId);
  }

  #path(taskId: string): string {
    if (!TASK_ID.test(taskId)) throw new Error("a task id that was not made here");
    return join(this.folder, taskId.slice(0, 2), taskId);
  }
}

/** Fewer bytes where the file is shorter, or not there. */
async function headOf(path: string, size: number): Promise<Buffer> {
  const head = await fromFile(path, async (file) => {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  });
  return head ?? Buffer.alloc(0);
}

async function sizeOf(path: string): Promise<number> {
  return (await fromFile(path, async (file) => (await file.stat()).size)) ?? 0;
}

/** `undefined` when it is not there. */
async function fromFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  const file = await open(path, "r").catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
