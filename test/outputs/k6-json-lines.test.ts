import { describe, expect, it } from "vitest";
import { K6JsonLines } from "../../src/outputs/k6-json-lines.js";
import { metricKinds } from "../../src/runner/load/metrics/metric-names.js";

/** What k6 1.x writes for the same samples: field for field, its documentation's example and the order of its structs. */
const golden = [
  '{"type":"Metric","data":{"name":"msg_ack_duration","type":"trend","contains":"time","thresholds":["avg<1000","p(95)<50"],' +
    '"submetrics":[{"name":"msg_ack_duration{scenario:chat}","suffix":"scenario:chat","tags":{"scenario":"chat"}}]},' +
    '"metric":"msg_ack_duration"}',
  '{"metric":"msg_ack_duration","type":"Point","data":{"time":"2017-05-09T14:34:45.239Z","value":459.865729,' +
    '"tags":{"group":"::my group::json","scenario":"chat"}}}',
  '{"metric":"msg_ack_duration","type":"Point","data":{"time":"2017-05-09T14:34:45.239Z","value":1,"tags":{}}}',
  '{"type":"Metric","data":{"name":"vus","type":"gauge","contains":"default","thresholds":[],"submetrics":null},"metric":"vus"}',
  '{"metric":"vus","type":"Point","data":{"time":"2017-05-09T14:34:45.625Z","value":5,"tags":{}}}',
  '{"type":"Metric","data":{"name":"bytes_sent","type":"counter","contains":"data","thresholds":[],"submetrics":null},' +
    '"metric":"bytes_sent"}',
  '{"metric":"bytes_sent","type":"Point","data":{"time":"2017-05-09T14:34:45.625Z","value":3,"tags":{}}}',
  "",
].join("\n");

const keepsOn = { abortOnFail: false, delayAbortEvalMs: 0 };

describe("K6JsonLines", () => {
  it.each([
    [0, "null"],
    [500, '"500ms"'],
    [10_000, '"10s"'],
    [90_500, '"1m30.5s"'],
    [3_600_000, '"1h0m0s"'],
  ])("writes a threshold that ends the run as k6's object, with a delay of %i ms", (delayAbortEvalMs, text) => {
    const threshold = { metric: "errors", expression: "count<1", abortOnFail: true, delayAbortEvalMs };
    const lines = new K6JsonLines({ kindOf: (metric) => metricKinds[metric], thresholds: [threshold] });
    expect(lines.linesOf("errors", 1, {}, 0)).toContain(
      `"thresholds":[{"threshold":"count<1","abortOnFail":true,"delayAbortEval":${text}}],`,
    );
  });

  it("writes k6's lines: a metric before its first point, with its thresholds and sub-metrics", () => {
    const lines = new K6JsonLines({
      kindOf: (metric) => metricKinds[metric],
      thresholds: [
        { metric: "msg_ack_duration", expression: "avg<1000", ...keepsOn },
        { metric: "msg_ack_duration{scenario:chat}", expression: "p(90)<3", ...keepsOn },
        { metric: "msg_ack_duration{scenario:chat}", expression: "max<9", ...keepsOn },
        { metric: "msg_ack_duration", expression: "p(95)<50", ...keepsOn },
      ],
    });
    const [first, later] = [Date.UTC(2017, 4, 9, 14, 34, 45, 239), Date.UTC(2017, 4, 9, 14, 34, 45, 625)];
    const text = [
      lines.linesOf("msg_ack_duration", 459.865729, { group: "::my group::json", scenario: "chat" }, first),
      lines.linesOf("msg_ack_duration", 1, {}, first),
      lines.linesOf("vus", 5, {}, later),
      lines.linesOf("bytes_sent", 3, {}, later),
    ].join("");
    expect(lines.head + text).toBe(golden);
  });
});
