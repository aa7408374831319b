import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { afterEach, describe, expect, it } from "vitest";
import { addressValues, countValue } from "../../src/cli/option-values.js";
import { applySettings } from "../../src/cli/settings.js";
import { fakeHost } from "../helpers/fake-host.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Given {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Content of ttk.config.json, or text of another file. */
  readonly file?: object | { readonly name: string; readonly text: string };
}

function folderWith(file: Given["file"]): string {
  const folder = mkdtempSync(join(tmpdir(), "ttk-settings-"));
  folders.push(folder);
  if (file === undefined) return folder;
  if ("text" in file) writeFileSync(join(folder, file.name), file.text);
  else writeFileSync(join(folder, "ttk.config.json"), JSON.stringify(file));
  return folder;
}

/** The options that a command's action gets. */
async function options(
  { flags = [], env = {}, file }: Given,
  host = fakeHost({ env, cwd: folderWith(file) }),
): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {};
  const load = new Command("load")
    .option("--users <n>", "", countValue(1, 100), 10)
    .option("--think-time <name>")
    .option("--only <pattern...>")
    .option("--target <address...>", "", addressValues)
    .option("--json", "")
    .option("--no-tui", "")
    .addOption(new Option("--format <format>").choices(["hex", "binary"]))
    .exitOverride()
    .action((given: Record<string, unknown>) => {
      seen = given;
    });
  applySettings(load, host);
  await load.parseAsync([...flags], { from: "user" });
  return seen;
}

/** The options that the action of a command's command gets. */
async function compareOptions(
  { flags = [], env = {}, file }: Given,
  host = fakeHost({ env, cwd: folderWith(file) }),
): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {};
  const compare = new Command("compare")
    .addOption(new Option("--fail-on-worse [percent]").argParser(countValue(10, 100)).preset("10"))
    .action((given: Record<string, unknown>) => {
      seen = given;
    });
  const report = new Command("report").option("--out <file>").addCommand(compare).exitOverride();
  applySettings(report, host);
  await report.parseAsync(["compare", ...flags], { from: "user" });
  return seen;
}

