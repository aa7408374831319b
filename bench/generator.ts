/**
 * How fast and how large the generator is, with per-PDU metrics and the delivery oracle on, all against the server in C of
 * bench/echo-server.c, which has the second core. Linux; `cc` and `taskset` are needed.
 *
 * npm run bench:generator [-- --help]
 */
import { parseArgs } from "node:util";
import { compareWithArtillery } from "./generator-artillery.js";
import { measureCpu } from "./generator-cpu.js";
import { measureRate } from "./generator-rate.js";
import { measureSize } from "./generator-size.js";
import { compareWithTsung } from "./generator-tsung.js";

const defaults = {
  connections: "200",
  seconds: "3",
  rounds: "3",
  devices: "15000",
  processes: "2",
  "idle-seconds": "30",
} as const;
const number = (name: keyof typeof defaults) => ({ type: "string", default: defaults[name] }) as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", short: "h", default: false },
    only: { type: "string", multiple: true, default: [] },
    connections: number("connections"),
    seconds: number("seconds"),
    rounds: number("rounds"),
    devices: number("devices"),
    processes: number("processes"),
    "idle-seconds": number("idle-seconds"),
  },
});
const measuredMs = Number(values.seconds) * 1000;

interface Part {
  readonly title: string;
  /** Options that it heeds. */
  readonly options: readonly (keyof typeof defaults)[];
  readonly measure: () => Promise<void>;
}

const parts: Readonly<Record<string, Part>> = {
  rate: {
    title: "PDUs a second, against a client in C, at 1 and at 16 messages in flight",
    options: ["connections", "seconds", "rounds"],
    measure: () =>
      measureRate({ connections: Number(values.connections) & ~1, measuredMs, rounds: Number(values.rounds) }),
  },
  cpu: {
    title: "what 4,000 devices at 10,000 messages a second take of a core",
    options: ["seconds"],
    measure: () => measureCpu({ devices: 4000, messagesPerSecond: 10_000, measuredMs }),
  },
  size: {
    title: "memory of so many devices beyond as many bare sockets, and of as many in each of several processes",
    options: ["devices", "processes", "idle-seconds"],
    measure: () =>
      measureSize({
        devices: Number(values.devices),
        processes: Number(values.processes),
        idleMs: Number(values["idle-seconds"]) * 1000,
      }),
  },
  tsung: {
    title: "login PDUs, against Tsung where it is installed",
    options: [],
    measure: () => compareWithTsung({ devices: 20, loginsEach: 2000 }),
  },
  artillery: {
    title: "PDUs, against packages/artillery-engine-teamtalk under Artillery where it is in PATH",
    options: ["seconds"],
    measure: () => compareWithArtillery({ users: 20, messagesEach: 1000, measuredMs }),
  },
};

function help(): string {
  const lines = Object.entries(parts).map(([name, { title, options }]) => {
    const flags = options.map((option) => ` --${option} ${defaults[option]}`).join("");
    return `  ${name.padEnd(10)} ${title}${flags === "" ? "" : `\n            ${flags}`}`;
  });
  return `npm run bench:generator -- [part…] [options]    no part = all of them

Parts, with the options that they heed and what these are unless given:
${lines.join("\n")}

Linux; cc and taskset are needed. Results go to stdout.
`;
}

const chosen = [...values.only, ...positionals];
const unknown = chosen.find((name) => parts[name] === undefined);
if (unknown !== undefined) throw new Error(`there is no part "${unknown}": ${Object.keys(parts).join(", ")}`);
if (values.help) process.stdout.write(help());
else
  for (const [name, { measure }] of Object.entries(parts)) {
    if (chosen.length === 0 || chosen.includes(name)) await measure();
  }
