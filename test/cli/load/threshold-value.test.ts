import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { thresholdOf, thresholdValues } from "../../../src/cli/load/threshold-value.js";
import { ThresholdSyntaxError } from "../../../src/runner/load/parse-threshold.js";

describe("thresholdOf", () => {
  it.each([
    ["msg_ack_duration:p(95)<50", "msg_ack_duration", { percent: 95 }, "<", 50],
    ["msg_ack_duration: p( 99.9 ) <= 1e2", "msg_ack_duration", { percent: 99.9 }, "<=", 100],
    ["errors{kind:ack_timeout}:count==0", "errors{kind:ack_timeout}", "count", "==", 0],
    ["errors{ kind: link_lost }:rate<0.01", "errors{kind:link_lost}", "rate", "<", 0.01],
    ["pull_duration{pull:users}:med<.5", "pull_duration{pull:users}", "med", "<", 0.5],
    ["devices_online:value>=100", "devices_online", "value", ">=", 100],
    ["msgs_lost:count===0", "msgs_lost", "count", "===", 0],
  ])("reads %s", (text, metric, aggregate, comparison, limit) => {
    expect(thresholdOf(text)).toMatchObject({ metric, aggregate, comparison, limit });
  });

  it.each([
    ["", 1, "expected a metric's name"],
    ["msg_ack_duration", 17, "expected : between metric and expression"],
    ["msg_ack_duraton:p(95)<50", 1, 'there is no metric "msg_ack_duraton"; did you mean "msg_ack_duration"?'],
    ["msg_ack_duration:p95<50", 19, "expected a percentile from 0 to 100"],
    ["msg_ack_duration:p(101)<50", 19, "expected a percentile from 0 to 100"],
    ["msg_ack_duration:mean<50", 18, "expected one of count"],
    ["msg_ack_duration:avg=50", 21, "expected <"],
    ["msg_ack_duration:avg<fast", 22, "expected a number"],
    ["msg_ack_duration:avg<50ms", 24, '"ms" is too much'],
    ["errors:p(95)<50", 8, "errors is a counter: it has count, rate"],
    ["errors{kind:timeout}:count==0", 13, 'errors has no kind "timeout"; did you mean "ack_timeout"?'],
    ["errors{sort:ack_timeout}:count==0", 8, 'the tag of errors is "kind"'],
    ["vus{kind:a}:value>1", 5, "vus has no tags"],
    ["errors{kind}:count==0", 8, "expected tags"],
  ])("says where %j is wrong", (text, column, reason) => {
    let thrown: unknown;
    try {
      thresholdOf(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ThresholdSyntaxError);
    expect(thrown).toMatchObject({ column, reason: expect.stringContaining(reason) });
  });

  it("reads or refuses any text, and throws nothing else", () => {
    const near = fc.stringMatching(/^(errors|msg_ack_duration|vus)[{:}p()\d<>=.a-z]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), near), (text) => {
        try {
          expect(Number.isFinite(thresholdOf(text).limit)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ThresholdSyntaxError);
        }
      }),
    );
  });
});

describe("thresholdValues", () => {
  it("gathers what is given several times", () => {
    const [first, second] = thresholdValues("errors:count==0", thresholdValues("kicks:count==0", undefined));
    expect([first?.metric, second?.metric]).toEqual(["kicks", "errors"]);
  });

  it("lets commander print the column", () => {
    expect(() => thresholdValues("errors:cout==0", undefined)).toThrow(InvalidArgumentError);
    expect(() => thresholdValues("errors:cout==0", undefined)).toThrow(/^column 8: /);
  });
});
