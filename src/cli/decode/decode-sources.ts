import { createReadStream, existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { CaptureFormat } from "../../codec/capture/detect-format.js";
import { foreignFormatOf } from "../../codec/capture/foreign-format.js";
import { openInput } from "../../codec/capture/open-input.js";
import type { InputShape } from "../../codec/input/input-shape.js";
import { decodeText, isText } from "../../codec/input/source-text.js";
import { hasHeaderMarks } from "../../codec/plausible-header.js";
import { skippedRecord } from "../../codec/record/pdu-record.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import type { DecodeItem } from "./decode-item.js";
import type { DecodeSettings } from "./decode-settings.js";
import { StreamRecords } from "./stream-records.js";
import { textRecords } from "./text-records.js";
import { withPauses } from "./with-pauses.js";

const TEXT_MAX_BYTES = 64 * 1024 * 1024;
/** Small enough that what one piece of a file decodes to does not outlive a collection of young objects. */
const readChunkBytes = 256 * 1024;
/** When nothing more has come from `tcpdump -w -` for so long, what is there is shown. */
const livePauseMs = 250;

/** Decodes each input in turn: a file, `-` for stdin, or else the argument itself as hex. */
export async function* decodeSources(
  host: Host,
  inputs: readonly string[],
  settings: DecodeSettings,
  shape: InputShape | undefined,
): AsyncGenerator<readonly DecodeItem[]> {
  for (const input of inputs.length === 0 ? ["-"] : inputs) {
    if (input === "-") {
      if (host.stdin.isTTY)
        host.stderr.write("reading from the terminal; end with Ctrl-D (ttk decode --help shows more)\n");
      yield* decodeBytes("stdin", host.stdin, settings, shape, livePauseMs);
    } else if (input !== "" && existsSync(resolve(host.cwd, input))) {
      yield* decodeBytes(input, openFile(resolve(host.cwd, input), input), settings, shape);
    } else {
      yield* decodeArgument(input, settings, shape);
    }
  }
}

/** Inputs as bytes: files, and stdin for `-` or nothing. */
export function* openSources(host: Host, inputs: readonly string[]): Generator<AsyncIterable<Buffer>> {
  for (const input of inputs.length === 0 ? ["-"] : inputs) {
    const path = resolve(host.cwd, input);
    if (input !== "-" && !existsSync(path)) throw usageError(`${input}: no such file`);
    yield input === "-" ? host.stdin : openFile(path, input);
  }
}

function openFile(path: string, name: string): AsyncIterable<Buffer> {
  if (statSync(path).isDirectory()) throw usageError(`${name}: is a folder; name a file in it`);
  return createReadStream(path, { highWaterMark: readChunkBytes });
}

/** What is neither a file nor can be read as bytes was more likely meant as a file. */
async function* decodeArgument(
  text: string,
  settings: DecodeSettings,
  shape: InputShape | undefined,
): AsyncGenerator<readonly DecodeItem[]> {
  const looksLikeBytes = /^[\s\d a-fx,:{}()[\]\\"';<>+/=-]*$/i.test(text) || shape !== undefined;
  if (!looksLikeBytes) throw usageError(`${text}: no such file, and not hex either`);
  yield* textRecords("argument", text, settings, shape);
}

async function* decodeBytes(
  name: string,
  source: AsyncIterable<Buffer>,
  settings: DecodeSettings,
  shape: InputShape | undefined,
  pauseMs?: number,
): AsyncGenerator<readonly DecodeItem[]> {
  try {
    const { capture, chunks } = await openInput(source);
    const paused = capture === undefined || pauseMs === undefined ? chunks : withPauses(chunks, pauseMs);
    if (capture !== undefined) yield* decodeCapture(name, capture, paused, settings);
    else yield* decodeTextOrStream(name, chunks, settings, shape);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EACCES") throw usageError(`${name}: permission denied`);
    if (isZlibError(error)) throw usageError(`${name}: the gzip file is broken: ${message}`);
    throw error;
  }
}

async function* decodeCapture(
  name: string,
  capture: CaptureFormat,
  chunks: AsyncIterable<Buffer>,
  settings: DecodeSettings,
): AsyncGenerator<readonly DecodeItem[]> {
  yield [{ remark: `${name}: a ${capture.kind} capture`, isDetail: true }];
  // Half of what `ttk decode` consists of: pasted bytes do without it.
  const { captureRecords } = await import("./capture-records.js");
  yield* captureRecords(capture, chunks, settings);
}

/** Raw PDUs stream through; text is read whole, for its shape shows only then. */
async function* decodeTextOrStream(
  name: string,
  chunks: AsyncIterable<Buffer>,
  settings: DecodeSettings,
  shape: InputShape | undefined,
): AsyncGenerator<readonly DecodeItem[]> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  let stream: StreamRecords | undefined;
  let broken: Error | undefined;
  const untilBroken = readable(chunks, (error) => {
    broken = error;
  });
  for await (const chunk of untilBroken) {
    if (heldBytes === 0 && shape === undefined && !isText(chunk)) {
      const foreign = foreignFormatOf(chunk);
      if (foreign !== undefined) throw usageError(`${name}: ${foreign}`);
      yield [{ remark: `${name}: raw PDUs`, isDetail: true }];
      stream = new StreamRecords(settings, hasHeaderMarks(chunk, 0));
    }
    if (stream !== undefined) {
      yield stream.push(chunk);
      continue;
    }
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes > TEXT_MAX_BYTES) throw usageError(`${name}: more than ${TEXT_MAX_BYTES} bytes of text`);
  }
  if (stream !== undefined) yield stream.end();
  else if (heldBytes === 0) throw broken ?? usageError(`${name}: is empty`);
  else yield* textRecords(name, decodeText(Buffer.concat(held)), settings, shape);
  if (broken !== undefined) yield [brokenGzip(name, broken, settings)];
}

/** The chunks up to where a gzip file is broken. */
async function* readable(chunks: AsyncIterable<Buffer>, onBroken: (error: Error) => void): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    if (!isZlibError(error)) throw error;
    onBroken(error);
  }
}

function isZlibError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ((error as NodeJS.ErrnoException).code?.startsWith("Z_") ?? false);
}

function brokenGzip(name: string, { message }: Error, settings: DecodeSettings): DecodeItem {
  const origin = { seq: settings.nextSeq(), time: null, conn: null, dir: null, offset: 0 };
  const text = `${name}: the gzip file is broken behind what was read: ${message}; the rest is left out`;
  return { record: skippedRecord(text, origin), bytes: Buffer.alloc(0), pdu: undefined, link: undefined };
}
