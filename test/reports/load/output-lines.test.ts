import { describe, expect, it } from "vitest";
import { outputLines } from "../../../src/reports/load/output-lines.js";
import type { OutputResult } from "../../../src/runner/load/load-result.js";

const complete: OutputResult = {
  output: "otlp=http://127.0.0.1:4318",
  unit: "batches",
  sent: 12,
  failed: 0,
  dropped: 0,
  firstFailure: null,
};
const untagged = { untagged_values: { type: "counter", count: 1200, rate: 60 } } as const;

describe("outputLines", () => {
  it("say nothing of outputs to which all went", () => {
    expect(outputLines({ outputs: [complete], metrics: {} })).toEqual([]);
  });

  it("say what did not get there, and why", () => {
    const broken = { ...complete, failed: 2, dropped: 1, firstFailure: "connect ECONNREFUSED" };
    expect(outputLines({ outputs: [broken], metrics: {} })).toEqual([
      "INCOMPLETE   --out otlp=http://127.0.0.1:4318: 12 batches sent, 2 failed, 1 dropped (connect ECONNREFUSED)",
      "",
    ]);
  });

  it("say how many values have no tags where sums are sent, and nothing where every value is", () => {
    expect(outputLines({ outputs: [complete], metrics: untagged })).toEqual([
      "INCOMPLETE   --out: 1,200 values of own metrics without their tags: too many different sets (docs/load.md)",
      "",
    ]);
    expect(outputLines({ outputs: [{ ...complete, unit: "samples" }], metrics: untagged })).toEqual([]);
  });
});
