import { InputError } from "./input-error.js";
import type { Finding } from "./input-shape.js";
import type { SourceText } from "./source-text.js";

/** A number as some language writes it, perhaps behind a cast: `0x1f`, `(byte)0x80`, `-128`, `16u`, `0x80y`. */
const element =
  /(?:\(\s{0,3}[a-z_]\w{0,30}(?:\s[a-z_]\w{0,30}){0,2}\s{0,3}\)\s{0,3})?(0x[0-9a-f_]+|-?\d{1,10})(?:_?[ui]8|[uUlLyY]{1,2}|\.toU?Byte\(\))?(?![\w.])/giy;
const elementStart = /(?:\(\s{0,3}[a-z_]\w{0,30}(?:\s[a-z_]\w{0,30}){0,2}\s{0,3}\)\s{0,3})?(?:0x[0-9a-f]|-?\d)/gi;
const separator = /(?:[\s,;|]|\\(?=[ \t]{0,40}[\r\n]))*/y;
/** gdb's short form of elements that are alike. */
const repeatsMark = / <repeats (\d{1,7}) times>/y;
const repeatsMax = 1 << 20;
/** What Wireshark and gdb put behind the last bytes: their characters, which may look like a string with escapes. */
const lastComment = /[\s,]{0,80}(?:\/\*[^\n]{0,200}?\*\/|'(?:\\\d{3}|\\?[^\n])')/y;
/** What a printing program writes when it leaves out the rest: Node.js, Python and gdb. */
const cutShort = /^(?:\.\.\.|…)/;

interface ElementList {
  readonly start: number;
  end: number;
  readonly bytes: number[];
  hexElements: number;
  hasCommas: boolean;
  flaw: Flaw | undefined;
}

/** What is wrong with a list; told only where it turns out to be one. */
interface Flaw {
  readonly at: number;
  readonly problem: string;
  readonly expected: string;
}

/** Lists of bytes: C arrays, `[]byte{…}`, Java, JavaScript, Python, Rust, JSON; hexadecimal, decimal, signed. */
export function findByteLists(source: SourceText): Finding[] {
  const code = withoutComments(source.text);
  const findings: Finding[] = [];
  for (let at = 0; at < code.length; ) {
    elementStart.lastIndex = at;
    const start = elementStart.exec(code)?.index;
    if (start === undefined) break;
    const list = isInsideWord(code, start) ? undefined : readList(code, start);
    const finding = list === undefined ? undefined : findingOf(source, code, list);
    if (finding !== undefined) findings.push({ ...finding, end: afterComment(source.text, finding.end) });
    at = Math.max(list?.end ?? 0, afterNumber(code, start));
  }
  return findings;
}

