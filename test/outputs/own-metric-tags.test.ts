import { describe, expect, it } from "vitest";
import { k6CsvRows } from "../../src/outputs/k6-csv-rows.js";
import { K6JsonLines } from "../../src/outputs/k6-json-lines.js";
import { otlpMessage } from "../../src/outputs/otlp-message.js";
import { prometheusFamilies } from "../../src/outputs/prometheus-families.js";
import { prometheusText } from "../../src/outputs/prometheus-text.js";
import { remoteWriteMessage } from "../../src/outputs/remote-write-message.js";
import { statsdLine } from "../../src/outputs/statsd-line.js";
import { CustomMetrics } from "../../src/runner/load/metrics/custom-metrics.js";
import type { CustomMetric } from "../../src/runner/load/metrics/custom-sum.js";

const own: readonly CustomMetric[] = [
  { name: "rooms", type: "counter" },
  { name: "level", type: "gauge" },
  { name: "fair", type: "rate" },
  { name: "took", type: "trend" },
];

function measured(): CustomMetrics {
  const custom = new CustomMetrics();
  for (const metric of own) custom.declare(metric);
  for (const room of ["blue", "red"]) {
    for (const { name } of own) custom.add(name, room === "blue" ? 1 : 2, { room, build: "7" }, 0);
  }
  return custom;
}
const run = { testid: "x" };

describe("tags of own metrics", () => {
  it("are labels for Prometheus, scraped or written", () => {
    const families = prometheusFamilies(measured().readings(), run);
    const text = prometheusText(families);
    expect(text).toContain('ttk_rooms_total{build="7",room="blue",testid="x"} 1\n');
    expect(text).toContain('ttk_rooms_total{build="7",room="red",testid="x"} 2\n');
    expect(text).toContain('ttk_level{build="7",room="red",testid="x"} 2\n');
    expect(text).toContain('ttk_fair_rate{build="7",room="blue",testid="x"} 1\n');
    expect(text).toContain('ttk_took_max{build="7",room="red",testid="x"} 0.002\n');
    expect(text).toContain('ttk_took_seconds_count{build="7",room="blue",testid="x"} 1\n');
    const written = Buffer.from(remoteWriteMessage(families, 1)).toString("latin1");
    for (const label of ["build", "room", "blue", "red"]) expect(written).toContain(label);
  });

  it("are attributes for OpenTelemetry, a data point for each set", () => {
    const message = otlpMessage(measured().readings(), run, { startMs: 0, timeMs: 1, toolkit: "1" });
    const { metrics } = JSON.parse(message).resourceMetrics[0].scopeMetrics[0];
    expect(metrics.map(({ name }: { name: string }) => name)).toEqual(own.map(({ name }) => name));
    const points = metrics[0].sum.dataPoints as { attributes: object[]; asDouble: number }[];
    expect(points.map(({ asDouble }) => asDouble)).toEqual([1, 2]);
    expect(points[1]?.attributes).toContainEqual({ key: "room", value: { stringValue: "red" } });
    expect(metrics[3].histogram.dataPoints).toHaveLength(2);
  });

  it("are beside numbers without a unit where the file does not say that they are times", () => {
    const custom = new CustomMetrics();
    custom.declare({ name: "sizes", type: "trend", contains: "default" });
    for (const value of [20, 300]) custom.add("sizes", value, {}, 0);
    const text = prometheusText(prometheusFamilies(custom.readings(), {}));
    for (const line of ["ttk_sizes_max 300", 'ttk_sizes_bucket{le="50"} 1', "ttk_sizes_sum 320", "ttk_sizes_count 2"]) {
      expect(text).toContain(`\n${line}\n`);
    }
    expect(text).not.toContain("second");
    const message = otlpMessage(custom.readings(), {}, { startMs: 0, timeMs: 1, toolkit: "1" });
    expect(JSON.parse(message).resourceMetrics[0].scopeMetrics[0].metrics[0]).toMatchObject({
      name: "sizes",
      unit: "1",
    });
    const kindOf = () => ({ type: "trend", contains: "default" }) as const;
    const [head = ""] = new K6JsonLines({ kindOf, thresholds: [] }).linesOf("sizes", 20, {}, 0).split("\n");
    expect(JSON.parse(head).data).toMatchObject({ type: "trend", contains: "default" });
  });

  it("are in k6's lines and rows, and in StatsD's where its format has any", () => {
    const tags = { room: "blue", scenario: "chat" };
    const json = new K6JsonLines({ kindOf: () => ({ type: "counter" }), thresholds: [] }).linesOf("rooms", 1, tags, 0);
    expect(JSON.parse(json.trim().split("\n").at(-1) as string).data.tags).toEqual(tags);
    expect(k6CsvRows.linesOf("rooms", 1, tags, 0)).toMatch(/,chat,,,,,,room=blue,\n$/);
    expect(statsdLine("rooms", "counter", 1, tags)).toBe("ttk.rooms:1|c|#room:blue,scenario:chat");
    expect(statsdLine("rooms", "counter", 1, {})).toBe("ttk.rooms:1|c");
  });
});
