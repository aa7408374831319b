import { RE2JS } from "re2js";

/** Characters of a string that a pattern is tried on: all that a message may hold (MSG-23). */
const SUBJECT_MAX_CHARS = 4096;
/** Steps of a compiled pattern: time is at most this times the characters. */
const PROGRAM_MAX_STEPS = 2000;

const knownFlags: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
  g: 0,
  u: 0,
};

/** Whether a string has a match. */
export type Pattern = (text: string) => boolean;

/**
 * A regular expression whose time is linear in the string, whatever the pattern: no backtracking, so no lookahead and no
 * back-references.
 * @throws Error that says what is wrong with the pattern
 */
export function compilePattern(source: string, flags: string): Pattern {
  let bits = 0;
  for (const flag of flags) {
    const bit = knownFlags[flag];
    if (bit === undefined) throw new Error(`a pattern has no flag "${flag}"`);
    bits |= bit;
  }
  const compiled = RE2JS.compile(RE2JS.translateRegExp(source), bits);
  if (compiled.programSize() > PROGRAM_MAX_STEPS) throw new Error("the pattern is too large");
  return (text) => compiled.test(text.slice(0, SUBJECT_MAX_CHARS));
}
