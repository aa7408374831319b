/** Signs that quote, comment or list a line, and something behind them: a lone `*` in a dump is a repetition, a `-` a number's. */
const marks = /^[ \t]*(?:(?:(?:[>|`+\u2022\u00b7\u25e6\u2023]|-(?!\d))+|[*;#]+[ \t]|\/\/+)[ \t]*){1,8}(?=\S)/;
const boldMarks = /^[ \t]*(?:(?:[>|`+\u2022\u00b7\u25e6\u2023-]+|[*;#]+[ \t]|\/\/+)[ \t]*){1,8}(?=\S)/;
const commentEnd = /^[ \t]*(?:\/\*+|\*+\/)[ \t]*\r?$/;
const lineEnd = /(?:[ \t]\||`{1,3})[ \t]*(?=\r?$)/;
/** Also as `grep -n` writes it, behind a file's name. */
const lineNumber = /^[ \t]*(?:(?!\d+[:-])[\w./-]{1,100}?[:-])?(\d{1,6})(?:[:|.)-][ \t]*|[ \t]+)(?=\S)/;
/** A debugger's address is the dump's own, whatever name stands behind it. */
const address = /(?:^|[:-])0x[0-9a-f]{3,}:?$/i;
/** What no dump has at the beginning of a line: letters beyond hex, brackets; a date, a time of day. */
const wordOfLog = /[g-wyz[\]()@=]|^\d{4}[-/]\d\d[-/]\d\d|^\d\d:\d\d:\d\d(?:[.,]\d+)?$/i;
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
  return lines.map((line, at) => blanked(line, logPrefixLength(line, lines, at)));
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
  let length = 0;
  for (const { 0: word, index } of line.slice(0, shared).matchAll(/\S+(?=\s)/g)) {
    if (address.test(word)) break;
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

function numberOf(line = ""): [number: number | undefined, length: number] {
  const found = lineNumber.exec(line);
  return found === null ? [undefined, 0] : [Number(found[1]), found[0].length];
}
