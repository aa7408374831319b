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
// Field by field: offset and number of six-bit digits.
const RUN = { at: 4, digits: 5 } as const;
const SENDER = { at: 9, digits: 4 } as const;
const TARGET = { at: 13, digits: 4 } as const;
const SERIAL = { at: 17, digits: 6 } as const;
const ROW = { at: 23, digits: 4 } as const;
const INTENDED = { at: 27, digits: 8 } as const;
const LATE = { at: 35, digits: 4 } as const;
export const LATE_MAX_US = 2 ** 24 - 1;
const FILLER_AT = 39;
const CHECKSUM_DIGITS = 6;

/** Bytes that a message needs at least. */
export const TOKEN_SIZE_BYTES = FILLER_AT + CHECKSUM_DIGITS;

/** A buffer for the content of a run's messages: the parts that never change are in it. */
export function contentTemplate(sizeBytes: number, run: number): Buffer {
  if (sizeBytes < TOKEN_SIZE_BYTES) throw new RangeError(`a message needs ${TOKEN_SIZE_BYTES} bytes, not ${sizeBytes}`);
  const content = Buffer.alloc(sizeBytes);
  fill(content, 0);
  MAGIC.copy(content);
  writeDigits(content, RUN, run);
  return content;
}

/** The same with a text of one's own in place of the filler. */
export function contentWith(text: string, run: number): Buffer {
  const sizeBytes = TOKEN_SIZE_BYTES + Buffer.byteLength(text);
  const content = contentTemplate(sizeBytes, run);
  content.write(text, FILLER_AT);
  return content;
}

/** What stands between token and checksum: the sender's text, or filler. */
export function textIn(content: Buffer): string {
  return content.toString("utf8", FILLER_AT, content.length - CHECKSUM_DIGITS);
}

/** Hot: writes everything but what `contentTemplate` has written. */
export function writeToken(content: Buffer, token: MessageToken): void {
  writeDigits(content, SENDER, token.senderDevice);
  writeDigits(content, TARGET, token.target);
  writeDigits(content, SERIAL, token.serial);
  writeDigits(content, ROW, token.row);
  writeDigits(content, INTENDED, token.intendedUs);
  writeDigits(content, LATE, Math.min(token.lateUs, LATE_MAX_US));
  writeDigits(content, checksumIn(content), crc32Of(content, content.length - CHECKSUM_DIGITS));
}

/** Hot: where `writeToken` put the checksum there is filler again, so that a longer message that begins so is as if it were new. */
export function clearChecksum(content: Buffer): void {
  fill(content, content.length - CHECKSUM_DIGITS);
}

function fill(content: Buffer, from: number): void {
  for (let at = from; at < content.length; at++) content[at] = digitCodes[(at * 7) & 63] as number;
}

/** Hot: reads into `token`, whose fields mean something when the message is of this run. */
export function readToken(content: Buffer, run: number, token: MessageToken): TokenReading {
  if (content.length < TOKEN_SIZE_BYTES || !startsWithMagic(content)) return "foreign";
  token.run = readDigits(content, RUN);
  const isIntact = hasItsChecksum(content);
  if (token.run !== run) return isIntact ? "another-run" : "foreign";
  token.senderDevice = readDigits(content, SENDER);
  token.target = readDigits(content, TARGET);
  token.serial = readDigits(content, SERIAL);
  token.row = readDigits(content, ROW);
  token.intendedUs = readDigits(content, INTENDED);
  token.lateUs = readDigits(content, LATE);
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

interface Field {
  readonly at: number;
  readonly digits: number;
}

function checksumIn(content: Buffer): Field {
  return { at: content.length - CHECKSUM_DIGITS, digits: CHECKSUM_DIGITS };
}

/** Hot: whether it looks like a message of a run. */
export function startsWithMagic(content: Buffer): boolean {
  return content[0] === MAGIC[0] && content[1] === MAGIC[1] && content[2] === MAGIC[2] && content[3] === MAGIC[3];
}

function hasItsChecksum(content: Buffer): boolean {
  const checksum = crc32Of(content, content.length - CHECKSUM_DIGITS);
  return readDigits(content, checksumIn(content)) === checksum && hasChecksumDigits(content);
}

/** The checksum does not cover its own digits, and a byte outside the alphabet reads as 0 there. */
function hasChecksumDigits(content: Buffer): boolean {
  for (let at = content.length - CHECKSUM_DIGITS; at < content.length; at++) {
    const code = content[at] as number;
    if (digitCodes[valueOfCode[code] as number] !== code) return false;
  }
  return true;
}

/** What four digits hold: shifts do for these, and only what is above needs a division. */
const FOUR_DIGITS = 2 ** 24;

function writeDigits(out: Buffer, { at, digits }: Field, value: number): void {
  const high = Math.floor(value / FOUR_DIGITS);
  const lowFrom = Math.max(at, at + digits - 4);
  let rest = value - high * FOUR_DIGITS;
  for (let place = at + digits - 1; place >= lowFrom; place--) {
    out[place] = digitCodes[rest & 63] as number;
    rest >>= 6;
  }
  rest = high;
  for (let place = lowFrom - 1; place >= at; place--) {
    out[place] = digitCodes[rest & 63] as number;
    rest >>= 6;
  }
}

function readDigits(bytes: Buffer, { at, digits }: Field): number {
  const lowFrom = Math.max(at, at + digits - 4);
  let high = 0;
  for (let place = at; place < lowFrom; place++) high = (high << 6) | (valueOfCode[bytes[place] as number] as number);
  let low = 0;
  for (let place = lowFrom; place < at + digits; place++) {
    low = (low << 6) | (valueOfCode[bytes[place] as number] as number);
  }
  return high * FOUR_DIGITS + low;
}
