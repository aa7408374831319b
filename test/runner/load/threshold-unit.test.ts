import { describe, expect, it } from "vitest";
import { parseExpression } from "../../../src/runner/load/parse-threshold.js";
import { judgeThreshold, thresholdFailure } from "../../../src/runner/load/threshold.js";
import { thresholdUnit } from "../../../src/runner/load/threshold-unit.js";

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
    ["own_time", "p(99)<5", "ms"],
    ["own_time", "med<5", "ms"],
    // Of a trend or a gauge, of a counter or a share: its name does not say.
    ["own_metric", "max<5", undefined],
    ["own_metric", "rate<5", undefined],
  ])("of %s %s is %s", (metric, expression, unit) => {
    expect(thresholdUnit(metric, parseExpression(expression).aggregate)).toBe(unit);
  });

  it("is beside what a threshold was compared with", () => {
    const judged = (metric: string, expression: string) => {
      const rule = { abortOnFail: false, delayAbortEvalMs: 0 };
      return judgeThreshold({ metric, expression, ...parseExpression(expression), ...rule }, () => 61.2);
    };
    const late = judged("msg_ack_duration", "p(95)<50");
    expect(late).toEqual({ metric: "msg_ack_duration", expression: "p(95)<50", ok: false, actual: 61.2, unit: "ms" });
    expect(thresholdFailure(late)).toBe("msg_ack_duration p(95)<50 does not hold: 61.2 ms");
    expect(thresholdFailure(judged("kicks", "rate<1"))).toBe("kicks rate<1 does not hold: 61.2/s");
    expect(thresholdFailure(judged("kicks", "count<1"))).toBe("kicks count<1 does not hold: 61.2");
  });
});
