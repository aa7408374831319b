import { closeSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { blockedError } from "../command-error.js";

const FLUSH_BYTES = 256 * 1024;
const FLUSH_INTERVAL_MS = 250;

/**
 * A file that is written while traffic passes: in large pieces, and at least a few times a second, so that it can be looked
 * at meanwhile. Writes block: a disk that is too slow slows the traffic down instead of filling memory.
 */
export class RecordingFile {
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #fd: number;
  #isOpen = true;
  readonly #timer: NodeJS.Timeout;
  /** Why writing ended early: a full disk. */
  problem: string | undefined;
  bytes = 0;

  /** @throws CommandError */
  constructor(
    readonly path: string,
    cwd: string,
  ) {
    try {
      this.#fd = openSync(resolve(cwd, path), "w");
    } catch (error) {
      throw blockedError(`--record ${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
    this.#timer = setInterval(() => this.#flush(), FLUSH_INTERVAL_MS).unref();
  }

  write(bytes: Buffer): void {
    if (!this.#isOpen) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= FLUSH_BYTES) this.#flush();
  }

  close(): void {
    this.#flush();
    this.#end();
  }

  #flush(): void {
    if (this.#pendingBytes === 0 || !this.#isOpen) return;
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
      this.bytes += bytes.length;
    } catch (error) {
      this.problem = `--record ${this.path}: ends after ${this.bytes} bytes (${(error as NodeJS.ErrnoException).code})`;
      this.#end();
    }
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#timer);
    closeSync(this.#fd);
  }
}
