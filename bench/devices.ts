/** Runs bench/devices.c: built by the C compiler that is there, on the first core where there is taskset. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { loginPassword } from "../src/codec/password.js";
import { cProgram } from "./c-program.js";

const program = cProgram("devices");

export interface DevicesRun {
  readonly process: ChildProcess;
  /** Resolves when it begins to measure. */
  readonly measuring: Promise<void>;
  /** What it counted, when it has. */
  readonly counted: Promise<number>;
}

export function runDevices(mode: "messages" | "logins", numbers: readonly number[]): DevicesRun {
  const args = [program, mode, ...numbers.map(String), loginPassword("secret")];
  const child = spawn("taskset", ["-c", "0", ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("the devices ended early");
    return value;
  };
  const measuring = next().then(() => {});
  return { process: child, measuring, counted: measuring.then(next).then((line) => Number(line.split(" ")[1])) };
}
