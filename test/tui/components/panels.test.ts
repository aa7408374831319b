import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/tui/components/fit-text.js";
import { helpLines } from "../../../src/tui/components/help-lines.js";
import { HelpScroll } from "../../../src/tui/components/help-scroll.js";
import { keyHintsLine } from "../../../src/tui/components/key-hints.js";
import { movedPosition, scrollMark, topOf } from "../../../src/tui/components/list-position.js";
import { panelLines, ruleLine, sideBySide } from "../../../src/tui/components/panel-lines.js";
import { typedInto } from "../../../src/tui/components/text-prompt.js";
import { themeFor } from "../../../src/tui/theme.js";

const theme = themeFor(false);

describe("panelLines", () => {
  it("frames lines, cut and filled up to its size", () => {
    expect(
      panelLines({
        title: "Queues",
        note: "2 of 9",
        lines: ["msg 王", "a longer line than fits"],
        width: 24,
        height: 5,
        theme,
      }),
    ).toEqual([
      "╭─ Queues ──── 2 of 9 ─╮",
      "│ msg 王               │",
      "│ a longer line than … │",
      "│                      │",
      "╰──────────────────────╯",
    ]);
  });

  it("says where keys go, without colours too", () => {
    expect(ruleLine({ title: "Errors", width: 20, theme, isFocused: true })).toBe("──[Errors]──────────");
  });

  it("is exactly as large as asked", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.integer({ min: 8, max: 60 }),
        fc.integer({ min: 2, max: 9 }),
        (title, note, width, height) => {
          const lines = panelLines({ title, note, lines: [note], width, height, theme });
          expect(lines.length).toBe(height);
          expect(new Set(lines.map(widthOf))).toEqual(new Set([width]));
        },
      ),
    );
  });

  it("stands beside others, a lower one with blanks beneath", () => {
    const left = { lines: ["ab"], width: 3 };
    expect(sideBySide([left, { lines: ["1", "2"], width: 1 }])).toEqual(["ab 1", "   2"]);
  });
});

describe("keyHintsLine", () => {
  const hints = [
    [["filter"], "filter"],
    [["up", "down"], "scroll"],
  ] as const;

  it("leaves out what has no room, never help and quit", () => {
    expect(keyHintsLine(hints, 80, theme)).toBe(" f filter  ↑ ↓ scroll  ? help  q quit");
    expect(keyHintsLine(hints, 30, theme)).toBe(" f filter  ? help  q quit");
    expect(keyHintsLine(hints, 10, theme)).toBe(" ? help  q quit");
  });
});

describe("helpLines", () => {
  it("stands in the middle and breaks its notes into lines", () => {
    const lines = helpLines({
      keys: [[["search"], "search"]],
      notes: "one two three four five six",
      scroll: new HelpScroll(),
      width: 24,
      height: 10,
      theme,
    });
    expect(lines).toEqual([
      "",
      "╭─[Help]─ any key go… ─╮",
      "│ /                    │",
      "│   search             │",
      "│                      │",
      "│ one two three four   │",
      "│ five six             │",
      "╰──────────────────────╯",
    ]);
  });
});

describe("help that is longer than the screen", () => {
  const shown = (scroll: HelpScroll) =>
    helpLines({
      keys: [
        [["filter"], "one two three four five six seven eight nine ten"],
        [["search"], "the last"],
      ],
      scroll,
      width: 40,
      height: 4,
      theme,
    }).join("\n");

  it("is scrolled by keys that move, and left by others", () => {
    const scroll = new HelpScroll();
    expect(shown(scroll)).not.toContain("the last");
    expect(scroll.press({ name: "pagedown" })).toBe(true);
    expect(shown(scroll)).not.toContain("one two");
    expect(scroll.press({ name: "end" })).toBe(true);
    expect(shown(scroll)).toContain("the last");
    expect(scroll.press({ name: "down" })).toBe(true);
    expect(shown(scroll)).toContain("the last");
    expect(scroll.press({ name: "x" })).toBe(false);
    expect(shown(scroll)).toContain("one two");
  });

  it("is left by any key where it is not", () => {
    const scroll = new HelpScroll();
    scroll.rows = 5;
    scroll.pageRows = 5;
    expect(scroll.press({ name: "down" })).toBe(false);
  });
});

describe("a list's cursor", () => {
  it.each([
    ["down", 5, 6],
    ["k", 5, 4],
    ["pagedown", 5, 9],
    ["pageup", 5, 0],
    ["G", 5, 9],
    ["home", 5, 0],
    ["x", 5, undefined],
  ])("goes by %s from %d to %s", (name, from, to) => {
    expect(movedPosition({ name }, from, 10, 6)).toBe(to);
  });

  it("stays at the first place of an empty list", () => {
    expect(movedPosition({ name: "down" }, 0, 0, 5)).toBe(0);
  });

  it("is always in view, and the bar always has a mark", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        (rows, height, seed) => {
          const selected = seed % rows;
          const top = topOf(selected, rows, height);
          expect(selected - top).toBeGreaterThanOrEqual(0);
          expect(selected - top).toBeLessThan(height);
          const bar = Array.from({ length: height }, (_, line) => scrollMark(line, top, height, rows)).join("");
          if (rows > height) expect(bar).toMatch(/^│*┃+│*$/);
          else expect(bar).toBe("");
        },
      ),
    );
  });
});

describe("typedInto", () => {
  it.each([
    ["ab", { name: "c" }, { kind: "typing", text: "abc" }],
    ["ab", { name: "王" }, { kind: "typing", text: "ab王" }],
    ["ab", { name: "backspace" }, { kind: "typing", text: "a" }],
    ["one two ", { name: "w", ctrl: true }, { kind: "typing", text: "one " }],
    ["one two", { name: "u", ctrl: true }, { kind: "typing", text: "" }],
    ["ab", { name: "up" }, { kind: "typing", text: "ab" }],
    ["ab", { name: "\u0000" }, { kind: "typing", text: "ab" }],
    [" ab ", { name: "return" }, { kind: "entered", text: "ab" }],
    ["ab", { name: "escape" }, { kind: "left" }],
    ["ab", { name: "c", ctrl: true }, { kind: "left" }],
  ])("turns %j by %j into %j", (text, key, outcome) => {
    expect(typedInto(text, key)).toEqual(outcome);
  });
});
