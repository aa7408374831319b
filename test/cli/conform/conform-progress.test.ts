import { describe, expect, it } from "vitest";
import { conformProgress } from "../../../src/cli/conform/conform-progress.js";
import { caseResult } from "../../helpers/conformance-case.js";
import { fakeHost } from "../../helpers/fake-host.js";

const slow = ["con.login-timeout", "con.idle-pc", "con.idle-mobile", "con.other"];

/** Two short cases among `slow` ones; all start, and end in that order. */
function run(verbosity: "normal" | "verbose" | "quiet", slowCases: readonly string[] = slow): string[] {
  const host = fakeHost({ verbosity });
  const take = conformProgress(host);
  const ids = ["frm.a", "frm.b", ...slowCases];
  for (const id of ids) take({ type: "case-started", id, waitsForTimeout: slowCases.includes(id) });
  for (const [at, id] of ids.entries())
    take({ type: "case-finished", result: caseResult("passed", { id }), finished: at + 1, total: ids.length });
  return host.written.stderr.split("\n").slice(0, -1);
}

describe("conformProgress", () => {
  const explanation =
    "2 of 6 cases, waiting for time limits of the server: con.login-timeout, con.idle-pc, con.idle-mobile and 1 more (--skip slow leaves such cases out)";

  it("says once, as soon as nothing else is under way, what the silence is about", () => {
    expect(run("normal")).toEqual([explanation]);
  });

  it("does so beside the verdicts of -v, and not with -q", () => {
    const passed = (id: string) => `passed  ${id}`;
    expect(run("verbose")).toEqual([passed("frm.a"), passed("frm.b"), explanation, ...slow.map(passed)]);
    expect(run("quiet")).toEqual([]);
  });

  it("has nothing to say of a run without such cases", () => {
    expect(run("normal", [])).toEqual([]);
  });
});
