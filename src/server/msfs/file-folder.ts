import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, type ReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "../make-folder.js";

/** Paths are made here and hold nothing of what a client sent but the ending of a name, so no path leads out of the folder. */
const PATH = /^g0\/[0-9a-f]{2}\/[0-9a-f]{32}(\.[a-z0-9]{1,8})?$/;
const ENDING = /\.([A-Za-z0-9]{1,8})$/;

export interface StoredFile {
  readonly sizeBytes: number;
  /** As the file's name ends: `.png`, or nothing. */
  readonly ending: string;
  open(): ReadStream;
}

/** Files by a path that is chosen when they come (MFS-01). */
export class FileFolder {
  constructor(private readonly folder: string) {}

  /** Keeps what the stream holds; nothing of it when the stream fails. */
  async keep(content: Readable, originalName: string): Promise<{ readonly path: string; readonly sizeBytes: number }> {
    const id = randomUUID().replaceAll("-", "");
    const ending = ENDING.exec(originalName)?.[1]?.toLowerCase();
    const path = `g0/${id.slice(0, 2)}/${id}${ending === undefined ? "" : `.${ending}`}`;
    const target = join(this.folder, path);
    await makeFolder(join(target, ".."));
    const part = `${target}.part`;
    try {
      const written = createWriteStream(part);
      await pipeline(content, written);
      await rename(part, target);
      return { path, sizeBytes: written.bytesWritten };
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async forget(path: string): Promise<void> {
    if (PATH.test(path)) await rm(join(this.folder, path), { force: true });
  }

  /** `undefined` for a path that was not given out here, or leads to nothing. */
  async find(path: string): Promise<StoredFile | undefined> {
    if (!PATH.test(path)) return undefined;
    const target = join(this.folder, path);
    const found = await stat(target).catch(() => undefined);
    if (found === undefined || !found.isFile()) return undefined;
    return {
      sizeBytes: found.size,
      ending: /\.[a-z0-9]+$/.exec(path)?.[0] ?? "",
      open: () => createReadStream(target),
    };
  }
}
