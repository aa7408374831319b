import { KeptView, outgoingView } from "../../../codec/kept-view.js";
import { murmur3Of } from "./murmur3.js";

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
  /** When it was meant to be sent, in µs since the run began. Below 2⁴²: 50 days. */
  intendedUs: number;
  /** How long after that it was sent, in µs: exact below 2²⁹, which is 9 minutes, and with 26 significant bits below 2⁴⁵. */
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
/** Two digits at once, the first one in the low byte, as they lie in memory. */
const pairCodes = Uint16Array.from({ length: 64 * 64 }, (_, value) => {
  return (digitCodes[value >>> 6] as number) | ((digitCodes[value & 63] as number) << 8);
});

const MAGIC = Buffer.from("TTK2", "latin1");
const MAGIC_WORD = MAGIC.readInt32LE();
// Field by field: where its six-bit digits begin, the most significant first.
const RUN_AT = 4; // 5 digits
const SENDER_AT = 9; // 4
const TARGET_AT = 13; // 4
const SERIAL_AT = 17; // 6
const ROW_AT = 23; // 4
const INTENDED_AT = 27; // 8, of which the first one is the lateness' first
const LATE_AT = 35; // 4
const FILLER_AT = 39;
const CHECKSUM_DIGITS = 6;

/** More than these are copied faster by a call. */
const COPIED_SINGLY_MAX_BYTES = 128;

/** Bytes that a message needs at least. */
export const TOKEN_SIZE_BYTES = FILLER_AT + CHECKSUM_DIGITS;

// Of what is being read, and of what messages begin with.
const inView = new KeptView();
const templateView = new KeptView();

/** A buffer for the content of a run's messages: the parts that never change are in it. */
export function contentTemplate(sizeBytes: number, run: number): Buffer {
  if (sizeBytes < TOKEN_SIZE_BYTES) throw new RangeError(`a message needs ${TOKEN_SIZE_BYTES} bytes, not ${sizeBytes}`);
  const content = Buffer.alloc(sizeBytes);
  for (let at = 0; at < content.length; at++) content[at] = digitCodes[(at * 7) & 63] as number;
  MAGIC.copy(content);
  content[RUN_AT] = codeOf(run / FOUR_DIGITS);
  writeFour(outgoingView.of(content), RUN_AT + 1, run);
  return content;
}

/** Hot: writes of a template, as long as the content or longer, what `writeToken` does not into the content `out[start, end)`. */
export function copyTemplate(template: Buffer, out: Buffer, start: number, end: number): void {
  const sizeBytes = end - start;
  if (sizeBytes > COPIED_SINGLY_MAX_BYTES) {
    template.copy(out, start, 0, sizeBytes);
    return;
  }
  const from = templateView.of(template);
  const to = outgoingView.of(out);
  to.setInt32(start, MAGIC_WORD, true);
  to.setInt32(start + RUN_AT, from.getInt32(RUN_AT, true), true);
  to.setUint8(start + RUN_AT + 4, from.getUint8(RUN_AT + 4));
  // The token is behind the run and before the filler, four bytes more are there in any case: those of the checksum.
  const fillerEnd = sizeBytes - CHECKSUM_DIGITS;
  for (let at = FILLER_AT; at < fillerEnd; at += 4) to.setInt32(start + at, from.getInt32(at, true), true);
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
  const view = outgoingView.of(out);
  const { serial, intendedUs } = token;
  writeFour(view, start + SENDER_AT, token.senderDevice);
  writeFour(view, start + TARGET_AT, token.target);
  view.setUint16(start + SERIAL_AT, pairCodes[(serial / FOUR_DIGITS) & 0xfff] as number, true);
  writeFour(view, start + SERIAL_AT + 2, serial);
  writeFour(view, start + ROW_AT, token.row);
  const { lateUs } = token;
  const late = lateUs < LATE_EXACT_US ? lateUs : codeOfLong(lateUs);
  writeFour(view, start + INTENDED_AT, ((late >>> 24) << 18) | ((intendedUs / FOUR_DIGITS) & 0x3ffff));
  writeFour(view, start + INTENDED_AT + 4, intendedUs);
  writeFour(view, start + LATE_AT, late);
  const checksumAt = end - CHECKSUM_DIGITS;
  const checksum = murmur3Of(view, start, checksumAt);
  view.setUint16(checksumAt, pairCodes[checksum >>> 24] as number, true);
  writeFour(view, checksumAt + 2, checksum);
}

