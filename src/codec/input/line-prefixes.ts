/** Signs that quote, comment or list a line, and something behind them: a lone `*` in a dump is a repetition. */
const marks = /^[ \t]*(?:(?:[>|]+|[*;#]+[ \t]|\/\/+|--[ \t])[ \t]*){1,8}(?=\S)/;
const tags = /<\/?(?:pre|code|br|p|div|span|tt|blockquote)\b[^<>]{0,200}>/gi;
const oddBlanks = /[\u00a0\u2007\u202f\u200b\ufeff]/g;
const lineNumber = /^[ \t]*(\d{1,6})(?:[:|.)][ \t]?|[ \t]+)(?=\S)/;
/** What no dump has at the beginning of a line: letters beyond hex, brackets; a date, a time of day. */
const wordOfLog = /[g-wyz[\]()@=]|^\d{4}[-/]\d\d[-/]\d\d|^\d\d:\d\d:\d\d(?:[.,]\d+)?$/i;
const prefixLengthMax = 200;

/**
 * The text with blanks where lines carry something in front of what was pasted: quote and comment signs, a logger's time and
 * name, line numbers, HTML tags. Everything stays in its column.
 */
export function withoutLinePrefixes(text: string): string {
  const lines = text.replace(oddBlanks, " ").replace(tags, blanks).split("\n");
  const unquoted = lines.map((line) => line.replace(marks, blanks));
  const unlogged = unquoted.map((line, at) => blanked(line, logPrefixLength(line, unquoted, at)));
  return unlogged.map((line, at) => blanked(line, numberLength(unlogged, at))).join("\n");
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
  let length = 0;
  for (const { 0: word, index } of line.slice(0, shared).matchAll(/\S+(?=\s)/g)) {
    if (wordOfLog.test(word)) length = index + word.length;
  }
  return length;
}

function isAlike(one: number, other: number): boolean {
  return one === other || (isDigit(one) && isDigit(other));
}

function isDigit(char: number): boolean {
  return char >= 0x30 && char <= 0x39;
}

/** Length of a number in front of the line that goes on from one of its neighbours'. */
function numberLength(lines: readonly string[], at: number): number {
  const found = lineNumber.exec(lines[at] ?? "");
  if (found === null) return 0;
  const number = Number(found[1]);
  const follows = numberOf(lines[at - 1]) === number - 1 || numberOf(lines[at + 1]) === number + 1;
  return follows ? found[0].length : 0;
}

function numberOf(line: string | undefined): number | undefined {
  const digits = lineNumber.exec(line ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}
