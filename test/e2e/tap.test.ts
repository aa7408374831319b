import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { capturePdus } from "../helpers/capture-pdus.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-tap-"));
afterAll(() => rmSync(folder, { recursive: true }));
const started: TtkProcess[] = [];
const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.kill();
  for (const one of sockets.splice(0)) one.destroy();
  for (const one of servers.splice(0)) one.close();
});

function ttk(...args: string[]): TtkProcess {
  const one = new TtkProcess(args);
  started.push(one);
  return one;
}

const session = capturePdus("client-session.pcap", 8000);
const up = Buffer.concat(session.filter(({ to }) => to === 8000).map(({ bytes }) => bytes));
const down = Buffer.concat(session.filter(({ from }) => from === 8000).map(({ bytes }) => bytes));

/** A server that answers the session's requests all at once, and then ends. */
async function recordedServer(): Promise<string> {
  const server = createServer((socket) => {
    let received = 0;
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      received += chunk.length;
      if (received === up.length) socket.end(down);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** Has the session with whoever listens there; returns what came back. */
async function haveSession(address: string): Promise<Buffer> {
  const [host, port] = address.split(":");
  const socket = connect({ host: host as string, port: Number(port) });
  sockets.push(socket);
  socket.write(up);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function readyAt(tap: TtkProcess): Promise<string> {
  const line = JSON.parse(await tap.line((text) => text.includes('"ready"'))) as { taps: { listen: string }[] };
  return line.taps[0]?.listen ?? "";
}

async function decoded(path: string): Promise<{ command: string; conn: string; header: object; body: object }[]> {
  const decode = ttk("decode", path, "--format", "json", "-q");
  expect(await decode.end()).toBe(0);
  return decode.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("ttk tap", () => {
  it("decodes live, records what Wireshark and ttk decode read, and counts", async () => {
    const recording = join(folder, "session.pcapng");
    const tap = ttk("tap", "--listen", ":0", "--to", await recordedServer(), "--json", "--record", recording);
    const at = await readyAt(tap);
    expect((await haveSession(at)).equals(down)).toBe(true);
    tap.signal("SIGINT");
    expect(await tap.end()).toBe(0);

    const lines = tap.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const live = lines.slice(1, -1);
    expect(live).toHaveLength(session.length);
    expect(lines.at(-1)).toMatchObject({ taps: [{ listen: at, connections: 1, rules: [] }] });

    const recorded = await decoded(recording);
    const essence = ({ command, header, body }: (typeof recorded)[number]) => JSON.stringify({ command, header, body });
    expect(recorded.map(essence).sort()).toEqual(live.map(essence).sort());
    expect(recorded.every(({ conn }) => conn.includes(at))).toBe(true);

    if (spawnSync("tshark", ["--version"]).status !== 0) return;
    const payloads = (filter: string) =>
      spawnSync("tshark", ["-r", recording, "-Y", filter, "-T", "fields", "-e", "tcp.payload"], {
        encoding: "utf8",
      }).stdout.replaceAll(/\s/g, "");
    const port = at.split(":")[1];
    expect(payloads(`tcp.dstport == ${port}`)).toBe(up.toString("hex"));
    expect(payloads(`tcp.srcport == ${port}`)).toBe(down.toString("hex"));
    expect(payloads("tcp.analysis.flags")).toBe("");
  });

  it("does what rules say, shows it, and counts it at the end", async () => {
    const rules = ["drop dir=s2c nth=1", "duplicate dir=s2c nth=1"];
    const tap = ttk("tap", "--listen", ":0", "--to", await recordedServer(), "--json", "--rule", ...rules);
    const listening = await readyAt(tap);
    const pdus = session.filter(({ from }) => from === 8000).map(({ bytes }) => bytes);
    const expected = Buffer.concat([pdus[1] as Buffer, ...pdus.slice(1)]);
    expect((await haveSession(listening)).equals(expected)).toBe(true);
    tap.signal("SIGINT");
    expect(await tap.end()).toBe(0);
    expect(tap.stdout).toContain('"tap":{"dropped":true,"rules":[{"rule":1,"action":"drop"}]}');
    const counts = JSON.parse(tap.stdout.trimEnd().split("\n").at(-1) ?? "") as { taps: { rules: object[] }[] };
    expect(counts.taps[0]?.rules).toEqual([
      { rule: rules[0], matched: pdus.length, applied: 1, failed: 0 },
      { rule: rules[1], matched: pdus.length - 1, applied: 1, failed: 0 },
    ]);
  });

  it.each([
    [["--listen", ":1"], 2, "--listen and --to are needed"],
    [["--listen", ":1", ":2", "--to", ":3", ":4", ":5"], 2, "2 --listen do not fit 3 --to"],
    [["--listen", "x", "--to", ":3"], 2, "Expected host:port"],
    [
      ["--listen", ":0", "--to", ":3", "--rule", "drp"],
      2,
      'ttk: --rule "drp": column 1: there is no action "drp"; did you mean "drop"?',
    ],
    [["--listen", ":0", "--to", ":3", "--rules", "/no/such"], 2, "/no/such: cannot be read (ENOENT)"],
    [["--listen", ":0", "--to", ":3", "--record", "/no/such/x"], 3, "--record /no/such/x: cannot be written (ENOENT)"],
  ])("ends %j with exit %i and one line", async (args, code, problem) => {
    const tap = ttk("tap", ...args);
    expect(await tap.end()).toBe(code);
    expect(tap.stderr).toContain(problem);
    expect(tap.stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
