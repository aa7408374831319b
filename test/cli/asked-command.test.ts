import { beforeAll, describe, expect, it } from "vitest";
import { withSubcommand, wordsAsOptions } from "../../src/cli/asked-command.js";
import { buildProgram } from "../../src/cli/program.js";
import { fakeHost } from "../helpers/fake-host.js";

describe("asking by a word for help, or the version", () => {
  it.each([
    ["help decode", "decode --help"],
    ["help conform list", "conform list --help"],
    ["help decdoe", "decdoe"],
    ["help", "help"],
    ["version", "--version"],
    ["version --json", "--version"],
    ["decode version", "decode version"],
    ["decode help", "decode help"],
  ])("ttk %s is ttk %s", (given, meant) => {
    expect(wordsAsOptions(given.split(" "))).toEqual(meant.split(" "));
  });
});

describe("a word behind a command that has others", () => {
  let program: Awaited<ReturnType<typeof buildProgram>>;
  beforeAll(async () => {
    program = await buildProgram(fakeHost(), () => true);
  });
  const spelt = (text: string) => withSubcommand(text.split(" "), program, (path) => path === "compute").join(" ");

  it.each([
    ["conform help", "conform --help"],
    ["conform help list", "conform list --help"],
    ["conform --help", "conform --help"],
    ["load help steady-chat", "load steady-chat --help"],
    ["conform list", "conform list"],
    ["conform localhost:8000", "conform localhost:8000"],
    ["load steady-chat", "load steady-chat"],
    ["report compute", "report compute"],
    ["schema help", "schema help"],
  ])("ttk %s is ttk %s", (given, meant) => {
    expect(spelt(given)).toBe(meant);
  });

  it.each([
    ["conform lsit", '"lsit" is no command of ttk conform; did you mean "list"?'],
    ["report compre a.json b.json", '"compre" is no command of ttk report; did you mean "compare"?'],
    ["load lst", '"lst" is no command of ttk load; did you mean "list"?'],
    ["conform help lsit", '"lsit" is no command of ttk conform; did you mean "list"?'],
    ["conform help nope", '"nope" is no command of ttk conform (ttk conform --help)'],
    ["report help nope", '"nope" is no command of ttk report (ttk report --help)'],
  ])("ttk %s: %s", (given, message) => {
    expect(() => spelt(given)).toThrow(message);
  });

  it("is one of its commands where help was asked for before it: ttk help conform nope", () => {
    const args = wordsAsOptions(["help", "conform", "nope"]);
    expect(() => withSubcommand(args, program, () => false, true)).toThrow('"nope" is no command of ttk conform');
    expect(withSubcommand(["conform", "nope", "--help"], program, () => false)).toEqual(["conform", "nope", "--help"]);
  });
});
