import { describe, expect, it } from "vitest";
import { thresholdOf } from "../../../../src/cli/load/threshold-value.js";
import { parseExpression } from "../../../../src/runner/load/metrics/parse-threshold.js";
import { judgeThreshold, thresholdFailure } from "../../../../src/runner/load/metrics/threshold.js";
import { thresholdUnit } from "../../../../src/runner/load/metrics/threshold-unit.js";

describe("thresholdUnit", () => {
  it.each([
    ["msg_ack_duration", "p(95)<50", "ms"],
    ["pull_duration{pull:users}", "max<50", "ms"],
    ["msg_ack_duration", "count>50", undefined],
    ["msg_ack_duration", "rate>50", "/s"],
    ["errors{kind:ack_timeout}", "count==0", undefined],
    ["msgs_sent", "rate>50", "/s"],
    ["bytes_sent", "count<5000", "B"],
    ["bytes_sent", "rate<5000", "B/s"],
    ["generator_busy", "max<0.9", undefined],
  ])("of %s %s is %s", (metric, expression, unit) => {
    expect(thresholdOf(`${metric}:${expression}`).unit).toBe(unit);
  });

  it.each([
    [{ type: "trend" }, "p(99)<5", "ms"],
    [{ type: "trend" }, "med<5", "ms"],
    [{ type: "trend" }, "max<5", "ms"],
    [{ type: "trend", contains: "default" }, "p(99)<5", undefined],
    [{ type: "trend", contains: "default" }, "avg<5", undefined],
    [{ type: "trend", contains: "default" }, "rate<5", "/s"],
    [{ type: "gauge" }, "max<5", undefined],
    [{ type: "gauge", contains: "time" }, "value<5", "ms"],
    [{ type: "counter", contains: "time" }, "count<5", "ms"],
    [{ type: "counter" }, "rate<5", "/s"],
    [{ type: "rate" }, "rate<5", undefined],
  ] as const)("of an own metric that is %j, %s is %s", (content, expression, unit) => {
    expect(thresholdUnit("own", content, parseExpression(expression).aggregate)).toBe(unit);
  });

  it("is beside what a threshold was compared with", () => {
    const judged = (metric: string, expression: string) => {
      const rule = { abortOnFail: false, delayAbortEvalMs: 0 };
      return judgeThreshold({ ...thresholdOf(`${metric}:${expression}`), ...rule }, () => 61.2);
    };
    const late = judged("msg_ack_duration", "p(95)<50");
    expect(late).toEqual({ metric: "msg_ack_duration", expression: "p(95)<50", ok: false, actual: 61.2, unit: "ms" });
    expect(thresholdFailure(late)).toBe("msg_ack_duration p(95)<50 does not hold: 61.2 ms");
    expect(thresholdFailure(judged("kicks", "rate<1"))).toBe("kicks rate<1 does not hold: 61.2/s");
    expect(thresholdFailure(judged("kicks", "count<1"))).toBe("kicks count<1 does not hold: 61.2");
  });
});
