/** PDUs by the generator and by a client in C, one after the other, with the same server, connections and messages in flight. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { loginPassword } from "../src/codec/password.js";
import { cProgram } from "./c-program.js";
import { withEchoServers } from "./echo-server.js";
import { median, type Rate, ratiosOf, verdict } from "./message-load.js";

export interface RateOptions {
  readonly connections: number;
  readonly measuredMs: number;
  readonly rounds: number;
}

const WARM_UP_MS = 2000;
/** Message out, ack in, message in, confirmation out. */
const PDUS_PER_MESSAGE = 4;
const LOGS_IN = 1;
/** As `--workers 2` does: each with half of the devices. */
const PROCESSES = 2;
const FIRST_CORE = "0";
const BOTH_CORES = "0,1";
const ratioMin = new Map([
  [1, 0.5],
  [16, 0.35],
]);

export async function measureRate({ connections, measuredMs, rounds }: RateOptions): Promise<void> {
  const client = cProgram("devices");
  console.log(`PDU rate: ${connections} connections, median of ${rounds} rounds in turn`);
  for (const [inFlight, wanted] of ratioMin) {
    const [inC, ours, two, bare]: [Rate[], Rate[], Rate[], Rate[]] = [[], [], [], []];
    for (let round = 0; round < rounds; round++) {
      await withEchoServers(1, async ([port = 0]) => {
        // To as many others as the generator writes to.
        const numbers = [port, connections, inFlight, inFlight, LOGS_IN, WARM_UP_MS, measuredMs].map(String);
        inC.push(await rateOf([client, "messages", ...numbers, loginPassword("secret")], measuredMs));
        ours.push(await generatorRate(port, connections, inFlight, measuredMs));
        two.push(await rateOfProcesses(port, connections, inFlight, measuredMs));
        bare.push(await rateInNode("bare-client", port, connections, inFlight, measuredMs));
      });
    }
    const { byRate, byCpu } = ratiosOf(ours, inC);
    const [halves, floor] = [ratiosOf(two, inC), ratiosOf(bare, inC)];
    console.log(
      `${String(inFlight).padStart(2)} in flight: generator ${shown(ours)}, client in C ${shown(inC)}; ratio ` +
        `${byRate.toFixed(2)} (at least ${wanted}: ${verdict(byRate >= wanted)}), for the same CPU time ${byCpu.toFixed(2)}; ` +
        `${PROCESSES} processes of half the devices, on both cores, the server's too, ${shown(two)}, ` +
        `${halves.byRate.toFixed(2)} and ${halves.byCpu.toFixed(2)}; ` +
        `a client in Node.js that judges nothing ${shown(bare)}, ${floor.byRate.toFixed(2)} and ${floor.byCpu.toFixed(2)}`,
    );
  }
}

export function generatorRate(port: number, devices: number, inFlight: number, measuredMs: number): Promise<Rate> {
  return rateInNode("generator-run", port, devices, inFlight, measuredMs);
}

async function rateOfProcesses(port: number, devices: number, inFlight: number, measuredMs: number): Promise<Rate> {
  const each = devices / PROCESSES;
  const rates = await Promise.all(
    Array.from({ length: PROCESSES }, () => rateInNode("generator-run", port, each, inFlight, measuredMs, BOTH_CORES)),
  );
  const perSecond = rates.reduce((sum, rate) => sum + rate.perSecond, 0);
  const cpuPerSecond = rates.reduce((sum, rate) => sum + rate.perSecond * rate.cpuMicros, 0);
  return { perSecond, cpuMicros: cpuPerSecond / perSecond };
}

function rateInNode(
  program: "generator-run" | "bare-client",
  port: number,
  devices: number,
  inFlight: number,
  measuredMs: number,
  cores = FIRST_CORE,
): Promise<Rate> {
  const numbers = [port, devices, inFlight, WARM_UP_MS, measuredMs].map(String);
  return rateOf([process.execPath, "--import", "tsx", `bench/${program}.ts`, ...numbers], measuredMs, cores);
}

function shown(rates: readonly Rate[]): string {
  const perSecond = median(rates.map((rate) => rate.perSecond));
  return `${Math.round(perSecond)} PDUs/s (${median(rates.map(({ cpuMicros }) => cpuMicros)).toFixed(2)} us of CPU each)`;
}

/** Of what a program sends and gets that prints "measuring", then "messages N CPU_MS". */
async function rateOf(command: readonly string[], measuredMs: number, cores = FIRST_CORE): Promise<Rate> {
  const child = spawn("taskset", ["-c", cores, ...command], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = exitOf(child);
  let counted: string[] | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, ...numbers] = line.split(" ");
    if (what === "messages") counted = numbers;
    if (what === "delivery") requireClean(JSON.parse(numbers.join(" ")));
  }
  const code = await exit;
  const [messages = 0, cpuMs = 0] = (counted ?? []).map(Number);
  if (code !== 0 || messages === 0) throw new Error(`${command.join(" ")}: exit ${code}, ${messages} messages`);
  const pdus = messages * PDUS_PER_MESSAGE;
  return { perSecond: (pdus * 1000) / measuredMs, cpuMicros: (cpuMs * 1000) / pdus };
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", resolve));
}

/** The oracle must have seen every message arrive, or it was not at work. */
function requireClean({ sent, delivered, ...faults }: Record<string, number>): void {
  if (sent !== delivered || Object.values(faults).some((count) => count > 0)) {
    throw new Error(`the generator's oracle found: ${JSON.stringify({ sent, delivered, ...faults })}`);
  }
}
