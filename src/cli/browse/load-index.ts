import { createReadStream, statSync } from "node:fs";
import { resolve } from "node:path";
import { PduIndex } from "../../codec/analysis/pdu-index.js";
import type { PduStore } from "../../codec/analysis/pdu-store.js";
import { skippedText } from "../../codec/capture/capture-event.js";
import { CaptureDecoder, type CaptureOptions, capturePdus } from "../../codec/capture/capture-pdus.js";
import { foreignFormatOf } from "../../codec/capture/foreign-format.js";
import { openInput } from "../../codec/capture/open-input.js";
import { cutPasted, rawStreamCutter } from "../../codec/capture/pasted-pdus.js";
import type { CutSink, PduCutter } from "../../codec/capture/pdu-cutter.js";
import { InputError } from "../../codec/input/input-error.js";
import { readHexText } from "../../codec/input/read-hex-text.js";
import { decodeText, isText } from "../../codec/input/source-text.js";
import { HEADER_SIZE, readCommandId } from "../../codec/pdu-header.js";
import { hasHeaderMarks } from "../../codec/plausible-header.js";
import { directionOfCommand } from "../../codec/record/pdu-direction.js";
import { usageError } from "../command-error.js";

const TEXT_MAX_BYTES = 64 << 20;

export interface LoadOptions {
  readonly cwd: string;
  readonly ports?: ReadonlySet<number>;
  /** Called now and then with what was read of the file so far, and how much there is. */
  readonly onProgress: (readBytes: number, fileBytes: number, rows: number) => void;
  readonly signal: AbortSignal;
}

/** Indexes a capture, a raw stream or a text with bytes in any shape. @throws CommandError */
export async function loadIndex(path: string, store: PduStore, options: LoadOptions): Promise<PduIndex> {
  const file = resolve(options.cwd, path);
  const index = new PduIndex(store);
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) throw usageError(`${path}: is a folder; name a file in it`);
    const source = createReadStream(file, { highWaterMark: 1 << 20, signal: options.signal });
    const { capture, chunks } = await openInput(source);
    const counted = withProgress(chunks, () => options.onProgress(source.bytesRead, stats.size, index.rows));
    const captureOptions = options.ports === undefined ? {} : { ports: options.ports };
    if (capture !== undefined) {
      for await (const events of capturePdus(capture, counted, captureOptions)) {
        for (const event of events) index.take(event);
      }
    } else await indexOther(path, counted, index, captureOptions);
  } catch (error) {
    throw explained(path, error);
  }
  if (index.rows === 0) throw usageError(`${path}: no PDU in it; ttk decode -v ${path} says what it was taken for`);
  return index;
}

async function* withProgress(chunks: AsyncIterable<Buffer>, report: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    report();
  }
}

/** Raw PDUs stream through; a text is read whole. */
async function indexOther(
  path: string,
  chunks: AsyncIterable<Buffer>,
  index: PduIndex,
  captureOptions: CaptureOptions,
): Promise<void> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let stream: PduCutter | undefined;
  for await (const chunk of chunks) {
    if (stream === undefined && held.length === 0 && !isText(chunk)) {
      const foreign = foreignFormatOf(chunk);
      if (foreign !== undefined) throw usageError(`${path}: ${foreign}`);
      stream = rawStreamCutter(hasHeaderMarks(chunk, 0), sinkInto(index));
    }
    if (stream !== undefined) {
      stream.push(chunk);
      continue;
    }
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes > TEXT_MAX_BYTES) throw usageError(`${path}: more than ${TEXT_MAX_BYTES} bytes of text`);
  }
  if (stream !== undefined) stream.end();
  else if (heldBytes === 0) throw usageError(`${path}: is empty`);
  else indexText(decodeText(Buffer.concat(held)), index, captureOptions);
}

function indexText(text: string, index: PduIndex, captureOptions: CaptureOptions): void {
  const { chunks, problems, remark } = readHexText(text);
  if (remark !== undefined) index.remarks.push(remark);
  const packets = new CaptureDecoder((event) => index.take(event), captureOptions);
  let number = 0;
  for (const { bytes, linkType } of chunks) {
    if (linkType !== undefined) packets.onPacket({ number: ++number, linkType, seconds: -1, nanos: 0, bytes });
    else cutPasted(bytes, sinkInto(index));
  }
  packets.end();
  for (const { message } of problems) index.remarks.push(message);
}

function sinkInto(index: PduIndex): CutSink {
  const source = index.addSource();
  return {
    onPdu: (bytes, start, end, offset) => {
      const dir = end - start < HEADER_SIZE ? null : directionOfCommand(readCommandId(bytes, start));
      index.addPdu(source, offset, bytes, start, end, dir !== "s2c");
    },
    onSkipped: (offset, length, reason, bytes, start, end) => {
      index.addSkip(source, offset, Buffer.from(bytes.subarray(start, end)), skippedText(reason, length));
    },
  };
}

function explained(path: string, error: unknown): unknown {
  if (error instanceof InputError) return usageError(`${path}: ${error.message}`);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return usageError(`${path}: no such file`);
  if (code === "EACCES") return usageError(`${path}: permission denied`);
  if (code?.startsWith("Z_")) return usageError(`${path}: the gzip file is broken: ${message}`);
  return error;
}
