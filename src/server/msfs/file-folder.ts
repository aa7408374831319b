import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, type ReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "../make-folder.js";
import { entriesOf } from "./folder-entries.js";
import { FolderRoom } from "./folder-room.js";

/** Before every path; files lie in the folder without it, as those of an original msfs do. */
const GROUP = "g0/";
/** Paths are made here and hold nothing of what a client sent but the ending of a name, so no path leads out of the folder. */
const PATH = /^g0\/[0-9a-f]{2}\/[0-9a-f]{32}(\.[a-z0-9]{1,8})?$/;
/** Of an original msfs: two folders' numbers, then time, thread, and the end of the client's name. */
const ORIGINAL_PATH = /^g0\/\d{3}\/\d{3}\/\d{1,20}_\d{1,20}[\w.-]{0,64}$/;
/** What a file is called while it comes, and where it lies then. */
const PART = /^[0-9a-f]{32}(\.[a-z0-9]{1,8})?\.part$/;
const PART_FOLDER = /^[0-9a-f]{2}$/;
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
  readonly #room: FolderRoom;

  /** @param sizeMaxBytes of all files in it, those of others too */
  constructor(
    private readonly folder: string,
    sizeMaxBytes: number,
  ) {
    this.#room = new FolderRoom(folder, sizeMaxBytes);
  }

  /** Looks at what is there already. */
  async open(): Promise<void> {
    await this.#room.count();
  }

  /**
   * Removes what was left of uploads when an msfs was killed: files that nobody has written to since then. Another msfs may be
   * writing to younger ones.
   */
  async removeDeadParts(olderThanUnixMs: number): Promise<void> {
    for (const { name: below } of await entriesOf(this.folder)) {
      if (!PART_FOLDER.test(below)) continue;
      for (const entry of await entriesOf(join(this.folder, below))) {
        if (!entry.isFile() || !PART.test(entry.name)) continue;
        const part = join(this.folder, below, entry.name);
        const found = await stat(part).catch(() => undefined);
        if (found !== undefined && found.mtimeMs < olderThanUnixMs) await rm(part, { force: true });
      }
    }
  }

  /** Keeps what the stream holds; nothing of it when the stream fails. @throws FolderFullError */
  async keep(content: Readable, originalName: string): Promise<{ readonly path: string; readonly sizeBytes: number }> {
    const id = randomUUID().replaceAll("-", "");
    const ending = ENDING.exec(originalName)?.[1]?.toLowerCase();
    const path = `${GROUP}${id.slice(0, 2)}/${id}${ending === undefined ? "" : `.${ending}`}`;
    const target = this.#target(path);
    await makeFolder(join(target, ".."));
    const part = `${target}.part`;
    const room = this.#room;
    let sizeBytes = 0;
    try {
      await pipeline(
        content,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            await room.take(chunk.length);
            sizeBytes += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(part),
      );
      await rename(part, target);
      return { path, sizeBytes };
    } catch (error) {
      await rm(part, { force: true });
      room.giveBack(sizeBytes);
      throw error;
    }
  }

  async forget(path: string, sizeBytes: number): Promise<void> {
    if (!PATH.test(path)) return;
    await rm(this.#target(path), { force: true });
    this.#room.giveBack(sizeBytes);
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
