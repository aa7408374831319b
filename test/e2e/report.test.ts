import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { conformanceJson } from "../../src/reports/conformance/conformance-json.js";
import { loadConsole } from "../../src/reports/load/load-console.js";
import { loadJson } from "../../src/reports/load/load-json.js";
import { conformanceResult, everyVerdict } from "../helpers/conformance-result.js";
import { failedLoad, heldLoad } from "../helpers/load-result.js";
import { runTtk } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}
const held = file("held.json", loadJson(heldLoad));
const failed = file("failed.json", loadJson(failedLoad));
const judged = file("judged.json", conformanceJson(conformanceResult(everyVerdict)));
const mutants = file(
  "mutants.json",
  JSON.stringify({ mutants: [{ id: "m" }], cases: [{ id: "c" }], kills: { m: ["c"] } }),
);
const run = (...args: string[]) => runTtk(["report", ...args], { cwd: folder });

describe("ttk report", () => {
  it("prints a load run as ttk load did, whatever its file is called", async () => {
    expect(await run(failed)).toEqual({ code: 0, stdout: loadConsole(failedLoad), stderr: "" });
  });

  it("reads one of its runs from stdin", async () => {
    const input = { cwd: folder, stdin: loadJson(failedLoad) };
    expect(await runTtk(["report", "-"], input)).toEqual({ code: 0, stdout: loadConsole(failedLoad), stderr: "" });
    expect((await runTtk(["report", "compare", held, "-"], input)).stdout).toMatch(/^messages lost +0 → 7 .*WORSE$/m);
    const other = await runTtk(["report", "-"], { cwd: folder, stdin: "{}" });
    expect(other).toEqual({
      code: 2,
      stdout: "",
      stderr: "ttk: stdin: is no report of ttk load or ttk conform (--report json=FILE)\n",
    });
  });

  it.each([
    ["a byte order mark", Buffer.from(`\ufeff${loadJson(failedLoad)}`)],
    ["UTF-16, as Windows PowerShell writes it", Buffer.from(`\ufeff${loadJson(failedLoad)}`, "utf16le")],
  ])("reads a run with %s", async (_, bytes) => {
    writeFileSync(join(folder, "windows.json"), bytes);
    expect(await run("windows.json")).toEqual({ code: 0, stdout: loadConsole(failedLoad), stderr: "" });
  });

  it("reads what an earlier version wrote, which had no stages, environment and counts", async () => {
    const report = JSON.parse(loadJson(heldLoad)) as { summary: object; series: object[] };
    const summary = { ...report.summary, stages: undefined, environment: undefined };
    const series = report.series.map((second) => ({ ...second, ackCounts: undefined, deliveryCounts: undefined }));
    const old = file("old.json", JSON.stringify({ ...report, summary, series, latencyBoundsMs: undefined }));
    expect(await run(old)).toEqual({ code: 0, stdout: loadConsole(heldLoad), stderr: "" });
  });

  it.each([
    ["one load run", [held], "steady-chat"],
    ["one conformance run", [judged], "judged"],
    ["several conformance runs", [judged, judged], "judged, judged"],
    ["a mutant matrix", [mutants], "Mutants"],
  ])("makes an HTML file of %s", async (_, files, title) => {
    const { code, stdout, stderr } = await run(...files, "--out", "page.html");
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "page.html\n" });
    const html = readFileSync(join(folder, "page.html"), "utf8");
    expect(/<title>(.*?)<\/title>/.exec(html)?.[1]).toContain(title);
    expect(html).toContain("frm.length-zero".repeat(files.includes(judged) ? 1 : 0));
  });

  it("compares two load runs", async () => {
    const { code, stdout } = await run("compare", held, failed);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^messages lost +0 → 7 .*WORSE$/m);
    await run("compare", held, failed, "--out", "page.html");
    expect(readFileSync(join(folder, "page.html"), "utf8")).toContain('"comparison":{');
  });

  it.each([
    ["fails when something became worse", [held, failed, "--fail-on-worse"], 1, /^ttk: became worse: .* → .*\n$/],
    [
      "fails for a message lost, whatever the percentage",
      [held, failed, "--fail-on-worse", "100000"],
      1,
      /messages lost 0 → 7/,
    ],
    ["holds when nothing became worse", [held, held, "--fail-on-worse"], 0, /^$/],
    ["holds when something became better", [failed, held, "--fail-on-worse"], 0, /^$/],
    ["takes no percentage that is noise", [held, held, "--fail-on-worse", "5"], 2, /whole number, 10 to 100000/],
  ])("as a gate %s", async (_, args, code, stderr) => {
    const ended = await run("compare", ...args);
    expect(ended).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
  });

  it.each([
    [[judged, held], /runs of different kinds do not go into one report: judged is conformance, held is load/],
    [[held, failed], /ttk report compare <before> <after> is for two/],
    [[judged, "--format", "csv"], /a conformance run has no --format csv; there is html, console, json/],
    [["compare", held, judged], /judged\.json: is no load run; ttk conform diff/],
    [[held, "--out", "run.docx"], /--out run\.docx: say the --format/],
    [[held, "--out", "held.json/x.html"], /--out held\.json\/x\.html: cannot be written/],
    [["nowhere.json"], /nowhere\.json: cannot be read \(ENOENT\)/],
    [[file("not.json", "{")], /not\.json: is not JSON/],
    [[file("null.json", "null")], /null\.json: is no report of ttk load or ttk conform/],
    [
      [file("bad.json", loadJson({ ...heldLoad, users: -1 }))],
      /bad\.json: is no load report .* \/summary\/users must be >= 0/,
    ],
    [
      [file("hdr.json", loadJson(heldLoad).replace(/"hdr": "[^"]+"/, '"hdr": "AAAA"'))],
      /hdr\.json: the hdr of connect_duration is no HdrHistogram/,
    ],
    [[file("cases.json", '{"cases":[null],"target":{}}')], /cases\.json: is no conformance report/],
  ])("exits 2 with one line for %j", async (args, line) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^ttk: [^\n]+\n$/);
    expect(stderr).toMatch(line);
  });
});
