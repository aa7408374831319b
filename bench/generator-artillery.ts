/** PDUs for the same CPU time: the generator against our engine under Artillery, with the same server, a message in flight each. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { hasTool } from "../test/helpers/tool.js";
import { cpuSecondsOf } from "./cpu-seconds.js";
import { withEchoServers } from "./echo-server.js";
import { generatorRate } from "./generator-rate.js";
import { verdict } from "./message-load.js";

export interface ArtilleryOptions {
  readonly users: number;
  readonly messagesEach: number;
  readonly measuredMs: number;
}

const RATIO_MIN = 2;
const CONNECTIONS = 200;
const ONE_IN_FLIGHT = 1;

export async function compareWithArtillery({ users, messagesEach, measuredMs }: ArtilleryOptions): Promise<void> {
  if (!hasTool("artillery")) {
    console.log("Artillery: skipped, there is no artillery in PATH (npm install artillery, apart from this package)");
    return;
  }
  const ours = await withEchoServers(1, ([port = 0]) => generatorRate(port, CONNECTIONS, ONE_IN_FLIGHT, measuredMs));
  // Its start takes seconds: what counts is what a longer run takes beyond a short one.
  const start = await runOf(users, 1);
  const whole = await runOf(users, messagesEach);
  const cpuMicros = ((whole.cpuSeconds - start.cpuSeconds) * 1e6) / (whole.pdus - start.pdus);
  const ratio = cpuMicros / ours.cpuMicros;
  console.log(
    `PDUs: generator ${ours.cpuMicros.toFixed(2)} us of CPU each, Artillery ${cpuMicros.toFixed(2)} ` +
      `(${whole.pdus} of ${users} users); ratio ${ratio.toFixed(1)} (at least ${RATIO_MIN}: ${verdict(ratio >= RATIO_MIN)})`,
  );
}

async function runOf(users: number, messagesEach: number): Promise<{ cpuSeconds: number; pdus: number }> {
  const folder = mkdtempSync(join(tmpdir(), "ttk-bench-artillery-"));
  try {
    return await withEchoServers(1, async ([port = 0]) => {
      prepare(folder, port, users, messagesEach);
      const files = ["run", join(folder, "script.yml"), "--output", join(folder, "report.json")];
      const env = { NODE_PATH: join(folder, "node_modules"), ARTILLERY_DISABLE_TELEMETRY: "true" };
      const cpuSeconds = await cpuSecondsOf(["artillery", ...files], env);
      return { cpuSeconds, pdus: pdusIn(join(folder, "report.json"), users * messagesEach) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function prepare(folder: string, port: number, users: number, messagesEach: number): void {
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  cpSync("packages/artillery-engine-teamtalk", join(modules, "artillery-engine-teamtalk"), { recursive: true });
  symlinkSync(resolve("."), join(modules, "teamtalk-testkit"), "dir");
  const rows = Array.from({ length: users }, (_, user) => `user${user + 1},${(user ^ 1) + 1}`);
  writeFileSync(join(folder, "users.csv"), rows.join("\n"));
  const send = { send: { to: "{{ peer }}", text: "a".repeat(40) } };
  const script = {
    config: {
      target: `127.0.0.1:${port}`,
      engines: { teamtalk: {} },
      payload: { path: "users.csv", fields: ["name", "peer"], order: "sequence" },
      phases: [{ duration: 1, arrivalCount: users }],
    },
    scenarios: [
      {
        engine: "teamtalk",
        flow: [{ login: { name: "{{ name }}" } }, { loop: [send], count: messagesEach }, { logout: {} }],
      },
    ],
  };
  writeFileSync(join(folder, "script.yml"), stringify(script));
}

/** Messages out, acks in, messages in, their confirmations out. */
function pdusIn(file: string, messages: number): number {
  const { aggregate } = JSON.parse(readFileSync(file, "utf8")) as { aggregate: { counters: Record<string, number> } };
  const count = (name: string) => aggregate.counters[`teamtalk.${name}`] ?? 0;
  if (count("messages_acked") !== messages)
    throw new Error(`Artillery has had ${count("messages_acked")} of ${messages} acks`);
  return count("messages_sent") + count("messages_acked") + 2 * count("messages_received");
}
