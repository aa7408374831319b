import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SampleFile } from "../../src/outputs/sample-file.js";
import { runView } from "../helpers/run-view.js";
import { until } from "../helpers/until.js";

const format = {
  head: "head\n",
  linesOf: (metric: string, value: number, tags: object) => `${metric} ${value} ${JSON.stringify(tags)}\n`,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ttk-outputs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("SampleFile", () => {
  it.each(["samples.txt", "samples.txt.gz"])("writes every sample, with the run's tags, to %s", async (name) => {
    const path = join(folder, name);
    const file = new SampleFile(`json=${name}`, path, format, runView());
    for (let value = 0; value < 5000; value++) file.onSample("vus", value, { scenario: "chat" });
    file.onSecond();
    file.onSample("vus", 5000, {});
    const result = await file.close();
    const bytes = readFileSync(path);
    const lines = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString().split("\n");
    expect(lines.slice(0, 2)).toEqual(["head", 'vus 0 {"testid":"7","scenario":"chat"}']);
    expect(lines.slice(-2)).toEqual(['vus 5000 {"testid":"7"}', ""]);
    expect(lines).toHaveLength(5003);
    expect(result).toEqual({
      output: `json=${name}`,
      unit: "samples",
      sent: 5001,
      failed: 0,
      dropped: 0,
      firstFailure: null,
    });
  });

  // Linux's device that is always full.
  it.runIf(existsSync("/dev/full"))(
    "says once that the disk is full, and counts what is missing from then on",
    async () => {
      const run = runView();
      const file = new SampleFile("csv=/dev/full", "/dev/full", format, run);
      await until(() => {
        file.onSample("vus", 1, {});
        file.onSecond();
        return run.warnings.length > 0;
      }, "the disk is full");
      const { failed, firstFailure } = await file.close();
      expect(firstFailure).toBe("cannot be written (ENOSPC)");
      expect(failed).toBeGreaterThan(0);
      expect(run.warnings).toEqual([
        "--out csv=/dev/full: cannot be written (ENOSPC); the run goes on, and the report counts what is missing",
      ]);
    },
  );
});
