import { InputError } from "./input-error.js";
import type { SourceText } from "./source-text.js";

/** What programs write differently: characters above 0x7f that are not escaped, and the digits behind a backslash. */
export interface StringDialect {
  readonly characters: "utf8" | "latin1";
  readonly digits: "octal" | "decimal" | "zero";
}

/** C, Python, Go and most others first; console.log of a binary string; Lua and Haskell; Rust and C#, where `\01` is a NUL and a 1. */
export const stringDialects: readonly StringDialect[] = [
  { characters: "utf8", digits: "octal" },
  { characters: "latin1", digits: "octal" },
  { characters: "utf8", digits: "decimal" },
  { characters: "utf8", digits: "zero" },
];

const anyEscape: Readonly<Record<StringDialect["digits"], RegExp>> = {
  octal: escapeWith("[0-7]{1,3}"),
  decimal: escapeWith("\\d{1,3}"),
  zero: escapeWith("0"),
};

function escapeWith(number: string): RegExp {
  const hex = "x([0-9a-f]{1,2})|u([0-9a-f]{4})|[ux]\\{([0-9a-f]{1,6})\\}";
  return new RegExp(`\\\\(?:${hex}|(${number})|(\\r?\\n)|([\\s\\S]))`, "giy");
}

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  t: 0x09,
  n: 0x0a,
  v: 0x0b,
  f: 0x0c,
  r: 0x0d,
  e: 0x1b,
};

/** The bytes of `text[start, end)`, a string's content. Beside `\u` escapes all characters are Latin-1: so JSON carries bytes. */
export function bytesOfString(
  source: SourceText,
  start: number,
  end: number,
  { characters, digits }: StringDialect,
): Buffer | InputError {
  const content = source.text.slice(start, end);
  const isByteString = /\\u/i.test(content) && !/\\x/i.test(content);
  const isLatin1 = isByteString || characters === "latin1";
  const pattern = anyEscape[digits];
  const bytes: number[] = [];
  for (let at = 0; at < content.length; ) {
    const code = content.codePointAt(at) ?? 0;
    if (code === 0x5c) {
      pattern.lastIndex = at;
      const found = pattern.exec(content);
      const value = found === null ? code : escapedByte(found, digits);
      if (value !== undefined && value > 0xff) return tooLarge(source, start + at);
      if (value !== undefined) bytes.push(value);
      at = found === null ? at + 1 : pattern.lastIndex;
      continue;
    }
    const char = String.fromCodePoint(code);
    if (code <= 0x7f || (isLatin1 && code <= 0xff)) bytes.push(code);
    else if (isByteString) return tooLarge(source, start + at);
    else bytes.push(...Buffer.from(char, "utf8"));
    at += char.length;
  }
  return Buffer.from(bytes);
}

/** `undefined` for an escaped line break, which stands for nothing. */
function escapedByte(
  [, hex, unicode, braced, number, lineBreak, char]: RegExpExecArray,
  digits: StringDialect["digits"],
): number | undefined {
  if (lineBreak !== undefined) return undefined;
  const hexDigits = hex ?? unicode ?? braced;
  if (hexDigits !== undefined) return Number.parseInt(hexDigits, 16);
  if (number !== undefined) return Number.parseInt(number, digits === "decimal" ? 10 : 8);
  return char === undefined ? undefined : (simpleEscapes[char] ?? char.charCodeAt(0));
}

function tooLarge(source: SourceText, at: number): InputError {
  return new InputError(source.positionOf(at), "a character above 0xff is no byte", "characters from \\x00 to \\xff");
}
