import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type CaptureFormat, captureFormatOf, isGzip, MAGIC_SIZE } from "./detect-format.js";
import { salvagedFromGzip } from "./gzip-salvage.js";

export interface OpenInput {
  /** `undefined` for what is no capture: text, or a raw stream of PDUs. */
  readonly capture: CaptureFormat | undefined;
  readonly isGzip: boolean;
  /** Everything from the first byte on, unpacked. Fails with zlib's error where a gzip file is broken or cut. */
  readonly chunks: AsyncIterable<Buffer>;
}

const unpackedChunkBytes = 65_536;

/** Looks at the beginning of a file or of stdin: unpacks gzip and recognises captures, without reading further. */
export async function openInput(source: AsyncIterable<Buffer>): Promise<OpenInput> {
  const packed = await peeked(source);
  if (!isGzip(packed.head)) return { capture: captureFormatOf(packed.head), isGzip: false, chunks: packed.chunks };
  const unpacked = await peeked(gunzipped(packed.chunks));
  return { capture: captureFormatOf(unpacked.head), isGzip: true, chunks: unpacked.chunks };
}

async function peeked(source: AsyncIterable<Buffer>): Promise<{ head: Buffer; chunks: AsyncIterable<Buffer> }> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < MAGIC_SIZE) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return { head, chunks: continued(head, iterator) };
}

async function* continued(head: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/** Fails as zlib does, but only behind everything that can be unpacked of a small file. */
async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: unpackedChunkBytes });
  const small = new SmallFile();
  const feeding = pipeline(small.passing(packed), gunzip);
  // The reading loop below meets the same error.
  feeding.catch(() => {});
  let unpackedBytes = 0;
  try {
    for await (const chunk of gunzip) {
      unpackedBytes += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  } catch (error) {
    const rest = salvagedFromGzip(small.bytes()).subarray(unpackedBytes);
    if (rest.length > 0) yield rest;
    throw error;
  }
}

const smallFileBytesMax = 1 << 20;

/** Keeps what passes, while that is little. */
class SmallFile {
  #chunks: Buffer[] = [];
  #length = 0;

  async *passing(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#length += chunk.length;
      if (this.#length <= smallFileBytesMax) this.#chunks.push(chunk);
      else this.#chunks = [];
      yield chunk;
    }
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
