import { crc32Of } from "./crc32.js";

/**
 * What a load message says about itself, so that whoever receives it can be judged without a table of everything sent.
 * The content is ASCII of 64 different characters: it survives stores that cut at NUL or replace invalid UTF-8 (MSG-05).
 */
export interface MessageToken {
  /** Tells the messages of this run from those of earlier ones. Below 2³⁰. */
  run: number;
  /** The sending device. Below 2²⁴. */
  senderDevice: number;
  /** The user or group it is meant for, as audience.ts numbers them. Below 2²⁴. */
  target: number;
  /** Number of the message in the run, from 1. Below 2³⁶. */
  serial: number;
  /** Row of the message in the table of those in flight. Below 2²⁴. */
  row: number;
  /** When it was meant to be sent, in µs since the run began. Below 2⁴⁸. */
  intendedUs: number;
  /** How long after that it was sent, in µs, as far as 24 bits go: 16 s. */
  lateUs: number;
}

/**
 * `another-run`: an intact message of one. `damaged`: it was a message of this run, but its checksum says that it was
 * changed. `foreign`: none of these.
 */
export type TokenReading = "intact" | "another-run" | "damaged" | "foreign";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_abcdefghijklmnopqrstuvwxyz";
const digitCodes = Buffer.from(DIGITS, "latin1");
const valueOfCode = new Uint8Array(256);
for (let value = 0; value < 64; value++) valueOfCode[digitCodes[value] as number] = value;

const MAGIC = Buffer.from("TTK1", "latin1");
// Field by field: where its six-bit digits begin, the most significant first.
const RUN_AT = 4; // 5 digits
const SENDER_AT = 9; // 4
const TARGET_AT = 13; // 4
const SERIAL_AT = 17; // 6
const ROW_AT = 23; // 4
const INTENDED_AT = 27; // 8
const LATE_AT = 35; // 4
export const LATE_MAX_US = 2 ** 24 - 1;
const FILLER_AT = 39;
const CHECKSUM_DIGITS = 6;

/** More than these are copied faster by a call. */
const COPIED_SINGLY_MAX_BYTES = 128;

/** Bytes that a message needs at least. */
export const TOKEN_SIZE_BYTES = FILLER_AT + CHECKSUM_DIGITS;

/** A buffer for the content of a run's messages: the parts that never change are in it. */
export function contentTemplate(sizeBytes: number, run: number): Buffer {
  if (sizeBytes < TOKEN_SIZE_BYTES) throw new RangeError(`a message needs ${TOKEN_SIZE_BYTES} bytes, not ${sizeBytes}`);
  const content = Buffer.alloc(sizeBytes);
  for (let at = 0; at < content.length; at++) content[at] = digitCodes[(at * 7) & 63] as number;
  MAGIC.copy(content);
  content[RUN_AT] = codeOf(run / FOUR_DIGITS);
  writeFour(content, RUN_AT + 1, run);
  return content;
}

/** Hot: writes the beginning of a template's content into `out`. */
export function copyTemplate(template: Buffer, out: Buffer, at: number, sizeBytes: number): void {
  if (sizeBytes > COPIED_SINGLY_MAX_BYTES) template.copy(out, at, 0, sizeBytes);
  else for (let from = 0; from < sizeBytes; from++) out[at + from] = template[from] as number;
}

/** The same with a text of one's own in place of the filler. */
export function contentWith(text: string, run: number): Buffer {
  const sizeBytes = TOKEN_SIZE_BYTES + Buffer.byteLength(text);
  const content = contentTemplate(sizeBytes, run);
  content.write(text, FILLER_AT);
  return content;
}

/** What stands between token and checksum of the content `bytes[start, end)`: the sender's text, or filler. */
export function textIn(bytes: Buffer, start = 0, end = bytes.length): string {
  return bytes.toString("utf8", start + FILLER_AT, end - CHECKSUM_DIGITS);
}

/**
 * Hot: writes everything of the content `out[start, end)` but what `contentTemplate` has written. Of a number that is not
 * as small as its field wants, what is above is left out.
 */
