import { FilterError } from "./filter-error.js";

export interface FilterToken {
  readonly kind: "name" | "string" | "number" | "regex" | "sign" | "end";
  /** The sign or the name; a string without its quotes; what stands between a regex's slashes. */
  readonly text: string;
  readonly value: string | number | undefined;
  readonly flags: string;
  /** Characters from the start of the filter. */
  readonly at: number;
}

const signs = ["==", "!=", "<=", ">=", "=~", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ".", ",", "-"] as const;
const patterns = {
  space: /\s+/y,
  name: /[A-Za-z_][A-Za-z0-9_]*/y,
  number: /0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?/y,
  string: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y,
  regex: /\/((?:[^/\\\n]|\\.)+)\/([a-z]*)/y,
} as const;

/** @throws FilterError */
export function filterTokens(source: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < source.length) {
    const space = matchAt(patterns.space, source, at);
    if (space !== undefined) at += space[0].length;
    if (at >= source.length) break;
    const { token, length } = tokenAt(source, at, tokens.at(-1));
    tokens.push(token);
    at += length;
  }
  tokens.push({ kind: "end", text: "the end", value: undefined, flags: "", at: source.length });
  return tokens;
}

function tokenAt(source: string, at: number, before: FilterToken | undefined): { token: FilterToken; length: number } {
  const found = (kind: FilterToken["kind"], length: number, text: string, value?: string | number, flags = "") => ({
    token: { kind, text, value, flags, at },
    length,
  });
  const name = matchAt(patterns.name, source, at)?.[0];
  if (name !== undefined) return found("name", name.length, name);
  const number = matchAt(patterns.number, source, at)?.[0];
  if (number !== undefined) return found("number", number.length, number, Number(number));
  const string = matchAt(patterns.string, source, at)?.[0];
  if (string !== undefined) return found("string", string.length, string, unquoted(string));
  const regex = before?.text === "=~" ? matchAt(patterns.regex, source, at) : undefined;
  if (regex !== undefined) return found("regex", regex[0].length, regex[1] ?? "", undefined, regex[2] ?? "");
  const sign = signs.find((each) => source.startsWith(each, at));
  if (sign !== undefined) return found("sign", sign.length, sign);
  const char = source[at] as string;
  if (char === '"' || char === "'") throw new FilterError(source, at, "a string that is not closed");
  const hint = char === "=" ? " (== compares)" : char === "&" || char === "|" ? ` (${char}${char} joins)` : "";
  throw new FilterError(source, at, `${JSON.stringify(char)} means nothing here${hint}`);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, (_, char: string) => escapes[char] ?? char);
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source) ?? undefined;
}
