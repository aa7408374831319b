import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ServedCluster } from "../helpers/served-cluster.js";

interface Action {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly shell: string;
      readonly run: string;
      readonly env: Readonly<Record<string, string>>;
    }[];
  };
}

const TIMEOUT_MS = 60_000;
const file = fileURLToPath(new URL("../../.github/actions/conform/action.yml", import.meta.url));
const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const action = parse(readFileSync(file, "utf8")) as Action;

let cluster: ServedCluster;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ttk-action-"));
  cluster = await ServedCluster.start("--deviate", "MSG-23");
}, TIMEOUT_MS);
afterAll(() => {
  cluster.kill();
  rmSync(folder, { recursive: true });
});

/** Runs the steps as a runner does: inputs filled in, files for summary and outputs, each step until one fails. */
function act(name: string, given: Readonly<Record<string, string>>) {
  const at = (part: string) => join(folder, `${name}-${part}`);
  const inputs: Record<string, string> = { command: `${process.execPath} ${main}`, report: at("report"), ...given };
  const givenFor = (input: string) => inputs[input] ?? action.inputs[input]?.default ?? "";
  let code: number | null = 0;
  let stdout = "";
  for (const { run, env, shell } of action.runs.steps) {
    if (code !== 0) break;
    expect(shell).toBe("bash");
    const filled = Object.entries(env).map(([key, value]) => [
      key,
      value.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, input: string) => givenFor(input)),
    ]);
    const step = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run], {
      encoding: "utf8",
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        GITHUB_STEP_SUMMARY: at("summary"),
        GITHUB_OUTPUT: at("output"),
        ...Object.fromEntries(filled),
      },
    });
    code = step.status;
    stdout += step.stdout;
  }
  const read = (part: string) => readFileSync(at(part), "utf8");
  return { code, stdout, summary: read("summary"), output: read("output"), read };
}

describe("the GitHub Action", () => {
  it("takes every input as a variable, and uses no input that it does not declare", () => {
    const text = readFileSync(file, "utf8");
    for (const { run } of action.runs.steps) expect(run).not.toContain("${{");
    const used = [...text.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(Object.keys(action.inputs)));
    expect(action.runs.using).toBe("composite");
    expect(Object.keys(action.outputs)).toEqual(["exit-code", "junit"]);
  });

  it("passes what holds, with a summary and a JUnit file", () => {
    const [address = "", peer = ""] = cluster.msgServers;
    const { code, summary, output, read } = act("pass", { address, peer, only: "frm.length-zero msg.ack" });
    expect([code, output]).toEqual([0, expect.stringMatching(/^exit-code=0\njunit=.*conform\.xml\n$/)]);
    expect(summary).toContain("### Conformance: 🟢 passed");
    expect(read("report/conform.xml")).toContain('tests="2" failures="0" errors="0"');
  });

  it("keeps the exit code of what fails, with its capture", () => {
    const [address = ""] = cluster.msgServers;
    const { code, summary, output, read } = act("fail", { address, only: "msg.too-long", arguments: "--strict" });
    expect([code, output]).toEqual([1, expect.stringContaining("exit-code=1\n")]);
    expect(summary).toContain("<code>msg.too-long</code>");
    expect(read("report/captures/msg.too-long.pcapng")).not.toBe("");
  });

  it("says that nothing ran when the selection is wrong, and takes no input for a command", () => {
    const [address = ""] = cluster.msgServers;
    const { code, summary, stdout } = act("wrong", { address, only: "$(echo>hacked) nothing.like-it" });
    expect([code, stdout]).toEqual([2, ""]);
    expect(summary).toContain("not run (exit code 2)");
    expect(() => readFileSync(join(folder, "hacked"))).toThrow();
  });
});
