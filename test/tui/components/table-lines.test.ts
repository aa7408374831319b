import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { widthOf } from "../../../src/tui/components/fit-text.js";
import { type TableColumn, tableLines } from "../../../src/tui/components/table-lines.js";
import { themeFor } from "../../../src/tui/theme.js";

interface User {
  readonly name: string;
  readonly count: number;
}

const columns: readonly TableColumn<User>[] = [
  { title: "user", width: "rest", text: ({ name }) => name },
  { title: "sent", width: 6, align: "right", text: ({ count }) => `${count}`, style: (_, theme) => theme.dim },
  { title: "only wide", width: 9, text: () => "x", fromWidth: 60 },
];
const users = Array.from(
  { length: 100 },
  (_, at): User => ({ name: at === 3 ? "王小明" : `user${at}`, count: at * 10 }),
);

function table(selected: number | undefined, height: number, isStyled = false, width = 24): string[] {
  return tableLines({
    columns,
    rows: users.length,
    rowAt: (at) => users[at] as User,
    ...(selected === undefined ? {} : { selected }),
    isFocused: true,
    width,
    height,
    theme: themeFor(isStyled),
  });
}

describe("tableLines", () => {
  it("shows the rows around the selected one, with a bar that tells where they are", () => {
    expect(table(4, 6)).toEqual([
      "  user             sent",
      "  user2              20┃",
      "  王小明             30│",
      "> user4              40│",
      "  user5              50│",
      "  user6              60│",
    ]);
  });

  it("begins at the first row where nothing is selected", () => {
    expect(table(undefined, 3)).toEqual([
      "user               sent",
      "user0                 0┃",
      "user1                10│",
    ]);
  });

  it("says that there is nothing", () => {
    const lines = tableLines<User>({
      columns,
      rows: 0,
      rowAt: () => {
        throw new Error("no row is asked for");
      },
      width: 20,
      height: 5,
      theme: themeFor(false),
      empty: "nobody is online",
    });
    expect(lines).toEqual(["user           sent", "nobody is online"]);
  });

  it("never grows beyond its room, and always shows the selected row", () => {
    fc.assert(
      fc.property(
        fc.nat(99),
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 16, max: 90 }),
        (at, height, width) => {
          const lines = table(at, height, false, width);
          expect(lines.length).toBe(height);
          expect(lines.filter((line) => line.startsWith("> ")).length).toBe(1);
          expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it("marks the selected row by its look where there is one", () => {
    expect(table(0, 2, true)[1]).toContain("\u001b[7m  user0");
  });
});
