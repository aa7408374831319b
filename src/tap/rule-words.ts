import { RuleError } from "./tap-rule.js";

/** A word of a rule and where it begins, from 1. */
export interface RuleWord {
  readonly text: string;
  readonly column: number;
}

/** Cuts a rule at blanks; `"…"` and `'…'` hold them together: `set body.text="not now"`. @throws RuleError */
export function ruleWords(rule: string): RuleWord[] {
  const words: RuleWord[] = [];
  let text: string | undefined;
  let column = 0;
  for (let at = 0; at < rule.length; at++) {
    const char = rule[at] as string;
    if (/\s/.test(char)) {
      if (text !== undefined) words.push({ text, column });
      text = undefined;
      continue;
    }
    if (text === undefined) [text, column] = ["", at + 1];
    if (char !== '"' && char !== "'") {
      text += char;
      continue;
    }
    const close = rule.indexOf(char, at + 1);
    if (close < 0) throw new RuleError(at + 1, `the quote ${char} is never closed`);
    text += rule.slice(at + 1, close);
    at = close;
  }
  if (text !== undefined) words.push({ text, column });
  return words;
}
