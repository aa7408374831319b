import { InvalidArgumentError } from "commander";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundThresholds, thresholdOf, thresholdTexts } from "../../../src/cli/load/threshold-value.js";
import { ThresholdSyntaxError } from "../../../src/runner/load/metrics/parse-threshold.js";

describe("thresholdOf", () => {
  it.each([
    ["msg_ack_duration:p(95)<50", "msg_ack_duration", { percent: 95 }, "<", 50],
    ["msg_ack_duration: p( 99.9 ) <= 1e2", "msg_ack_duration", { percent: 99.9 }, "<=", 100],
    ["errors{kind:ack_timeout}:count==0", "errors{kind:ack_timeout}", "count", "==", 0],
    ["errors{ kind: link_lost }:rate<0.01", "errors{kind:link_lost}", "rate", "<", 0.01],
    ["pull_duration{pull:users}:med<.5", "pull_duration{pull:users}", "med", "<", 0.5],
    ["errors{\"kind\": 'link_lost'}:count==0", "errors{kind:link_lost}", "count", "==", 0],
    ["devices_online:value>=100", "devices_online", "value", ">=", 100],
    ["msgs_lost:count===0", "msgs_lost", "count", "===", 0],
  ])("reads %s", (text, metric, aggregate, comparison, limit) => {
    expect(thresholdOf(text)).toMatchObject({ metric, aggregate, comparison, limit });
  });

  it.each([
    ["", 1, "expected a metric's name"],
    ["msg_ack_duration", 17, "expected : between metric and expression"],
    ["constructor:count<50", 1, 'there is no metric "constructor"'],
    ["msg_ack_duraton:p(95)<50", 1, 'there is no metric "msg_ack_duraton"; did you mean "msg_ack_duration"?'],
    ["msg_ack_duration:p95<50", 19, "expected a percentile from 0 to 100"],
    ["msg_ack_duration:p(101)<50", 19, "expected a percentile from 0 to 100"],
    ["msg_ack_duration:mean<50", 18, "expected one of count"],
    ["errors:cout<5", 8, 'or p(N); did you mean "count"?'],
    ["msg_ack_duration:avg=50", 21, "expected <"],
    ["msg_ack_duration:avg<fast", 22, "expected a number"],
    ["msg_ack_duration:avg<50ms", 24, '"ms" is too much'],
    ["errors:p(95)<50", 8, "errors is a counter: it has count, rate"],
    ["errors{kind:timeout}:count==0", 13, 'errors has no kind "timeout"; did you mean "ack_timeout"?'],
    ["errors{sort:ack_timeout}:count==0", 8, 'the tag of errors is "kind"'],
    ["vus{kind:a}:value>1", 5, "vus has no tags"],
    ["vus{of-kind:a}:value>1", 5, "vus has no tags"],
    ["vus{:a}:value>1", 5, "expected tags"],
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

describe("thresholdTexts", () => {
  it("gathers what is given several times, of any metric", () => {
    const texts = thresholdTexts("mine:count==0", thresholdTexts("kicks:count==0", undefined));
    expect(texts).toEqual(["kicks:count==0", "mine:count==0"]);
  });

  it("lets commander print the column", () => {
    expect(() => thresholdTexts("errors:cout==0", undefined)).toThrow(InvalidArgumentError);
    expect(() => thresholdTexts("errors:cout==0", undefined)).toThrow(/^column 8: /);
  });
});

describe("boundThresholds", () => {
  it("names the option and the text where there is no such metric", () => {
    expect(boundThresholds("--threshold", ["kicks:count==0"])).toMatchObject([{ metric: "kicks", limit: 0 }]);
    expect(() => boundThresholds("--threshold", ["kick:count==0"])).toThrow(
      /^--threshold 'kick:count==0': column 1: there is no metric "kick"; did you mean "kicks"\?$/,
    );
  });
});
