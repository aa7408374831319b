/**
 * How fast and how large the generator is, with per-PDU metrics and the delivery oracle on, all against the server in C of
 * bench/echo-server.c, which has the second core:
 *   rate       PDUs a second, against a client in C (bench/devices.c), at 1 and at 16 messages in flight
 *   cpu        what 4,000 devices at 10,000 messages a second take of a core
 *   size       memory of 15,000 devices beyond as many bare sockets, and of 30,000 in two processes
 *   tsung      login PDUs, against Tsung where it is installed
 *   artillery  PDUs, against packages/artillery-engine-teamtalk under Artillery where it is in PATH
 * Linux; `cc` and `taskset` are needed.
 *
 * npm run bench:generator [-- --only rate --only cpu --seconds 3 --rounds 3 --devices 15000 --processes 2 --idle-seconds 30]
 */
import { parseArgs } from "node:util";
import { compareWithArtillery } from "./generator-artillery.js";
import { measureCpu } from "./generator-cpu.js";
import { measureRate } from "./generator-rate.js";
import { measureSize } from "./generator-size.js";
import { compareWithTsung } from "./generator-tsung.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true, default: [] },
    connections: { type: "string", default: "200" },
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    devices: { type: "string", default: "15000" },
    processes: { type: "string", default: "2" },
    "idle-seconds": { type: "string", default: "30" },
  },
});
const measuredMs = Number(values.seconds) * 1000;
const parts: Readonly<Record<string, () => Promise<void>>> = {
  rate: () => measureRate({ connections: Number(values.connections) & ~1, measuredMs, rounds: Number(values.rounds) }),
  cpu: () => measureCpu({ devices: 4000, messagesPerSecond: 10_000, measuredMs }),
  size: () =>
    measureSize({
      devices: Number(values.devices),
      processes: Number(values.processes),
      idleMs: Number(values["idle-seconds"]) * 1000,
    }),
  tsung: () => compareWithTsung({ devices: 20, loginsEach: 2000 }),
  artillery: () => compareWithArtillery({ users: 20, messagesEach: 1000, measuredMs }),
};
const chosen = [...values.only, ...positionals];
const unknown = chosen.find((name) => parts[name] === undefined);
if (unknown !== undefined) throw new Error(`there is no part "${unknown}": ${Object.keys(parts).join(", ")}`);
for (const [name, measure] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await measure();
