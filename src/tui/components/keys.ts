import { type Key as InkKey, useInput } from "ink";

/** A key as the terminal tells it: its name (`up`, `pagedown`, `return`) or the character typed. */
export interface Key {
  readonly name: string;
  readonly ctrl?: boolean;
}

/** Calls `onKey` for each key, those of a paste one by one. */
export function useKeys(onKey: (key: Key) => void): void {
  useInput((input, key) => {
    for (const each of keysOf(input, key)) onKey(each);
  });
}

const named = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "return"],
  ["escape", "escape"],
  ["tab", "tab"],
  ["backspace", "backspace"],
  ["delete", "backspace"],
] as const satisfies readonly (readonly [keyof InkKey, string])[];

function keysOf(input: string, key: InkKey): Key[] {
  const name = named.find(([flag]) => key[flag])?.[1];
  if (name !== undefined) return [{ name: name === "tab" && key.shift ? "backtab" : name }];
  return [...input].map((character) => typedKey(character, key.ctrl));
}

const CTRL_LETTERS = 0x60;

/** Keys that come in one piece with others, as when the program was busy, are told as what they send. */
function typedKey(character: string, ctrl: boolean): Key {
  // A line feed is what Return sends before the terminal is in raw mode.
  if (/[\r\n]/.test(character)) return { name: "return" };
  if (character === "\t") return { name: "tab" };
  if (character === "\b" || character === "\u007f") return { name: "backspace" };
  const code = character.charCodeAt(0);
  if (code > 0 && code <= 0x1a) return { name: String.fromCharCode(CTRL_LETTERS + code), ctrl: true };
  return { name: character, ctrl };
}
