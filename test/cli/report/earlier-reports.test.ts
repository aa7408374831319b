import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readRun } from "../../../src/cli/report/read-run.js";
import { loadPageData } from "../../../src/reports/html/load/load-page-data.js";
import { loadConsole } from "../../../src/reports/load/load-console.js";
import { loadCsv } from "../../../src/reports/load/load-csv.js";
import { loadJson } from "../../../src/reports/load/load-json.js";
import type { LoadResult } from "../../../src/runner/load/load-result.js";
import { fakeHost } from "../../helpers/fake-host.js";
import { failedLoad } from "../../helpers/load-result.js";

const here = new URL(".", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "ttk-earlier-reports-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function load(file: string, cwd: string): Promise<LoadResult> {
  const run = await readRun(file, fakeHost({ cwd }));
  if (run.kind !== "load") throw new Error("it is a load run");
  return run.result;
}

describe("a load report of an earlier version", () => {
  it("is read in its first shape: what it did not count is absent", async () => {
    const result = await load("load-report-first-shape.json", here);
    expect(result.delivery).toMatchObject({ sent: failedLoad.delivery.sent, lost: 7, diverged: 0, historyChecked: 0 });
    expect(result.witnesses[0]).toMatchObject({ token: null, arrived: null, detail: null });
    expect(loadConsole(result)).toContain("FAILED");
    const [heading = "", first = ""] = loadCsv(result).split("\n");
    expect(heading).toMatch(/,diverged,notInHistory,unreadWrong,readsTold$/);
    expect(first).toMatch(/,,,,$/);
    expect(loadPageData(failedLoad, result).before?.comparison.worse).toBe(0);
  });

  it("is read without the newest columns of its seconds", async () => {
    const report = JSON.parse(loadJson(failedLoad)) as { series: object[] };
    const series = report.series.map((second) => ({ ...second, diverged: undefined, readsTold: undefined }));
    writeFileSync(join(folder, "between.json"), JSON.stringify({ ...report, series }));
    const result = await load("between.json", folder);
    const { delivery, metrics, witnesses } = failedLoad;
    expect(result).toMatchObject({ delivery, metrics, witnesses });
    expect(result.series[0]).not.toHaveProperty("diverged");
  });

  it("is still refused when a second lacks what all versions have", async () => {
    const report = JSON.parse(loadJson(failedLoad)) as { series: object[] };
    const series = report.series.map((second) => ({ ...second, errors: undefined }));
    writeFileSync(join(folder, "broken.json"), JSON.stringify({ ...report, series }));
    await expect(load("broken.json", folder)).rejects.toThrow("/series/0 must have required property 'errors'");
  });
});
