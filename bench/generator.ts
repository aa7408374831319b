/**
 * How fast and how large the generator is, with per-PDU metrics and the delivery oracle on, all against the server in C of
 * bench/echo-server.c, which has the second core. Linux; `cc` and `taskset` are needed.
 *
 * npm run bench:generator [-- --help]
 */
import { Option } from "commander";
import { scriptCommand, wholeNumber } from "../scripts/script-command.js";
import { compareWithArtillery } from "./generator-artillery.js";
import { measureCpu } from "./generator-cpu.js";
import { measureRate } from "./generator-rate.js";
import { measureSize } from "./generator-size.js";
import { compareWithTsung } from "./generator-tsung.js";

const parts = ["rate", "cpu", "size", "tsung", "artillery"] as const;
const options = scriptCommand(
  "bench:generator",
  "How fast and how large the generator is. Linux; cc and taskset are needed.",
)
  .addOption(new Option("--only <part...>", "these").choices(parts).default(parts, "all"))
  .option("--connections <n>", "rate: devices", wholeNumber, 200)
  .option("--seconds <n>", "rate, cpu, artillery: measured in each round", wholeNumber, 3)
  .option("--rounds <n>", "rate: in turn", wholeNumber, 3)
  .option("--devices <n>", "size: in one process", wholeNumber, 15_000)
  .option("--processes <n>", "size: as many devices in each of so many", wholeNumber, 2)
  .option("--idle-seconds <n>", "size: how long memory is watched", wholeNumber, 30)
  .parse()
  .opts<{
    only: readonly (typeof parts)[number][];
    connections: number;
    seconds: number;
    rounds: number;
    devices: number;
    processes: number;
    idleSeconds: number;
  }>();
const measuredMs = options.seconds * 1000;

const measure: Readonly<Record<(typeof parts)[number], () => Promise<void>>> = {
  /** PDUs a second, against a client in C, at 1 and at 16 messages in flight. */
  rate: () => measureRate({ connections: options.connections & ~3, measuredMs, rounds: options.rounds }),
  /** What 4,000 devices at 10,000 messages a second take of a core. */
  cpu: () => measureCpu({ devices: 4000, messagesPerSecond: 10_000, measuredMs }),
  /** Memory of so many devices beyond as many bare sockets, and of as many in each of several processes. */
  size: () =>
    measureSize({ devices: options.devices, processes: options.processes, idleMs: options.idleSeconds * 1000 }),
  /** Login PDUs, against Tsung where it is installed. */
  tsung: () => compareWithTsung({ devices: 20, loginsEach: 2000 }),
  /** PDUs, against packages/artillery-engine-teamtalk under Artillery where it is in PATH. */
  artillery: () => compareWithArtillery({ users: 20, messagesEach: 1000, measuredMs }),
};

for (const part of parts) if (options.only.includes(part)) await measure[part]();
