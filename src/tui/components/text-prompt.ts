import type { Key } from "./keys.js";

const TEXT_MAX_CHARACTERS = 500;

export type PromptOutcome = { readonly kind: "typing" | "entered"; readonly text: string } | { readonly kind: "left" };

/** What a key does to a line that is being typed: Enter takes it, Esc leaves it, Ctrl-U empties it. */
export function typedInto(text: string, { name, ctrl }: Key): PromptOutcome {
  if (name === "return") return { kind: "entered", text: text.trim() };
  if (name === "escape" || (ctrl === true && name === "c")) return { kind: "left" };
  return { kind: "typing", text: edited(text, name, ctrl === true) };
}

function edited(text: string, name: string, ctrl: boolean): string {
  if (name === "backspace") return [...text].slice(0, -1).join("");
  if (ctrl) return name === "u" ? "" : name === "w" ? text.replace(/\S+\s*$/, "") : text;
  return isTyped(name) ? (text + name).slice(0, TEXT_MAX_CHARACTERS) : text;
}

/** Not a key's name, and nothing that moves a cursor. */
function isTyped(name: string): boolean {
  return [...name].length === 1 && !/\p{Cc}/u.test(name);
}