/** What stands beside a number and says nothing more: `"12":` before it in JSON, `'D'` behind it in gdb. */
const quotedElement = /(["'])0x[0-9a-f]{1,2}\1(?=\s{0,80}[,\])}])/gi;
const indexKey = /(?<=[{,\s])"\d{1,7}"\s{0,3}:/g;
const character = /(?<=\d )'(?:\\\d{3}|\\?[^\n])'(?=[\s,}])/g;

/** Comments become blanks, so that positions stay; `//` only behind a comma or a bracket, for it also occurs in addresses. */
function withoutComments(text: string): string {
  return withoutBlockComments(text)
    .replaceAll(/(?<=[,{[(]\s{0,80})\/\/[^\n]*/g, blank)
    .replaceAll(indexKey, blank)
    .replaceAll(quotedElement, (quoted) => ` ${quoted.slice(1, -1)} `)
    .replaceAll(character, blank);
}

function withoutBlockComments(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf("/*", at);
    const close = open < 0 ? -1 : text.indexOf("*/", open + 2);
    if (close < 0) break;
    kept.push(text.slice(at, open), blank(text.slice(open, close + 2)));
    at = close + 2;
  }
  return at === 0 ? text : kept.join("") + text.slice(at);
}

function blank(comment: string): string {
  return comment.replaceAll(/[^\n]/g, " ");
}

function afterComment(text: string, end: number): number {
  lastComment.lastIndex = end;
  return lastComment.test(text) ? lastComment.lastIndex : end;
}

function isInsideWord(code: string, at: number): boolean {
  return at > 0 && /[\w.]/.test(code[at - 1] ?? "");
}

function afterNumber(code: string, at: number): number {
  const rest = /[\w.]+|\W/y;
  rest.lastIndex = at;
  rest.exec(code);
  return Math.max(at + 1, rest.lastIndex);
}

function readList(code: string, start: number): ElementList {
  const list: ElementList = { start, end: start, bytes: [], hexElements: 0, hasCommas: false, flaw: undefined };
  for (let at = start; ; ) {
    element.lastIndex = at;
    const [, digits] = element.exec(code) ?? [];
    if (digits === undefined) break;
    const problem = addElement(list, digits);
    if (problem !== undefined) list.flaw ??= { at, problem, expected: "numbers from -128 to 255" };
    list.end = addRepeats(list, code, element.lastIndex);
    separator.lastIndex = list.end;
    const between = separator.exec(code)?.[0] ?? "";
    if (between === "") break;
    list.hasCommas ||= between.includes(",");
    at = list.end + between.length;
  }
  list.flaw ??= strayOf(code, list);
  return list;
}

/** Says what is wrong with the element, when something is. */
function addElement(list: ElementList, written: string): string | undefined {
  if (/^0x/i.test(written)) {
    const digits = written.slice(2).replaceAll("_", "");
    list.hexElements++;
    if (digits.length === 1) list.bytes.push(Number.parseInt(digits, 16));
    else if (digits.length % 2 === 0) for (const byte of Buffer.from(digits, "hex")) list.bytes.push(byte);
    else return `odd number of digits (${digits.length})`;
    return undefined;
  }
  const value = Number(written);
  if (value < -128 || value > 255) return `${written} is not a byte`;
  list.bytes.push(value & 0xff);
  return undefined;
}

/** Says where the list goes on. */
function addRepeats({ bytes }: ElementList, code: string, at: number): number {
  repeatsMark.lastIndex = at;
  const [mark, count] = repeatsMark.exec(code) ?? [];
  const last = bytes.at(-1);
  if (mark === undefined || last === undefined) return at;
  const length = Math.min(repeatsMax, bytes.length + Number(count) - 1);
  while (bytes.length < length) bytes.push(last);
  return at + mark.length;
}

/** Something else in the midst of a list that a bracket opened and has not closed yet. */
function strayOf(code: string, list: ElementList): Flaw | undefined {
  if (!isBracketed(code, list.start) || list.bytes.length < 2) return undefined;
  separator.lastIndex = list.end;
  separator.exec(code);
  const at = separator.lastIndex;
  const rest = code.slice(at, at + 40);
  if (rest === "") return { at, problem: "the list is not closed", expected: "a closing bracket" };
  // What Chrome prints behind a list's last element: `, buffer: ArrayBuffer(40)`.
  if (/^(?:[\]})>]|[a-z]\w{0,30}: )/i.test(rest)) return undefined;
  if (cutShort.test(rest)) {
    return { at, problem: "the list was cut short when it was printed", expected: "all of its bytes" };
  }
  const word = /^[^\s,;\]})]+/.exec(rest)?.[0] ?? rest.slice(0, 1);
  return { at, problem: `'${word}' is not a byte`, expected: "a number from -128 to 255, or a closing bracket" };
}

const BLANKS_MAX = 200;

function isBracketed(code: string, start: number): boolean {
  let at = start - 1;
  while (start - at < BLANKS_MAX && /\s/.test(code[at] ?? "")) at--;
  return /[[{(<]/.test(code[at] ?? "");
}

const prosePairs = 4;

/** Single numbers, and numbers in prose, are no lists. */
function findingOf(
  source: SourceText,
  code: string,
  { start, end, bytes, hexElements, hasCommas, flaw }: ElementList,
): Finding | undefined {
  const bracketed = isBracketed(code, start);
  const isList = hexElements > 0 || bracketed || hasCommas;
  if (!isList || (bytes.length < 2 && flaw === undefined)) return undefined;
  if (flaw !== undefined && !bracketed && hexElements === 0) return undefined;
  // Ids have four digits: in prose they stand in rows too.
  const isOfBytes = bracketed || bytes.length === hexElements;
  const isLongEnough =
    bytes.length >= prosePairs && ((hexElements >= prosePairs && isOfBytes) || (bracketed && bytes.length >= 16));
  const isDistinct = isLongEnough || (flaw !== undefined && bracketed && hexElements >= 2);
  const content =
    flaw === undefined ? Buffer.from(bytes) : new InputError(source.positionOf(flaw.at), flaw.problem, flaw.expected);
  return { shape: "byte-list", start, end, content, isDistinct };
}
