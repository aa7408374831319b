import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { outputValues } from "../../../../src/cli/load/output-value.js";
import { joinSamples, requireShareable, workerTargets } from "../../../../src/cli/load/shards/worker-samples.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-worker-samples-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("outputs of workers", () => {
  it("refuses one where a single process listens, and no other", () => {
    expect(() => requireShareable(outputValues("prometheus=127.0.0.1:9464", undefined))).toThrow("use prometheus-rw");
    expect(() =>
      requireShareable(outputValues("statsd=127.0.0.1:8125", outputValues("json=a", undefined))),
    ).not.toThrow();
  });

  it("joins the workers' files, and has what heads them once", async () => {
    const targets = outputValues("csv=all.csv", outputValues("statsd=127.0.0.1:8125", undefined));
    const shards = ["0.json", "1.json"].map((name) => join(folder, name));
    for (const [worker, shard] of shards.entries()) {
      const [, csv] = workerTargets(targets, shard);
      const rows = [`a,${worker},1`, `b,${worker},2`];
      writeFileSync((csv as { file: string }).file, ["metric_name,timestamp,metric_value", ...rows, ""].join("\n"));
    }
    await joinSamples(targets, shards, folder);
    expect(readFileSync(join(folder, "all.csv"), "utf8")).toBe(
      "metric_name,timestamp,metric_value\na,0,1\nb,0,2\na,1,1\nb,1,2\n",
    );
  });
});
