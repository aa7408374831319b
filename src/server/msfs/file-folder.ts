import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, type ReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "../make-folder.js";

/** Before every path; files lie in the folder without it, as those of an original msfs do. */
const GROUP = "g0/";
/** Paths are made here and hold nothing of what a client sent but the ending of a name, so no path leads out of the folder. */
const PATH = /^g0\/[0-9a-f]{2}\/[0-9a-f]{32}(\.[a-z0-9]{1,8})?$/;
/** Of an original msfs: two folders' numbers, then time, thread, and the end of the client's name. */
const ORIGINAL_PATH = /^g0\/\d{3}\/\d{3}\/\d{1,20}_\d{1,20}[\w.-]{0,64}$/;
const ENDING = /\.([A-Za-z0-9]{1,8})$/;

export interface StoredFile {
  readonly sizeBytes: number;
  /** As the file's name ends: `.png`, or nothing. */
  readonly ending: string;
  open(): ReadStream;
}

/**
 * Files by a path that is chosen when they come (MFS-01). What an original msfs has kept in the folder is given out, too, and
 * an original gives out what was kept here.
 */
export class FileFolder {
  constructor(private readonly folder: string) {}

  /** Keeps what the stream holds; nothing of it when the stream fails. */
  async keep(content: Readable, originalName: string): Promise<{ readonly path: string; readonly sizeBytes: number }> {
    const id = randomUUID().replaceAll("-", "");
    const ending = ENDING.exec(originalName)?.[1]?.toLowerCase();
    const path = `${GROUP}${id.slice(0, 2)}/${id}${ending === undefined ? "" : `.${ending}`}`;
    const target = this.#target(path);
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
    if (PATH.test(path)) await rm(this.#target(path), { force: true });
  }

  /** `undefined` for a path that no msfs gives out, or leads to nothing. */
  async find(path: string): Promise<StoredFile | undefined> {
    if (!PATH.test(path) && !ORIGINAL_PATH.test(path)) return undefined;
    const target = this.#target(path);
    const found = await stat(target).catch(() => undefined);
    if (found === undefined || !found.isFile()) return undefined;
    return {
      sizeBytes: found.size,
      ending: ENDING.exec(path)?.[0].toLowerCase() ?? "",
      open: () => createReadStream(target),
    };
  }

  #target(path: string): string {
    return join(this.folder, path.slice(GROUP.length));
  }
}
