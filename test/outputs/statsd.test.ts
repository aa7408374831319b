import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Statsd } from "../../src/outputs/statsd.js";
import { runView } from "../helpers/run-view.js";
import { until } from "../helpers/until.js";

let socket: Socket;
let datagrams: string[];
beforeEach(async () => {
  datagrams = [];
  socket = createSocket("udp4", (message) => datagrams.push(message.toString()));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
});
afterEach(() => new Promise<void>((resolve) => socket.close(() => resolve())));

const connect = (hasTags: boolean, run = runView()) =>
  Statsd.connect("statsd=there", { host: "127.0.0.1", port: socket.address().port }, run, hasTags);

async function lines(output: Statsd): Promise<string[]> {
  const { sent } = await output.close();
  await until(() => datagrams.length === sent, "every datagram is there");
  return datagrams.join("").split("\n");
}

describe("Statsd", () => {
  it("sends times and gauges one by one, and a second's counts together", async () => {
    const output = await connect(
      false,
      runView({ kindOf: (name) => ({ type: name === "checks" ? "rate" : (types[name] ?? "gauge") }) }),
    );
    output.onSample("msg_ack_duration", 1.5, { scenario: "chat" });
    output.onSample("msgs_sent", 1, { scenario: "chat" });
    output.onSample("msgs_sent", 2, { scenario: "other" });
    output.onSample("vus", 12, {});
    output.onSample("checks", 1, {});
    output.onSample("checks", 0, {});
    expect(await lines(output)).toEqual([
      "ttk.msg_ack_duration:1.5|ms",
      "ttk.vus:12|g",
      "ttk.checks.pass:1|c",
      "ttk.checks.fail:1|c",
      "ttk.msgs_sent:3|c",
      "",
    ]);
  });

  it("sets a gauge below 0, which a sign alone would only lower", async () => {
    const output = await connect(false);
    output.onSample("balance", -5, {});
    expect(await lines(output)).toEqual(["ttk.balance:0|g", "ttk.balance:-5|g", ""]);
    const tagged = await connect(true);
    datagrams.length = 0;
    tagged.onSample("balance", -5, {});
    expect(await lines(tagged)).toEqual(["ttk.balance:-5|g|#testid:7", ""]);
  });

  it("adds DogStatsD's tags, in which nothing can pretend to be syntax", async () => {
    const output = await connect(true);
    output.onSample("msgs_sent", 1, { scenario: "a|b,c:d\n#" });
    output.onSample("msgs_sent", 1, { scenario: "e" });
    expect(await lines(output)).toEqual([
      "ttk.msgs_sent:1|c|#testid:7,scenario:a_b_c_d__",
      "ttk.msgs_sent:1|c|#testid:7,scenario:e",
      "",
    ]);
  });

  it("gathers lines into datagrams that Ethernet takes in one piece", async () => {
    const output = await connect(false);
    for (let index = 0; index < 300; index++) output.onSample("msg_ack_duration", index, {});
    expect(await lines(output)).toHaveLength(301);
    expect(datagrams.length).toBeGreaterThan(3);
    expect(Math.max(...datagrams.map((text) => text.length))).toBeLessThanOrEqual(1432);
  });

  it("warns once when nobody listens, and goes on", async () => {
    const run = runView();
    const gone = createSocket("udp4").bind(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address();
    await new Promise<void>((resolve) => gone.close(() => resolve()));
    const output = await Statsd.connect("statsd=there", { host: "127.0.0.1", port }, run, false);
    await until(() => {
      output.onSample("vus", 1, {});
      output.onSecond();
      return run.warnings.length > 0;
    }, "it is known that nobody listens");
    expect((await output.close()).firstFailure).toContain("ECONNREFUSED");
    expect(run.warnings).toHaveLength(1);
  });
});

const types: Readonly<Record<string, "trend" | "counter" | "gauge">> = {
  msg_ack_duration: "trend",
  msgs_sent: "counter",
  vus: "gauge",
};
