import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeMsgServer } from "../helpers/fake-msg-server.js";
import { schemaErrors } from "../helpers/schema-check.js";
import { ServedCluster } from "../helpers/served-cluster.js";
import { runTtk, TtkProcess } from "../helpers/ttk-process.js";

interface Report {
  readonly summary: {
    readonly devicesOnline: number;
    readonly targets: readonly string[];
    readonly interrupted: boolean;
  };
  readonly delivery: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, { readonly count: number }>>;
}

const folder = mkdtempSync(join(tmpdir(), "ttk-load-"));
let cluster: ServedCluster;
beforeAll(async () => {
  cluster = await ServedCluster.start("--users", "40");
});
afterAll(() => {
  cluster?.kill();
  rmSync(folder, { recursive: true });
});

const running: { kill(): void }[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.kill();
});

function report(text: string): Report {
  const result = JSON.parse(text) as Report;
  expect(schemaErrors("load-report", result)).toEqual([]);
  return result;
}

const small = ["--users", "20", "--duration", "2s", "--rate", "40"];

/** Where connections are accepted, and nothing is said. */
async function silentPort(): Promise<string> {
  const silent = createServer((socket) => socket.resume().on("error", () => {}));
  running.push({ kill: () => silent.close() });
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  return `127.0.0.1:${(silent.address() as AddressInfo).port}`;
}

describe("ttk load", () => {
  it.each([
    ["in one process", []],
    ["in two", ["--workers", "2"]],
  ])("says what it waits for where nobody answers, and waits no longer than it was told: %s", async (_, workers) => {
    const silent = createServer((socket) => socket.resume().on("error", () => {}));
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const target = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    running.push({ kill: () => silent.close() });
    const { code, stderr } = await runTtk(["load", ...small, "--target", target, "--answer-timeout", "3s", ...workers]);
    const lines = stderr.trim().split("\n");
    expect(code).toBe(3);
    const waiting = / 0 of 40 devices online .* waiting for answers to logins: (40|20), for up to [\d.]+ s$/;
    expect(lines).toContainEqual(expect.stringMatching(waiting));
    expect(lines.at(-1)).toMatch(/cannot start on 127.*: no answer in time \(waiting for 0x0104 .*, 3000 ms\)/);
  });

  it("ends at the first Ctrl-C where nobody answers, and reports that nothing was measured", async () => {
    const ttk = new TtkProcess(["load", ...small, "--target", await silentPort(), "--answer-timeout", "10m", "--json"]);
    running.push(ttk);
    await ttk.errorLine((line) => line.includes("waiting for answers to logins"));
    ttk.signal("SIGINT");
    expect(await ttk.end()).toBe(130);
    expect(report(ttk.stdout).summary).toMatchObject({ devicesOnline: 0, interrupted: true });
  });

  it("puts 20 users with two devices on two msg_servers and loses nothing", async () => {
    const file = join(folder, "run.json");
    const args = [
      "load",
      "steady-chat",
      ...small,
      "--target",
      ...cluster.msgServers,
      "--seed",
      "7",
      "--report",
      `json=${file}`,
    ];
    const { code, stdout, stderr } = await runTtk(args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("\nPASSED       every message was") });
    expect(stdout).toMatch(
      /^steady-chat: 20 users, 40 devices online at 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+\n.*seed 7\n/,
    );
    expect(stderr).toMatch(/ steady .* sent\/s .* acked\/s /);
    const { summary, delivery, metrics } = report(readFileSync(file, "utf8"));
    expect(summary).toMatchObject({ passed: true, devicesOnline: 40, seed: 7, interrupted: false });
    expect([...summary.targets].sort()).toEqual([...cluster.msgServers].sort());
    expect(delivery.sent).toBeGreaterThan(0);
    // One on the receiver's PC, one on his phone, one on the sender's other device.
    expect(delivery).toMatchObject({
      acked: delivery.sent,
      expectedDeliveries: (delivery.sent ?? 0) * 3,
      delivered: (delivery.sent ?? 0) * 3,
      lost: 0,
      duplicated: 0,
      reordered: 0,
      corrupted: 0,
    });
    expect(metrics.login_duration?.count).toBe(40);
  });

  it("finds msg_servers by login_server, and prints nothing but JSON when asked", async () => {
    const args = [
      "load",
      "--login",
      cluster.http,
      "--users",
      "10",
      "--devices",
      "1",
      "--duration",
      "1s",
      "--json",
      "-q",
    ];
    const { code, stdout, stderr } = await runTtk(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { summary } = report(stdout);
    expect(summary.devicesOnline).toBe(10);
    for (const target of summary.targets) expect(cluster.msgServers).toContain(target);
  });

  it("exits 1 when a server loses a message, and names the message", async () => {
    let deliveries = 0;
    const mischief = () => (++deliveries === 5 ? ("drop" as const) : ("deliver" as const));
    const server = await FakeMsgServer.start({ users: 20, mischief });
    running.push({ kill: () => server.stop() });
    const target = `127.0.0.1:${server.address.port}`;
    const { code, stdout } = await runTtk(["load", ...small, "--target", target, "--drain-timeout", "1s", "-q"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nFAILED {7}1 lost, [^\n]+\n {13}lost: message \d+ \(msg_id \d+\) from user\d+\/\w+ on /);
  });

  it("finishes and reports at the first Ctrl-C, and exits 130", async () => {
    const file = join(folder, "interrupted.json");
    const [first = ""] = cluster.msgServers;
    const args = [
      "load",
      "--users",
      "10",
      "--duration",
      "10m",
      "--rate",
      "40",
      "--target",
      first,
      "--report",
      `json=${file}`,
    ];
    const run = new TtkProcess(args);
    running.push(run);
    await run.errorLine((line) => line.includes(" steady "));
    run.signal("SIGINT");
    expect(await run.end()).toBe(130);
    expect(run.stdout).toContain("INTERRUPTED");
    const { summary, delivery } = report(readFileSync(file, "utf8"));
    expect(summary.interrupted).toBe(true);
    expect(delivery).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
  });

  it("ends at once at the second Ctrl-C", async () => {
    const server = await FakeMsgServer.start({ users: 10, accepts: () => false });
    running.push({ kill: () => server.stop() });
    const target = `127.0.0.1:${server.address.port}`;
    const run = new TtkProcess([
      "load",
      "--users",
      "10",
      "--duration",
      "10m",
      "--drain-timeout",
      "10m",
      "--rate",
      "40",
      "--target",
      target,
    ]);
    running.push(run);
    await run.errorLine((line) => line.includes(" steady "));
    run.signal("SIGINT");
    await run.errorLine((line) => line.includes(" drain "));
    run.signal("SIGINT");
    expect(await run.end()).toBe(130);
  });

  it.each([
    [
      "fewer accounts than users",
      ["--accounts", "user{1..5}", "--users", "6"],
      /6 users need as many accounts; user\{1\.\.5\} has 5/,
    ],
    ["more than a server takes from a connection", ["--users", "2", "--rate", "100000"], /MSG-08/],
    ["a message too small for its token", ["--size", "3"], /--size 3/],
    ["more devices than there are classes", ["--devices", "4"], /--devices 4: .*windows and ios/],
    ["a duration without sense", ["--duration", "soon"], /--duration/],
  ])("exits 2 with one line for %s", async (_, options, line) => {
    const { code, stdout, stderr } = await runTtk(["load", "--target", "127.0.0.1:1", ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^ttk: [^\n]+\n$/);
    expect(stderr).toMatch(line);
  });
});
