import { type Key as InkKey, useInput } from "ink";

/** A key as the terminal tells it: its name (`up`, `pagedown`, `return`) or the character typed. */
export interface Key {
  readonly name: string;
  readonly ctrl?: boolean;
}

/**
 * What every view does with the same keys. q or Ctrl-C quits, ? shows help, Tab goes to the next panel (Shift-Tab to the one
 * before), / filters or searches, Enter goes into what is selected, Esc one step back.
 */
export function isQuit({ name, ctrl }: Key): boolean {
  return name === "q" || (name === "c" && ctrl === true);
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
  // A line feed is what Return sends before the terminal is in raw mode.
  return [...input].map((character) => ({ name: /[\r\n]/.test(character) ? "return" : character, ctrl: key.ctrl }));
}
