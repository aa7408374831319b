import { looksLikePdu } from "./chunk-content.js";

/** A group of hex digits in a line, `line[start, end)`. */
export interface HexGroup {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  /** Whether something stood between the pairs: `00:00:00:10`. */
  readonly isSeparated: boolean;
}

/** What a line says, read as hex without offsets. */
export type HexLine =
  | { readonly kind: "blank" }
  /** A lone `*`: some earlier lines again, and nothing tells how many. */
  | { readonly kind: "repeat" }
  | { readonly kind: "prose" }
  /** Groups in a row; with `isWhole` there is nothing else on the line, else text stands before or after. */
  | { readonly kind: "hex"; readonly groups: readonly HexGroup[]; readonly isWhole: boolean; readonly isAtEnd: boolean }
  /** Hex with something in it that is none; `groups` stand before the mark of a program that left out the rest. */
  | { readonly kind: "broken"; readonly at: number; readonly problem: string; readonly groups: readonly HexGroup[] };

interface Word {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** `undefined` when the word is no hex. */
  readonly group: HexGroup | undefined;
}

const comment = /(?:^|\s)(?:#|\/\/).*$/;
const characterColumn = /\s+(?:>.*<|\|.*\|)\s*$/;
/** Pairs, and characters behind them without anything around. */
const bareColumns = /^(\s*(?:[0-9a-f]{2} {1,64}){1,64})(\S.*)$/i;
/** Behind pairs: the mark of a program that left out the rest, or the last pair and blanks. */
const notCharacters = /^(?:\.{3}|…|[0-9a-f]{2}\s*)$/i;
/** What joins a string to the one on the next line. */
const continued = /(?<=\S)\s*[+\\]\s*$/;
/** A dump's heading: the last digit of the offset of each column. */
const columnNumbers: ReadonlySet<string> = new Set(["000102030405060708090a0b0c0d0e0f", "0123456789abcdef"]);
/** No dump prints longer lines, and the pattern looks for its end from every blank. */
const columnsLineLengthMax = 2000;
const bufferOpening = /<Buffer(?=\s)/g;
/** radare2's, with the address where it stands. */
const prompt = /^\s{0,80}\[0x[0-9a-f]{6,16}\]>/i;
/** A name that touches the first of at least four groups: `data=00 00 …`, `fromhex('00 00 …`, `[rx]00:00:…`; no offset. */
const touchingName =
  /(?<!\S)(?!0x[0-9a-f]{1,16}:|["'([]{0,2}[0-9a-f]{2}[:,-])(?=\S{0,80}[g-wyz=('"\]\u0080-\uffff])\S{1,80}?[=:(['"\]>],?(?=(?:(?:[0-9a-f]{2}){1,4}(?:[:,-]|,?\s{1,8})){3}(?:[0-9a-f]{2}){1,4}(?![0-9a-z]))/gi;
// A bracket or quote around bytes, and a prefix that says hex: 0x…, \x…, X'…'.
const dress = /^(?:[Xx]'|["'`<([{]|0[xX](?=[0-9a-fA-F]{8})|\\+x(?=[0-9a-fA-F]{8})){0,3}|["'`>)\]},;.]{1,3}$/g;
const hexDigits = /^[0-9a-f]+$/i;
const quotes = /^["'`]{1,3}|["'`.,;]{1,3}$/g;
const listEnds = /^[[({]|[\])},;]+$/g;
const separatedPairs = /^[0-9a-f]{2}(?:([:\-._|,;])[0-9a-f]{2}(?:\1[0-9a-f]{2}){2,})$/i;
/** Python's `hex("_", 4)`, whose first group may be shorter. */
const separatedWords = /^(?:[0-9a-f]{2}){1,4}(?:_[0-9a-f]{8})+$/i;
/** `00,00`, `0x00,10`: also few pairs with commas; other signs between so few are rather a time's or a number's. */
const commaPairs = /^(?:0x)?[0-9a-f]{2}(?:,(?:0x)?[0-9a-f]{2})+$/i;
/** `0x00`, `%00%10`, `$10`, `x10`, `10h`, `[00][10]`, `<00><10>`, `"00","10"`: each pair with a sign of its own. */
const markedPairs =
  /^(?:(?:(?:0x|[%$x])[0-9a-f]{2}[,;]?)+|(?:[0-9a-f]{2}h[,;]?)+|(?:\[[0-9a-f]{2}\])+|(?:<[0-9a-f]{2}>)+|(?:"[0-9a-f]{2}",?)+)$/i;
/** A negative `char` that C has printed with `%02x`. */
const extendedByte = /^f{6}[89a-f][0-9a-f]$/i;
const cutShort = /^(?:\.\.\.|…)/;
const proseBytesMin = 8;

export function readHexLine(line: string): HexLine {
  const code = withoutCharacters(line.replace(comment, "").replace(prompt, blank))
    .replaceAll(bufferOpening, blank)
    .replaceAll(touchingName, blank);
  const words = wordsOf(code);
  if (words.length === 0) return { kind: line.trim() === "" ? "blank" : "prose" };
  if (words.length === 1 && words[0]?.text === "*") return { kind: "repeat" };
  if (words.every(({ group }) => group !== undefined)) {
    const isHeading =
      words.length === 16 &&
      columnNumbers.has(
        words
          .map(({ text }) => text)
          .join("")
          .toLowerCase(),
      );
    return isHeading ? { kind: "prose" } : hexLine(words, true, true);
  }
  return brokenLine(words) ?? longestRun(words);
}

function blank(text: string): string {
  return " ".repeat(text.length);
}

function withoutCharacters(line: string): string {
  if (line.length > columnsLineLengthMax) return line;
  const code = line.replace(characterColumn, "").replace(continued, "");
  const [, columns, characters] = bareColumns.exec(code) ?? [];
  if (columns === undefined || characters === undefined || notCharacters.test(characters)) return code;
  const pairs = columns.match(/\S+/g)?.length ?? 0;
  // As many characters as bytes; a last line is shorter, and blanks at its end may be lost.
  const isColumn = pairs >= 4 && characters.length <= pairs && (characters.length === pairs || /\s{2}$/.test(columns));
  return isColumn ? columns : code;
}

function wordsOf(code: string): Word[] {
  return Array.from(code.matchAll(/\S+/g), ({ 0: text, index }) => wordOf(text, index));
}

function wordOf(text: string, at: number): Word {
  if (hexDigits.test(text)) {
    const end = at + text.length;
    return { start: at, end, text, group: { start: at, end, digits: text, isSeparated: false } };
  }
  const bare = text.replace(dress, "");
  const lead = Math.max(0, text.indexOf(bare));
  const core = text.slice(lead).replace(dress, "");
  const start = at + lead;
  const end = start + core.length;
  const word = { start: at, end: at + text.length, text };
  if (hexDigits.test(core)) return { ...word, group: { start, end, digits: core, isSeparated: false } };
  if (separatedPairs.test(core) || commaPairs.test(core) || separatedWords.test(core)) {
    return { ...word, group: { start, end, digits: digitsOf(core), isSeparated: true } };
  }
  // The signs around the first and the last pair may have been taken for the word's own.
  if ([core, text.replaceAll(quotes, ""), text.replace(listEnds, "")].some((pairs) => markedPairs.test(pairs))) {
    return { ...word, group: { start, end, digits: digitsOf(core), isSeparated: true } };
  }
  return { ...word, group: undefined };
}

function digitsOf(pairs: string): string {
  return pairs.replaceAll(/0x|[^0-9a-f]/gi, "");
}

function hexLine(words: readonly Word[], isWhole: boolean, isAtEnd: boolean): HexLine {
  const groups = withoutSigns(words.flatMap(({ group }) => (group === undefined ? [] : [group])));
  return { kind: "hex", groups, isWhole, isAtEnd };
}

/** Among bytes, `ffffffe9` is one of them whose sign was printed too. */
function withoutSigns(groups: readonly HexGroup[]): readonly HexGroup[] {
  const isAmongBytes = groups.some(({ digits }) => digits.length <= 2);
  if (!isAmongBytes || !groups.every(({ digits }) => digits.length <= 2 || extendedByte.test(digits))) return groups;
  return groups.map((group) => (group.digits.length <= 2 ? group : { ...group, digits: group.digits.slice(-2) }));
}

/** Something that is no hex among hex: of the same width as all the rest, or between longer runs of it. */
function brokenLine(words: readonly Word[]): HexLine | undefined {
  const [only] = words;
  if (words.length === 1) return only === undefined ? undefined : brokenWord(only);
  const bad = words.filter(({ group }) => group === undefined);
  const [first] = bad;
  if (first === undefined) return undefined;
  const good = words.length - bad.length;
  // `rx 00 00 00 10 …`: words of two letters before a PDU are no pairs gone wrong.
  const behind = words.slice(bad.length).map(({ group }) => group?.digits ?? "");
  if (words[bad.length - 1] === bad.at(-1) && looksLikePdu(Buffer.from(behind.join(""), "hex"))) return undefined;
  const width = words.find(({ group }) => group !== undefined)?.group?.digits.length ?? 0;
  const isOfWidth = good >= 3 && bad.length <= good / 3 && bad.every(({ text }) => text.length === width);
  if (isOfWidth) return stray(words, first);
  return strayBetweenRuns(words, width);
}

function strayBetweenRuns(words: readonly Word[], width: number): HexLine | undefined {
  let run = 0;
  let goodRest = words.filter(({ group }) => group !== undefined).length;
  for (const [index, word] of words.entries()) {
    if (word.group !== undefined) {
      run++;
      goodRest--;
      continue;
    }
    const rest = words.length - index - 1;
    const goesOn = words[index + 1]?.group?.digits.length === width && goodRest > rest / 2;
    if (run >= 3 && (goesOn || cutShort.test(word.text))) return stray(words, word);
    run = 0;
  }
  return undefined;
}

function stray(words: readonly Word[], word: Word): HexLine {
  const { start, text } = word;
  if (cutShort.test(text)) {
    const groups = words.slice(0, words.indexOf(word)).flatMap(({ group }) => group ?? []);
    return { kind: "broken", at: start, problem: "the bytes were cut short when they were printed", groups };
  }
  const offset = Math.max(0, text.search(/[^0-9a-f]/i));
  return {
    kind: "broken",
    at: start + (text.length <= 4 ? 0 : offset),
    problem: `'${shown(text)}' is not hex`,
    groups: [],
  };
}

/** A line of one long word that is hex but for a few characters. */
function brokenWord({ start, text }: Word): HexLine | undefined {
  const bad = text.match(/[^0-9a-f]/gi) ?? [];
  if (text.length < 8 || bad.length > text.length / 4) return undefined;
  const offset = text.search(/[^0-9a-f]/i);
  const problem = `'${shown(text.slice(offset, offset + 1))}' is not hex`;
  return { kind: "broken", at: start + offset, problem, groups: [] };
}

function shown(text: string): string {
  return text.length > 20 ? `${text.slice(0, 20)}…` : text;
}

/** The longest row of hex words in a line of prose. */
function longestRun(words: readonly Word[]): HexLine {
  let [bestStart, bestEnd, bestDigits] = [0, 0, 0];
  for (let start = 0; start < words.length; start++) {
    let [end, digits] = [start, 0];
    for (let word = words[end]; word?.group !== undefined; word = words[++end]) digits += word.group.digits.length;
    if (digits > bestDigits) [bestStart, bestEnd, bestDigits] = [start, end, digits];
    start = end;
  }
  const isAtEnd = bestEnd === words.length;
  if (bestDigits < 2 * proseBytesMin && !(isAtEnd && bestDigits >= 8)) return { kind: "prose" };
  return hexLine(words.slice(bestStart, bestEnd), false, isAtEnd);
}
