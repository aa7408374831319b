import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { HttpReceiver } from "../helpers/http-receiver.js";
import { parseExposition } from "../helpers/prometheus-series.js";
import { decodeWriteRequest, unsnappy } from "../helpers/remote-write-decode.js";
import { schemaErrors } from "../helpers/schema-check.js";
import { TtkProcess } from "../helpers/ttk-process.js";
import { until } from "../helpers/until.js";

interface Report {
  readonly outputs: readonly { readonly output: string; readonly sent: number; readonly failed: number }[];
  readonly metrics: Readonly<Record<string, { readonly count: number }>>;
}
interface Line {
  readonly metric: string;
  readonly type: "Metric" | "Point";
  readonly data: { readonly value: number; readonly tags: Readonly<Record<string, string>> };
}

const folder = mkdtempSync(join(tmpdir(), "ttk-outputs-e2e-"));
let server: FakeMsgServer;
beforeAll(async () => {
  server = await FakeMsgServer.start({ users: 20 });
});
afterAll(() => {
  server?.stop();
  rmSync(folder, { recursive: true });
});
const running: (() => void)[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

function start(...args: string[]): TtkProcess {
  const target = `127.0.0.1:${server.address.port}`;
  const child = new TtkProcess(["load", "--target", target, "--users", "20", "--rate", "40", "-q", ...args], {
    cwd: folder,
    env: { TTK_LOAD_TAG: "testid=7" },
  });
  running.push(() => child.kill());
  return child;
}

describe("ttk load --out", () => {
  it("sends to all at once what the report says in the end, and survives the one that is not there", async () => {
    const receiver = await HttpReceiver.start();
    const datagrams: string[] = [];
    const socket = createSocket("udp4", (message) => datagrams.push(message.toString())).bind(0, "127.0.0.1");
    await once(socket, "listening");
    running.push(
      () => receiver.stop(),
      () => socket.close(),
    );
    const [scrape, nobody] = [await freePort(), await freePort()];
    const child = start(
      ...["--duration", "3s", "--report", "json=run.json", "--out", "json=samples.json.gz", "csv=samples.csv"],
      ...[`prometheus=127.0.0.1:${scrape}`, `prometheus-rw=http://me:secret@${receiver.host}/api/v1/write`],
      ...[
        `otlp=http://${receiver.host}`,
        `dogstatsd=127.0.0.1:${socket.address().port}`,
        `otlp=http://127.0.0.1:${nobody}`,
      ],
    );
    let scraped = "";
    await until(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${scrape}/metrics`).catch(() => undefined);
        scraped = (await answer?.text()) ?? "";
        return scraped.includes("ttk_msgs_acked_total");
      },
      "a scrape shows messages",
      15_000,
    );
    expect(await child.end()).toBe(0);
    expect(child.stderr).toMatch(
      /^ttk: --out otlp=http:\/\/127\.0\.0\.1:\d+\/: connect ECONNREFUSED \S+; the run goes on, and .*\n$/,
    );
    expect(child.stdout).toMatch(/\nINCOMPLETE {3}--out otlp=\S+: 0 batches sent, \d failed \(connect ECONNREFUSED/);

    const report = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as Report;
    expect(schemaErrors("load-report", report)).toEqual([]);
    expect(JSON.stringify(report)).not.toContain("secret");
    const counts = report.outputs.map(({ sent, failed }) => [sent > 0, failed > 0]);
    expect(counts).toEqual([...Array.from({ length: 6 }, () => [true, false]), [false, true]]);
    const { count: acked = 0 } = report.metrics.msg_ack_duration ?? {};
    expect(acked).toBeGreaterThan(0);

    const lines = gunzipSync(readFileSync(join(folder, "samples.json.gz")))
      .toString()
      .trimEnd()
      .split("\n");
    const acks = lines.map((line) => JSON.parse(line) as Line).filter(({ metric }) => metric === "msg_ack_duration");
    expect(acks.map(({ type }) => type)).toEqual(["Metric", ...Array.from({ length: acked }, () => "Point")]);
    expect(acks[1]?.data.tags).toEqual({ device: expect.any(String), scenario: "steady-chat", testid: "7" });
    const rows = readFileSync(join(folder, "samples.csv"), "utf8").split("\n");
    expect(rows.filter((row) => row.startsWith("msg_ack_duration,"))).toHaveLength(acked);

    expect([...parseExposition(scraped).series.keys()]).toContain(
      'ttk_msgs_acked_total{scenario="steady-chat",testid="7"}',
    );
    const written = receiver.received.filter(({ path }) => path === "/api/v1/write").at(-1);
    const { series } = decodeWriteRequest(unsnappy(written?.body ?? Buffer.alloc(0)));
    expect(series.get('ttk_msgs_acked_total{scenario="steady-chat",testid="7"}')).toBe(acked);
    const exported = receiver.received.filter(({ path }) => path === "/v1/metrics").at(-1);
    expect(exported?.body.toString()).toMatch(new RegExp(`"msgs_acked".{0,400}?"asDouble":${acked}\\D`));
    const statsd = datagrams.join("").split("\n");
    expect(statsd.filter((line) => line.startsWith("ttk.msg_ack_duration:"))).toHaveLength(acked);
    expect(statsd).toContainEqual(expect.stringMatching(/^ttk\.vus:20\|g\|#scenario:steady-chat,testid:7$/));
  });

  it("does not begin when its endpoint's port is taken, and says so in one line", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    running.push(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    const child = start("--duration", "1s", "--out", `prometheus=127.0.0.1:${port}`);
    expect(await child.end()).toBe(3);
    expect(child.stderr).toMatch(/^ttk: --out prometheus=\S+: listen EADDRINUSE.*\n$/);
  });

  it("does not begin when its file cannot be written", async () => {
    const child = start("--duration", "1s", "--out", "json=.");
    expect(await child.end()).toBe(2);
    expect(child.stderr).toMatch(/^ttk: --out \.: cannot be written \(EISDIR\)\n$/);
  });
});