/** Hot: reads the content `bytes[start, end)` into `token`, whose fields mean something when the message is of this run. */
export function readToken(
  bytes: Buffer,
  run: number,
  token: MessageToken,
  start = 0,
  end = bytes.length,
): TokenReading {
  if (!startsWithMagic(bytes, start, end) || end - start < TOKEN_SIZE_BYTES) return "foreign";
  const view = inView.of(bytes);
  token.run = digitOf(view.getUint8(start + RUN_AT)) * FOUR_DIGITS + readFour(view, start + RUN_AT + 1);
  const isIntact = hasItsChecksum(view, start, end);
  if (token.run !== run) return isIntact ? "another-run" : "foreign";
  token.senderDevice = readFour(view, start + SENDER_AT);
  token.target = readFour(view, start + TARGET_AT);
  const pair = view.getUint16(start + SERIAL_AT, true);
  const serialHigh = (digitOf(pair & 0xff) << 6) | digitOf(pair >>> 8);
  token.serial = serialHigh * FOUR_DIGITS + readFour(view, start + SERIAL_AT + 2);
  token.row = readFour(view, start + ROW_AT);
  const high = readFour(view, start + INTENDED_AT);
  token.intendedUs = (high & 0x3ffff) * FOUR_DIGITS + readFour(view, start + INTENDED_AT + 4);
  const late = ((high >>> 18) << 24) | readFour(view, start + LATE_AT);
  token.lateUs = late < LATE_EXACT_US ? late : longOfCode(late);
  return isIntact ? "intact" : "damaged";
}

/** What a recipient reads of a lateness. */
export function lateAsRead(lateUs: number): number {
  return lateUs < LATE_EXACT_US ? lateUs : longOfCode(codeOfLong(lateUs));
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

/** Hot: whether the content `bytes[start, end)` looks like a message of a run. */
export function startsWithMagic(bytes: Buffer, start = 0, end = bytes.length): boolean {
  return end - start >= MAGIC.length && inView.of(bytes).getInt32(start, true) === MAGIC_WORD;
}

/** Compared as digits: a byte outside the alphabet would be read as some number. */
function hasItsChecksum(view: DataView, start: number, end: number): boolean {
  const at = end - CHECKSUM_DIGITS;
  const checksum = murmur3Of(view, start, at);
  return (
    view.getUint16(at, true) === (pairCodes[checksum >>> 24] as number) &&
    view.getInt32(at + 2, true) === fourCodes(checksum)
  );
}

// Below it a lateness' five digits are the lateness. From there on they are, behind a bit that is set, four bits of the unit
// and 25 of the count of units, whose first bit is always set and left out.
const LATE_EXACT_US = 2 ** 29;
const UNITS_MIN = 2 ** 25;
/** The smallest unit, which carries on where exactness ends. */
const UNIT_MIN_US = LATE_EXACT_US / UNITS_MIN;
const LATE_CODE_MAX = 2 ** 30 - 1;

function codeOfLong(lateUs: number): number {
  let steps = 0;
  while (lateUs / (UNIT_MIN_US * 2 ** steps) >= 2 * UNITS_MIN) steps++;
  // What is rounded up to the next unit's least is it: the count's carry is one more step.
  const code = LATE_EXACT_US + (steps - 1) * UNITS_MIN + Math.round(lateUs / (UNIT_MIN_US * 2 ** steps));
  return Math.min(code, LATE_CODE_MAX);
}

function longOfCode(code: number): number {
  const steps = (code - LATE_EXACT_US) >>> 25;
  return (UNITS_MIN + (code & (UNITS_MIN - 1))) * UNIT_MIN_US * 2 ** steps;
}

/** What four digits hold: shifts do for these, and only what is above needs a division. */
const FOUR_DIGITS = 2 ** 24;

/** The code of the last digit of a number. */
function codeOf(value: number): number {
  return digitCodes[value & 63] as number;
}

function digitOf(code: number): number {
  return valueOfCode[code] as number;
}

/** The last four digits of a number, the first of them in the low byte. */
function fourCodes(value: number): number {
  return (pairCodes[(value >>> 12) & 0xfff] as number) | ((pairCodes[value & 0xfff] as number) << 16);
}

function writeFour(out: DataView, at: number, value: number): void {
  out.setInt32(at, fourCodes(value), true);
}

function readFour(bytes: DataView, at: number): number {
  const codes = bytes.getInt32(at, true);
  return (
    (digitOf(codes & 0xff) << 18) |
    (digitOf((codes >>> 8) & 0xff) << 12) |
    (digitOf((codes >>> 16) & 0xff) << 6) |
    digitOf(codes >>> 24)
  );
}
