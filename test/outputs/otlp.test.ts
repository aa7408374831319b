import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { otlp } from "../../src/outputs/otlp.js";
import { otlpMessage } from "../../src/outputs/otlp-message.js";
import { counterReading, gaugeReading, trendReading } from "../../src/runner/load/metrics/metric-reading.js";
import { Gauge, Trend } from "../../src/runner/load/metrics/metrics.js";
import { HttpReceiver } from "../helpers/http-receiver.js";
import { readings, runView } from "../helpers/run-view.js";

const receivers: HttpReceiver[] = [];
afterEach(() => {
  for (const receiver of receivers.splice(0)) receiver.stop();
});

/** What @opentelemetry/exporter-metrics-otlp-http 0.301 posts for the same values: fixtures/opentelemetry/README.md. */
const official = JSON.parse(
  readFileSync(new URL("../../fixtures/opentelemetry/metrics.json", import.meta.url), "utf8"),
) as object;

describe("otlpMessage", () => {
  it("is what the official exporter makes of the same values", () => {
    const gauge = new Gauge();
    gauge.set(2.5);
    const trend = new Trend();
    for (const ms of [0.05, 1, 1.5, 30, 70_000]) trend.recordMs(ms);
    const made = [
      counterReading("bytes_sent", { scenario: "a" }, 3),
      counterReading("bytes_sent", { scenario: "b" }, 4),
      gaugeReading("vus", {}, gauge),
      trendReading("connect_duration", {}, trend),
    ];
    const moment = { startMs: 1_795_638_220_700, timeMs: 1_795_638_220_701, toolkit: "1.2.3" };
    expect(JSON.parse(otlpMessage(made, { testid: "7" }, moment))).toEqual(official);
  });
});

describe("otlp", () => {
  it.each([
    ["", "/v1/metrics"],
    ["/otlp/v1/metrics?tenant=4", "/otlp/v1/metrics?tenant=4"],
  ])("posts to a collector at %j as JSON", async (path, expected) => {
    const receiver = await HttpReceiver.start();
    receivers.push(receiver);
    const run = runView();
    const output = otlp("otlp", new URL(`http://${receiver.host}${path}`), run);
    expect(await output.close()).toMatchObject({ sent: 1, failed: 0 });
    const [request] = receiver.received;
    expect(request?.path).toBe(expected);
    expect(request?.headers["content-type"]).toBe("application/json");
    const moment = { startMs: run.nowMs(), timeMs: run.nowMs(), toolkit: "1.2.3" };
    expect(request?.body.toString()).toBe(otlpMessage(readings(), run.tags, moment));
  });

  it("counts what held of a rate apart from what did not", () => {
    const text = otlpMessage(readings(), {}, { startMs: 1, timeMs: 2, toolkit: "1" });
    expect(text).toMatch(/\{"key":"condition","value":\{"stringValue":"nonzero"\}\}\][^}]*"asDouble":3\}/);
    expect(text).toMatch(/\{"key":"condition","value":\{"stringValue":"zero"\}\}\][^}]*"asDouble":1\}/);
  });
});
