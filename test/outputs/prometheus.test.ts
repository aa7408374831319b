import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { PrometheusEndpoint } from "../../src/outputs/prometheus-endpoint.js";
import { prometheusFamilies } from "../../src/outputs/prometheus-families.js";
import { prometheusText } from "../../src/outputs/prometheus-text.js";
import { remoteWrite } from "../../src/outputs/remote-write.js";
import { remoteWriteMessage } from "../../src/outputs/remote-write-message.js";
import { counterReading } from "../../src/runner/load/metrics/metric-reading.js";
import { HttpReceiver } from "../helpers/http-receiver.js";
import { parseExposition } from "../helpers/prometheus-series.js";
import { decodeWriteRequest, unsnappy } from "../helpers/remote-write-decode.js";
import { readings, runView } from "../helpers/run-view.js";
import { hasTool, runTool } from "../helpers/tool.js";

const families = () => prometheusFamilies(readings(), { testid: "7" });
const open: { stop(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.stop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("prometheusFamilies", () => {
  it("has k6's names, in seconds", () => {
    const { types, series } = parseExposition(prometheusText(families()));
    expect([...types].filter(([name]) => !/_(min|avg|med|max)$/.test(name))).toEqual([
      ["ttk_pull_duration_seconds", "histogram"],
      ["ttk_pull_duration_p90", "gauge"],
      ["ttk_pull_duration_p95", "gauge"],
      ["ttk_pull_duration_p99", "gauge"],
      ["ttk_msgs_sent_total", "counter"],
      ["ttk_vus", "gauge"],
      ["ttk_checks_rate", "gauge"],
    ]);
    const trend = '{pull="users",testid="7"}';
    expect(series.get(`ttk_pull_duration_min${trend}`)).toBe(0.000_05);
    expect(series.get(`ttk_pull_duration_med${trend}`)).toBe(0.0015);
    expect(series.get(`ttk_pull_duration_max${trend}`)).toBe(70);
    expect(series.get(`ttk_pull_duration_seconds_count${trend}`)).toBe(5);
    expect(series.get(`ttk_pull_duration_seconds_sum${trend}`)).toBeCloseTo(70.032_55, 9);
    expect(series.get('ttk_msgs_sent_total{testid="7"}')).toBe(5);
    expect(series.get('ttk_checks_rate{check="it \\"works\\"\\n",testid="7"}')).toBe(0.75);
  });

  it("counts into each bucket what does not exceed its bound", () => {
    const { series } = parseExposition(prometheusText(families()));
    const buckets = [...series].flatMap(([key, value]) => {
      const bound = /^ttk_pull_duration_seconds_bucket\{le="([^"]+)"/.exec(key)?.[1];
      return bound === undefined ? [] : [[bound, value] as const];
    });
    expect(buckets).toEqual([
      ["0.0001", 1],
      ["0.0002", 1],
      ["0.0005", 1],
      ["0.001", 2],
      ["0.002", 3],
      ["0.005", 3],
      ["0.01", 3],
      ["0.02", 3],
      ["0.05", 4],
      ["0.1", 4],
      ["0.2", 4],
      ["0.5", 4],
      ["1", 4],
      ["2", 4],
      ["5", 4],
      ["10", 4],
      ["20", 4],
      ["50", 4],
      ["+Inf", 5],
    ]);
  });

  it("stays readable whatever metrics and tags are called, in both encodings, which agree", () => {
    const tag = fc.oneof(fc.string(), fc.constantFrom("le", "__name__", "9", "a.b", "a_b", "quantile"));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), tag, fc.string(), fc.nat())), (counters) => {
        const made = counters.map(([name, tag, value, count]) => counterReading(name, { [tag]: value }, count));
        const families = prometheusFamilies(made, {});
        if (families.length === 0) return;
        const { series } = parseExposition(prometheusText(families));
        const written = decodeWriteRequest(Buffer.from(remoteWriteMessage(families, 1))).series;
        expect(new Map(written)).toEqual(series);
      }),
    );
  });

  it.runIf(hasTool("promtool"))("is as Prometheus's own checker wants it", () => {
    expect(runTool("promtool", ["check", "metrics"], Buffer.from(prometheusText(families())))).toBe("");
  });
});

describe("PrometheusEndpoint", () => {
  it("answers a scrape with the metrics of that moment, and says how many there were", async () => {
    const port = await freePort();
    const endpoint = await PrometheusEndpoint.listen("prometheus=here", { host: "127.0.0.1", port }, runView());
    const scraped = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(scraped.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(await scraped.text()).toBe(prometheusText(families()));
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`, { method: "POST" })).status).toBe(405);
    expect(await endpoint.close()).toMatchObject({ unit: "scrapes", sent: 1, failed: 0 });
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });

  it("does not begin where somebody listens already", async () => {
    const port = await freePort();
    const first = await PrometheusEndpoint.listen("one", { host: "127.0.0.1", port }, runView());
    await expect(PrometheusEndpoint.listen("two", { host: "127.0.0.1", port }, runView())).rejects.toThrow(
      "EADDRINUSE",
    );
    await first.close();
  });
});

describe("remoteWrite", () => {
  it("posts what the scrape would show, with a later time for each batch", async () => {
    const receiver = await HttpReceiver.start();
    open.push(receiver);
    const output = remoteWrite("rw", new URL(`http://me:s%40crt@${receiver.host}/api/v1/write`), runView());
    output.onSecond();
    const result = await output.close();
    expect(result).toEqual({ output: "rw", unit: "batches", sent: 2, failed: 0, dropped: 0, firstFailure: null });
    const [first, last] = receiver.received;
    expect(first?.path).toBe("/api/v1/write");
    expect(first?.headers).toMatchObject({
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
      "x-prometheus-remote-write-version": "0.1.0",
      "user-agent": "teamtalk-testkit/1.2.3",
      authorization: `Basic ${Buffer.from("me:s@crt").toString("base64")}`,
    });
    const written = [first, last].map((one) => decodeWriteRequest(unsnappy(one?.body ?? Buffer.alloc(0))));
    expect(written.map(({ timesMs }) => [...timesMs])).toEqual([[1_700_000_000_000], [1_700_000_000_001]]);
    for (const { series } of written) expect(series).toEqual(parseExposition(prometheusText(families())).series);
  });
});
