/** Signs that quote, comment or list a line, and something behind them: a lone `*` in a dump is a repetition, a `-` a number's. */
const marks = /^[ \t]*(?:(?:(?:[>|`+\u2022\u00b7\u25e6\u2023]|-(?!\d))+|[*;#]+[ \t]|\/\/+)[ \t]*){1,8}(?=\S)/;
const boldMarks = /^[ \t]*(?:(?:[>|`+\u2022\u00b7\u25e6\u2023-]+|[*;#]+[ \t]|\/\/+)[ \t]*){1,8}(?=\S)/;
const commentEnd = /^[ \t]*(?:\/\*+|\*+\/)[ \t]*\r?$/;
const lineEnd = /(?:[ \t]\||`{1,3})[ \t]*(?=\r?$)/;
/** Also as `grep -n` writes it, behind a file's name. */
const lineNumber = /^[ \t]*(?:(?!\d+[:-])[\w./-]{1,100}?[:-])?(\d{1,6})(?:[:|.)-][ \t]*|[ \t]+)(?=\S)/;
/** A debugger's address is the dump's own, whatever name stands behind it. */
const address = /(?:^|[:-])0x[0-9a-f]{3,}:?$/i;
/** What no dump has at the beginning of a line: letters beyond hex, brackets; a date, a time of day, seconds with a fraction. */
const wordOfLog = /[g-wyz[\]()@=]|^\d{4}[-/]\d\d[-/]\d\d|^\d\d:\d\d:\d\d(?:[.,]\d+)?$|^\d+\.\d+$/i;
/** What loggers write behind such words: containerd's `F`, syslog's `812 - -`, nginx's `*1`. */
const signsOfLog = /^\s+(?:\d{1,7}(?:#\d{1,7}:)?\s+)?(?:(?:[a-z]|-+|[^\w\s-]+\d{0,6})\s+)+/i;
/** A log's words that touch an offset or a row of bytes: `<OnRead>,00000000:`, `DEBUG:root:00:00:00:10`. */
const touching = /^(\S*[g-wyz@>)\]=][:,|]+)[0-9a-f][0-9a-fx:,-]{5,}$/i;
/** More pairs than a date and a time of day have, or the beginning of a list. */
const row = /(?<!\w)(?:(?:0x|%|\\x)?[0-9a-f]{2}[\s:,-]{0,3}){8}|[[{(<]-?(?:0x)?[0-9a-f]{1,3}[,\s]/i;
const prefixLengthMax = 200;

/**
 * The text with blanks where lines carry something in front of what was pasted: quote and comment signs, a logger's time and
 * name, line numbers. Everything stays in its column. With `isBold` also what
 * may be of the bytes: the number of a text's only line, and a minus before a number.
 */
export function withoutLinePrefixes(text: string, isBold = false): string {
  const unquoted = text.split("\n").map((line) => withoutMarks(line, isBold));
  const unlogged = withoutLogWords(withoutNumbers(unquoted, isBold)).map((line) => withoutMarks(line, isBold));
  return withoutNumbers(unlogged, false).join("\n");
}

function withoutLogWords(lines: readonly string[]): string[] {
  const isLone = lines.filter((line) => line.trim() !== "").length === 1;
  return lines.map((line, at) =>
    blanked(line, isLone ? logWordsLength(line, line, row.exec(line)?.index ?? 0) : logPrefixLength(line, lines, at)),
  );
}

/** Without the numbers that go on from line to line. */
function withoutNumbers(lines: readonly string[], isBold: boolean): string[] {
  const filled = lines.flatMap((line, at) => (line.trim() === "" ? [] : [at]));
  const bare = [...lines];
  for (const [index, at] of filled.entries()) {
    const line = lines[at] ?? "";
    const [number, length] = numberOf(line);
    if (number === undefined) continue;
    const [before] = numberOf(lines[filled[index - 1] ?? -1]);
    const [after] = numberOf(lines[filled[index + 1] ?? -1]);
    if ((isBold && filled.length === 1) || before === number - 1 || after === number + 1)
      bare[at] = blanked(line, length);
  }
  return bare;
}

function withoutMarks(line: string, isBold: boolean): string {
  return line
    .replace(commentEnd, blanks)
    .replace(isBold ? boldMarks : marks, blanks)
    .replace(lineEnd, blanks);
}

function blanks(text: string): string {
  return " ".repeat(text.length);
}

function blanked(line: string, length: number): string {
  return " ".repeat(length) + line.slice(length);
}

/** What a line and one of its neighbours begin with, but for digits, up to the last word that can be no dump's. */
function logPrefixLength(line: string, lines: readonly string[], at: number): number {
  return Math.max(sharedLogPrefix(line, lines[at - 1]), sharedLogPrefix(line, lines[at + 1]));
}

function sharedLogPrefix(line: string, other: string | undefined): number {
  if (other === undefined) return 0;
  let shared = 0;
  const end = Math.min(line.length, other.length, prefixLengthMax);
  while (shared < end && isAlike(line.charCodeAt(shared), other.charCodeAt(shared))) shared++;
  return logWordsLength(line, other, shared);
}

/** How much of `line[0, end)` a logger has written, as far as that shows beside another line. */
function logWordsLength(line: string, other: string, end: number): number {
  let length = 0;
  for (const { 0: word, index } of line.slice(0, end).matchAll(/\S+(?=\s)/g)) {
    // A thread's number looks like an address, but does not go on from line to line.
    if (address.test(word) && !other.startsWith(word, index)) break;
    const [, words = word] = touching.exec(word) ?? [];
    if (wordOfLog.test(words)) length = index + words.length;
    if (words !== word) return length;
  }
  const signs = length === 0 ? undefined : signsOfLog.exec(line.slice(length, end))?.[0];
  return length + (signs?.trimEnd().length ?? 0);
}

function isAlike(one: number, other: number): boolean {
  return one === other || (isDigit(one) && isDigit(other));
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}

function numberOf(line = ""): [number: number | undefined, length: number] {
  const found = lineNumber.exec(line);
  return found === null ? [undefined, 0] : [Number(found[1]), found[0].length];
}
