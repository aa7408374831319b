import { describe, expect, it } from "vitest";
import { parseExpression } from "../../../../src/runner/load/metrics/parse-threshold.js";
import type { Threshold } from "../../../../src/runner/load/metrics/threshold.js";
import { ThresholdWatch } from "../../../../src/runner/load/metrics/threshold-watch.js";

function threshold(expression: string, rule: Partial<Threshold> = {}): Threshold {
  return {
    metric: "errors",
    expression,
    ...parseExpression(expression),
    abortOnFail: false,
    delayAbortEvalMs: 0,
    ...rule,
  };
}

const touched = () => false;

describe("ThresholdWatch", () => {
  it.each([
    ["count<3", true],
    ["count<=2", true],
    ["count>2", false],
    ["count>=2", true],
    ["count==2", true],
    ["count!=2", false],
  ])("judges %s of 2", (expression, ok) => {
    const watch = new ThresholdWatch([threshold(expression)], () => 2, touched);
    expect(watch.results()).toEqual([{ metric: "errors", expression, ok, actual: 2 }]);
  });

  it("does not call a threshold held on which nothing was measured", () => {
    const watch = new ThresholdWatch([threshold("avg<1", { abortOnFail: true })], () => undefined, touched);
    expect(watch.results()).toMatchObject([{ ok: false, actual: null }]);
    expect(watch.breach(1e9)).toBeUndefined();
  });

  it("does not end a run for what nothing was added to yet, which does not hold in the end", () => {
    let isUntouched = true;
    const watch = new ThresholdWatch(
      [threshold("count>5", { abortOnFail: true })],
      () => 0,
      () => isUntouched,
    );
    expect(watch.breach(1000)).toBeUndefined();
    expect(watch.results()).toMatchObject([{ ok: false, actual: 0 }]);
    isUntouched = false;
    expect(watch.breach(1000)).toMatchObject({ expression: "count>5" });
  });

  it("ends a run only for thresholds that say so, and only after their delay", () => {
    const delayed = threshold("count==1", { abortOnFail: true, delayAbortEvalMs: 5000 });
    const watch = new ThresholdWatch([threshold("count==0"), delayed], () => 2, touched);
    expect(watch.breach(4999)).toBeUndefined();
    expect(watch.breach(5000)).toMatchObject({ expression: "count==1", actual: 2 });
  });
});
