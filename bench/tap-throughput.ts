/**
 * What `ttk tap` costs a stream of PDUs: without rules, with a rule that holds each PDU, and with a recording; against a bare
 * relay in Node.js (bench/pipe-relay.ts) and socat, where it is installed. All in turn, in the same run, the same client and
 * server around them. On a busy machine the ratio of CPU time is the one to believe.
 *
 * npm run bench:tap [-- --connections 8 --megabytes 200 --rounds 3]
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scriptCommand, wholeNumber } from "../scripts/script-command.js";
import { CommandId } from "../src/codec/generated/commands.js";
import { MsgType } from "../src/codec/generated/enums.js";
import { encodePdu } from "../src/codec/pdu.js";
import { median } from "./message-load.js";

interface Relay {
  readonly child: ChildProcess;
  readonly port: number;
}

interface Rate {
  readonly bytesPerSecond: number;
  /** Of the relay alone. */
  readonly bytesPerCpuSecond: number;
}

const TICKS_PER_SECOND = 100;
const PDUS_A_WRITE = 500;
const ttk = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const { connections, megabytes, rounds } = scriptCommand(
  "bench:tap",
  "A stream of PDUs through ttk tap, against relays.",
)
  .option("--connections <n>", "that it is spread over", wholeNumber, 8)
  .option("--megabytes <n>", "in each round", wholeNumber, 200)
  .option("--rounds <n>", "in turn", wholeNumber, 3)
  .parse()
  .opts<{ connections: number; megabytes: number; rounds: number }>();
const bytesInAll = megabytes * 1_000_000;
const pdu = encodePdu(CommandId.CID_MSG_DATA, {
  from_user_id: 1,
  to_session_id: 7,
  msg_id: 3,
  create_time: 1_700_000_000,
  msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
  msg_data: Buffer.alloc(64, "x"),
});
const chunk = Buffer.concat(Array.from({ length: PDUS_A_WRITE }, () => pdu));

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ttk-bench-tap-"));
  let received = 0;
  let onReceived = () => {};
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      received += bytes.length;
      onReceived();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const to = (server.address() as AddressInfo).port;

  const relays: [string, () => Promise<Relay>][] = [
    ["pipe relay in Node.js", () => started(process.execPath, ["--import", "tsx", "bench/pipe-relay.ts", `${to}`])],
    ...(hasSocat() ? [["socat", () => socatTo(to)] as [string, () => Promise<Relay>]] : []),
    ["ttk tap", () => tapTo(to)],
    ["ttk tap, a rule for each PDU", () => tapTo(to, "--rule", "drop header.seqNum=9")],
    ["ttk tap --record", () => tapTo(to, "--record", join(folder, "tap.pcapng"))],
  ];
  const rates = new Map<string, Rate[]>(relays.map(([name]) => [name, []]));
  console.log(
    `${megabytes} MB of ${pdu.length}-byte PDUs over ${connections} connections, median of ${rounds} rounds in turn`,
  );
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, start] of relays) rates.get(name)?.push(await rateThrough(await start()));
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const [base = []] = rates.values();
  for (const [name, each] of rates) {
    const ratio = (pick: (rate: Rate) => number) =>
      median(each.map((rate, round) => pick(rate) / pick(base[round] ?? rate))).toFixed(2);
    const perSecond = median(each.map(({ bytesPerSecond }) => bytesPerSecond));
    console.log(
      `${name.padEnd(30)} ${(perSecond / 1e6).toFixed(0).padStart(5)} MB/s, ${Math.round(perSecond / pdu.length)} PDU/s, ` +
        `of the pipe relay: ${ratio((rate) => rate.bytesPerSecond)} in the same time, ${ratio((rate) => rate.bytesPerCpuSecond)} for the same CPU time`,
    );
  }

  async function rateThrough({ child, port }: Relay): Promise<Rate> {
    received = 0;
    const done = new Promise<void>((resolve) => {
      onReceived = () => {
        if (received >= bytesInAll) resolve();
      };
    });
    const startedMs = performance.now();
    const cpuBefore = cpuSecondsBelow(child.pid ?? 0);
    const sockets = await Promise.all(
      Array.from({ length: connections }, async () => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => {});
        await once(socket, "connect");
        return socket;
      }),
    );
    let left = Math.ceil(bytesInAll / chunk.length);
    for (const socket of sockets) {
      const fill = () => {
        while (left > 0) {
          left--;
          if (!socket.write(chunk)) return;
        }
      };
      socket.on("drain", fill);
      fill();
    }
    await done;
    const seconds = (performance.now() - startedMs) / 1000;
    const cpuSeconds = cpuSecondsBelow(child.pid ?? 0) - cpuBefore;
    for (const socket of sockets) socket.destroy();
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
    return { bytesPerSecond: received / seconds, bytesPerCpuSecond: received / Math.max(cpuSeconds, 0.01) };
  }
}

function tapTo(port: number, ...options: string[]): Promise<Relay> {
  return started(process.execPath, [
    ttk,
    "tap",
    "--listen",
    "127.0.0.1:0",
    "--to",
    `127.0.0.1:${port}`,
    "--json",
    "-q",
    ...options,
  ]);
}

/** Starts a relay that prints its port, or a line of JSON with its address. */
async function started(command: string, args: readonly string[]): Promise<Relay> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  child.stdout.resume();
  const port = Number(/:(\d+)"|^(\d+)$/m.exec(String(line))?.slice(1).find(Boolean));
  if (!(port > 0)) throw new Error(`${command}: no port in ${line}`);
  return { child, port };
}

/** socat tells where it listens on its log. It serves each connection with a process of its own. */
async function socatTo(to: number): Promise<Relay> {
  const child = spawn("socat", ["-d", "-d", "-b65536", "TCP-LISTEN:0,bind=127.0.0.1,fork", `TCP:127.0.0.1:${to}`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of child.stderr) {
    const port = Number(/listening on .*:(\d+)/.exec(String(line))?.[1]);
    if (!(port > 0)) continue;
    child.stderr.resume();
    return { child, port };
  }
  throw new Error("socat ended");
}

function hasSocat(): boolean {
  return spawnSync("socat", ["-V"], { stdio: "ignore" }).error === undefined;
}

/** Of a process, its children, and those that have ended; 0 where the system does not tell. */
function cpuSecondsBelow(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const times = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 15)
      .map(Number);
    const own = times.reduce((sum, ticks) => sum + ticks, 0) / TICKS_PER_SECOND;
    return children.reduce((sum, child) => sum + cpuSecondsBelow(Number(child)), own);
  } catch {
    return 0;
  }
}

await main();