export function writeToken(out: Buffer, token: MessageToken, start = 0, end = out.length): void {
  const { serial, intendedUs } = token;
  writeFour(out, start + SENDER_AT, token.senderDevice);
  writeFour(out, start + TARGET_AT, token.target);
  const serialHigh = (serial / FOUR_DIGITS) | 0;
  out[start + SERIAL_AT] = codeOf(serialHigh >>> 6);
  out[start + SERIAL_AT + 1] = codeOf(serialHigh);
  writeFour(out, start + SERIAL_AT + 2, serial);
  writeFour(out, start + ROW_AT, token.row);
  writeFour(out, start + INTENDED_AT, intendedUs / FOUR_DIGITS);
  writeFour(out, start + INTENDED_AT + 4, intendedUs);
  writeFour(out, start + LATE_AT, Math.min(token.lateUs, LATE_MAX_US));
  const checksumAt = end - CHECKSUM_DIGITS;
  const checksum = crc32Of(out, start, checksumAt);
  out[checksumAt] = codeOf(checksum >>> 30);
  out[checksumAt + 1] = codeOf(checksum >>> 24);
  writeFour(out, checksumAt + 2, checksum);
}

/** Hot: reads the content `bytes[start, end)` into `token`, whose fields mean something when the message is of this run. */
export function readToken(
  bytes: Buffer,
  run: number,
  token: MessageToken,
  start = 0,
  end = bytes.length,
): TokenReading {
  if (end - start < TOKEN_SIZE_BYTES || !startsWithMagic(bytes, start)) return "foreign";
  token.run = valueAt(bytes, start + RUN_AT) * FOUR_DIGITS + readFour(bytes, start + RUN_AT + 1);
  const isIntact = hasItsChecksum(bytes, start, end);
  if (token.run !== run) return isIntact ? "another-run" : "foreign";
  token.senderDevice = readFour(bytes, start + SENDER_AT);
  token.target = readFour(bytes, start + TARGET_AT);
  const serialHigh = (valueAt(bytes, start + SERIAL_AT) << 6) | valueAt(bytes, start + SERIAL_AT + 1);
  token.serial = serialHigh * FOUR_DIGITS + readFour(bytes, start + SERIAL_AT + 2);
  token.row = readFour(bytes, start + ROW_AT);
  token.intendedUs = readFour(bytes, start + INTENDED_AT) * FOUR_DIGITS + readFour(bytes, start + INTENDED_AT + 4);
  token.lateUs = readFour(bytes, start + LATE_AT);
  return isIntact ? "intact" : "damaged";
}

/** The token as it stands at the beginning of the content: what to look for in a recording. */
export function tokenText(token: MessageToken): string {
  const content = contentTemplate(TOKEN_SIZE_BYTES, token.run);
  writeToken(content, token);
  return content.toString("latin1", 0, FILLER_AT);
}

export function emptyToken(): MessageToken {
  return { run: 0, senderDevice: 0, target: 0, serial: 0, row: 0, intendedUs: 0, lateUs: 0 };
}

/** Hot: whether it looks like a message of a run. */
export function startsWithMagic(bytes: Buffer, start = 0): boolean {
  return (
    bytes[start] === MAGIC[0] &&
    bytes[start + 1] === MAGIC[1] &&
    bytes[start + 2] === MAGIC[2] &&
    bytes[start + 3] === MAGIC[3]
  );
}

/** Compared as digits: a byte outside the alphabet would be read as some number. */
function hasItsChecksum(bytes: Buffer, start: number, end: number): boolean {
  const at = end - CHECKSUM_DIGITS;
  const checksum = crc32Of(bytes, start, at);
  return (
    bytes[at] === codeOf(checksum >>> 30) &&
    bytes[at + 1] === codeOf(checksum >>> 24) &&
    bytes[at + 2] === codeOf(checksum >>> 18) &&
    bytes[at + 3] === codeOf(checksum >>> 12) &&
    bytes[at + 4] === codeOf(checksum >>> 6) &&
    bytes[at + 5] === codeOf(checksum)
  );
}

/** What four digits hold: shifts do for these, and only what is above needs a division. */
const FOUR_DIGITS = 2 ** 24;

/** The code of the last digit of a number. */
function codeOf(value: number): number {
  return digitCodes[value & 63] as number;
}

function valueAt(bytes: Buffer, at: number): number {
  return valueOfCode[bytes[at] as number] as number;
}

/** The last four digits of a number. */
function writeFour(out: Buffer, at: number, value: number): void {
  const low = value & 0xff_ffff;
  out[at] = digitCodes[low >>> 18] as number;
  out[at + 1] = digitCodes[(low >>> 12) & 63] as number;
  out[at + 2] = digitCodes[(low >>> 6) & 63] as number;
  out[at + 3] = digitCodes[low & 63] as number;
}

function readFour(bytes: Buffer, at: number): number {
  return (
    (valueAt(bytes, at) << 18) | (valueAt(bytes, at + 1) << 12) | (valueAt(bytes, at + 2) << 6) | valueAt(bytes, at + 3)
  );
}
