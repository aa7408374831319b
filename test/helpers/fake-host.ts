import { Readable, Writable } from "node:stream";
import type { Host, Output } from "../../src/cli/host.js";

/** A process that exists only in a test: what commands write is kept. */
export function fakeHost(given: Partial<Host> = {}): Host & { readonly written: { stdout: string; stderr: string } } {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    write: (text) => {
      written[name] += String(text);
    },
    drained: async () => {},
    isStyled: false,
    columns: 80,
  });
  return {
    stdin: Readable.from([]),
    stdout: output("stdout"),
    stderr: output("stderr"),
    screen: new Writable(),
    env: {},
    cwd: "/",
    self: ["node", "ttk"],
    args: [],
    nodeVersion: "20.19.0",
    signal: new AbortController().signal,
    interrupt: () => {},
    stoppedBy: undefined,
    clock: { nowMs: () => 0 },
    random: () => 0.5,
    atExit: () => () => {},
    watchSuspension: () => ({ suspend: () => {}, end: () => {} }),
    takeStrays: () => {},
    takeErrors: () => () => {},
    verbosity: "normal",
    showsStack: false,
    outlivesReader: false,
    leavesAtOnce: false,
    exitCode: 0,
    ...given,
    written,
  };
}
