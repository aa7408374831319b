import type { Key } from "./keys.js";

/**
 * What each key is for, in all views: a view has a use for some of them, and none has another one. Where several mean the
 * same, the first is the one that hints name.
 */
const keyMap = {
  up: ["up", "k"],
  down: ["down", "j"],
  pageUp: ["pageup"],
  pageDown: ["pagedown", " "],
  first: ["home", "g"],
  last: ["end", "G"],
  into: ["return", "right"],
  back: ["escape", "left"],
  nextPanel: ["tab"],
  previousPanel: ["backtab"],
  panel: ["1", "2", "3", "4", "5"],
  search: ["/"],
  next: ["n"],
  previous: ["N"],
  filter: ["f"],
  help: ["?"],
  quit: ["q", "^c"],
  pause: ["p"],
  more: ["+"],
  less: ["-"],
  asPlanned: ["0"],
  tag: ["t"],
  snapshot: ["s"],
  act: ["x"],
  actOnUser: ["X"],
  logLevel: ["l"],
  allEntries: ["a"],
  counterpart: ["r"],
  connection: ["c"],
  user: ["u"],
  otherView: ["v"],
  times: ["w"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type KeyMeaning = keyof typeof keyMap;
export const keyMeanings = Object.keys(keyMap) as readonly KeyMeaning[];

/** The same key of many keyboards, without Shift. */
const withoutShift: Readonly<Record<string, string>> = { "=": "+" };

const meanings: ReadonlyMap<string, KeyMeaning> = new Map(
  keyMeanings.flatMap((meaning) => keyMap[meaning].map((key) => [key, meaning] as const)),
);

/** What a key is for; `undefined`: nothing, anywhere. */
export function meaningOf({ name, ctrl }: Key): KeyMeaning | undefined {
  return meanings.get(`${ctrl === true ? "^" : ""}${withoutShift[name] ?? name}`);
}

/** The names of the keys that mean this, as `Key` has them; those with Ctrl begin with `^`. */
export function keysFor(meaning: KeyMeaning): readonly string[] {
  return keyMap[meaning];
}

const labels: Readonly<Record<string, string>> = {
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  pageup: "PgUp",
  pagedown: "PgDn",
  home: "Home",
  end: "End",
  return: "Enter",
  escape: "Esc",
  tab: "Tab",
  backtab: "Shift-Tab",
  "^c": "Ctrl-C",
  " ": "Space",
};

/** The first key of each, for a line with little room: `↑ ↓`. */
export function shortKeysText(meanings: readonly KeyMeaning[]): string {
  return meanings.map((meaning) => labelsOf(meaning)[0]).join(" ");
}

/** All keys, alternatives apart: `↑ ↓  k j`. */
export function keysText(meanings: readonly KeyMeaning[]): string {
  const alternatives = meanings.map(labelsOf);
  const most = Math.max(...alternatives.map(({ length }) => length));
  return Array.from({ length: most }, (_, at) => alternatives.flatMap((keys) => keys.slice(at, at + 1)).join(" ")).join(
    "  ",
  );
}

function labelsOf(meaning: KeyMeaning): readonly string[] {
  const keys = keyMap[meaning].map((key) => labels[key] ?? key);
  return meaning === "panel" ? [`${keys[0]}…${keys.at(-1)}`] : keys;
}
