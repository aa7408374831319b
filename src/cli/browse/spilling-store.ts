import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryPduStore, type PduStore } from "../../codec/analysis/pdu-store.js";

const MEMORY_MAX_BYTES = 64 << 20;
const WRITE_BYTES = 1 << 20;
const WINDOW_BYTES = 256 << 10;

/** Keeps PDUs in memory as long as they are few, then in a temporary file that nobody else sees. */
export class SpillingStore implements PduStore {
  readonly #memory = new MemoryPduStore();
  #fd: number | undefined;
  /** Bytes in the file, and those that wait to be written to it. */
  #written = 0;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** What was read last: rows are looked at one after the other. */
  #window: Buffer = Buffer.alloc(WINDOW_BYTES);
  #windowAt = 0;
  #windowBytes = 0;

  constructor(
    /** Part of the file's name: no other process of the machine has it. */
    private readonly name: string,
    private readonly memoryMaxBytes = MEMORY_MAX_BYTES,
  ) {}

  append(bytes: Buffer, start: number, end: number): number {
    if (this.#fd === undefined && this.#memory.sizeBytes + end - start <= this.memoryMaxBytes) {
      return this.#memory.append(bytes, start, end);
    }
    this.#fd ??= temporaryFile(this.name);
    const position = this.#memory.sizeBytes + this.#written + this.#pendingBytes;
    this.#pending.push(Buffer.from(bytes.subarray(start, end)));
    this.#pendingBytes += end - start;
    if (this.#pendingBytes >= WRITE_BYTES) this.#flush(this.#fd);
    return position;
  }

  read(position: number, length: number): Buffer {
    if (this.#fd === undefined || position < this.#memory.sizeBytes) return this.#memory.read(position, length);
    this.#flush(this.#fd);
    const at = position - this.#memory.sizeBytes;
    const from = at - this.#windowAt;
    if (from >= 0 && from + length <= this.#windowBytes) return this.#window.subarray(from, from + length);
    if (length > this.#window.length) this.#window = Buffer.alloc(length);
    this.#windowAt = at;
    this.#windowBytes = readSync(this.#fd, this.#window, 0, this.#window.length, at);
    return this.#window.subarray(0, length);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
  }

  #flush(fd: number): void {
    if (this.#pendingBytes === 0) return;
    const bytes = Buffer.concat(this.#pending);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, this.#written + at);
    this.#written += bytes.length;
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

/** Open, and without a name from the start: it is gone with the process, however that ends. */
function temporaryFile(name: string): number {
  const path = join(tmpdir(), `ttk-browse-${name}`);
  const fd = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return fd;
}