describe("settings", () => {
  it("reads a denying option by its own name from the environment, and by what it denies from the file", async () => {
    expect((await options({})).tui).toBe(true);
    expect((await options({ env: { TTK_LOAD_NO_TUI: "1" } })).tui).toBe(false);
    expect((await options({ env: { TTK_LOAD_NO_TUI: "0" } })).tui).toBe(true);
    expect((await options({ file: { load: { tui: false } } })).tui).toBe(false);
  });

  it("takes a flag over the environment, the environment over the file, the file over the default", async () => {
    const file = { load: { users: 20 } };
    const env = { TTK_LOAD_USERS: "30" };
    expect(await options({})).toMatchObject({ users: 10 });
    expect(await options({ file })).toMatchObject({ users: 20 });
    expect(await options({ file, env })).toMatchObject({ users: 30 });
    expect(await options({ file, env, flags: ["--users", "40"] })).toMatchObject({ users: 40 });
  });

  it("replaces what an option collects, and does not add to it", async () => {
    const file = { load: { only: ["a", "b"], target: ["127.0.0.1:1"] } };
    expect(await options({ file })).toMatchObject({ only: ["a", "b"], target: [{ host: "127.0.0.1", port: 1 }] });
    const env = { TTK_LOAD_ONLY: "c,d" };
    expect(await options({ file, env, flags: ["--target", "127.0.0.1:2"] })).toMatchObject({
      only: ["c", "d"],
      target: [{ host: "127.0.0.1", port: 2 }],
    });
  });

  it("takes a variable of several lines as one value a line, commas and all", async () => {
    const rules = "drop command=0x0301,0x0302\r\n\n  delay 1s nth=3,5\n";
    expect(await options({ env: { TTK_LOAD_ONLY: rules } })).toMatchObject({
      only: ["drop command=0x0301,0x0302", "delay 1s nth=3,5"],
    });
    expect(await options({ env: { TTK_LOAD_ONLY: "drop nth=3,5\n" } })).toMatchObject({ only: ["drop nth=3,5"] });
  });

  it("knows options of several words and switches", async () => {
    expect(await options({ env: { TTK_LOAD_THINK_TIME: "uniform", TTK_LOAD_JSON: "1" } })).toMatchObject({
      thinkTime: "uniform",
      json: true,
    });
    expect(
      await options({ file: { load: { thinkTime: "uniform", json: true } }, env: { TTK_LOAD_JSON: "0" } }),
    ).toMatchObject({ thinkTime: "uniform", json: false });
  });

  it("leaves other commands' settings alone", async () => {
    expect(await options({ file: { conform: { nonsense: 1 } }, env: { TTK_CONFORM_USERS: "x" } })).toMatchObject({
      users: 10,
    });
  });

  it("reads a module", async () => {
    const file = { name: "ttk.config.js", text: "module.exports = { load: { users: 2 * 11 } };" };
    expect(await options({ file })).toMatchObject({ users: 22 });
  });

  it("gives commands of a command theirs: a flag over the environment, the environment over the file", async () => {
    const file = { report: { out: "all.html", compare: { failOnWorse: 20 } } };
    const env = { TTK_REPORT_COMPARE_FAIL_ON_WORSE: "30", TTK_REPORT_OUT: "run.html" };
    const flags = ["--fail-on-worse", "40"];
    expect(await compareOptions({})).toEqual({});
    expect(await compareOptions({ file })).toEqual({ failOnWorse: 20 });
    expect(await compareOptions({ file, env })).toEqual({ failOnWorse: 30 });
    expect(await compareOptions({ file, env, flags })).toEqual({ failOnWorse: 40 });
  });

  it("names variables that neither a command nor one of its commands has an option for", async () => {
    const env = { TTK_REPORT_COMPARE_FAIL_ON_WORS: "30", TTK_REPORT_OUT: "run.html" };
    const host = fakeHost({ env, cwd: folderWith(undefined) });
    await compareOptions({}, host);
    expect(host.written.stderr).toBe(
      'TTK_REPORT_COMPARE_FAIL_ON_WORS is no option of ttk report; did you mean "TTK_REPORT_COMPARE_FAIL_ON_WORSE"?\n',
    );
  });

  it("takes an option whose value may be left out for itself alone", async () => {
    expect(await compareOptions({ file: { report: { compare: { failOnWorse: true } } } })).toEqual({ failOnWorse: 10 });
    expect(await compareOptions({ file: { report: { compare: { failOnWorse: false } } } })).toEqual({});
    expect(await compareOptions({ env: { TTK_REPORT_COMPARE_FAIL_ON_WORSE: "" } })).toEqual({ failOnWorse: 10 });
  });

  it("names sections that are no command's, and does without them", async () => {
    const host = fakeHost({ cwd: folderWith({ laod: { users: 20 }, load: { users: 30 }, $schema: "x.json" }) });
    expect(await options({}, host)).toMatchObject({ users: 30 });
    expect(host.written.stderr).toMatch(/ttk\.config\.json: "laod" is no command of ttk; did you mean "load"\?\n$/);
  });

  it("name variables for the command that it has no option for, and do without them", async () => {
    const env = { TTK_LOAD_USRES: "20", TTK_LOAD_THINK_TIME: "a", TTK_SERVE_USRES: "20", LOAD_USERS: "20" };
    const host = fakeHost({ env, cwd: folderWith(undefined) });
    expect(await options({}, host)).toMatchObject({ users: 10, thinkTime: "a" });
    expect(host.written.stderr).toBe('TTK_LOAD_USRES is no option of ttk load; did you mean "TTK_LOAD_USERS"?\n');
  });

  it.each<[string, Given, RegExp]>([
    [
      "a value out of range",
      { env: { TTK_LOAD_USERS: "101" } },
      /^TTK_LOAD_USERS: Expected a whole number, 1 to 100\.$/,
    ],
    [
      "a value out of range in the file",
      { file: { load: { users: 0 } } },
      /ttk\.config\.json: "load\.users": Expected/,
    ],
    [
      "no choice of an option",
      { env: { TTK_LOAD_FORMAT: "pdf" } },
      /^TTK_LOAD_FORMAT: Allowed choices are hex, binary\.$/,
    ],
    [
      "a switch that is neither on nor off",
      { env: { TTK_LOAD_JSON: "perhaps" } },
      /^TTK_LOAD_JSON: Expected true or false/,
    ],
    ["several values where one is wanted", { file: { load: { users: [1, 2] } } }, /"load\.users": Expected one value/],
    [
      "an unknown key",
      { file: { load: { usres: 1 } } },
      /ttk\.config\.json: "load" has no option "usres"; did you mean "users"\?$/,
    ],
    ["a section that holds no options", { file: { load: "fast" } }, /ttk\.config\.json: "load" must hold options/],
    ["a file that holds no sections", { file: { name: "ttk.config.json", text: "null" } }, /an object is expected/],
    ["broken JSON", { file: { name: "ttk.config.json", text: "{" } }, /ttk\.config\.json cannot be read: /],
    [
      "a broken module",
      { file: { name: "ttk.config.js", text: "throw new Error('no')" } },
      /ttk\.config\.js cannot be read: no/,
    ],
  ])("refuses %s, with where it stands", async (_, given, message) => {
    await expect(options(given)).rejects.toThrow(message);
    await expect(options(given)).rejects.toMatchObject({ exitCode: 2 });
  });
});
