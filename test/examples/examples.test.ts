import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCommand } from "../../src/cli/commands/load.js";
import { formatAddress } from "../../src/net/address.js";
import { crowdFixture } from "../../src/server/storage/crowd-fixture.js";
import { fakeHost } from "../helpers/fake-host.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { schemaErrors } from "../helpers/schema-check.js";

const examples = fileURLToPath(new URL("../../examples/", import.meta.url));
const USERS_EACH = 40;
const names = readdirSync(examples).filter((name) => name.endsWith(".ts"));
const folder = mkdtempSync(join(tmpdir(), "ttk-examples-"));
let cluster: ReferenceCluster;

beforeAll(async () => {
  cluster = await ReferenceCluster.start({ fixture: crowdFixture(USERS_EACH * names.length), msgServers: 2 });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

interface Report {
  readonly summary: { readonly failures: readonly string[] };
  readonly delivery: { readonly sent: number; readonly acked: number; readonly lost: number };
  readonly parts: readonly {
    readonly iterations: number;
    readonly failed: number;
    readonly findMax: { steps: [] } | null;
  }[];
  readonly checks: readonly unknown[];
}

/** Runs an example as `ttk load` does, with users of its own. */
async function run(name: string): Promise<{ report: Report; stdout: string; exitCode: number }> {
  const host = fakeHost({ cwd: folder, verbosity: "quiet", clock: { nowMs: () => Date.now() } });
  const first = names.indexOf(name) * USERS_EACH + 1;
  const file = join(folder, `${name}.json`);
  const targets = [cluster.msg(0), cluster.msg(1)].map(formatAddress);
  const accounts = `user{${first}..${first + USERS_EACH - 1}}`;
  const args = [join(examples, name), "--target", ...targets, "--accounts", accounts, "--report", `json=${file}`];
  await loadCommand(host).parseAsync(args, { from: "user" });
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  expect(schemaErrors("load-report", report)).toEqual([]);
  expect(host.written.stderr).toBe("");
  return { report, stdout: host.written.stdout, exitCode: host.exitCode };
}

describe("examples", () => {
  it("are at least six", () => {
    expect(names.length).toBeGreaterThanOrEqual(6);
  });

  it.concurrent.each(names)("%s runs, holds, and accounts for every message", async (name) => {
    const { report, stdout, exitCode } = await run(name);
    expect({ exitCode, stdout, failures: report.summary.failures }).toMatchObject({ exitCode: 0, failures: [] });
    expect(report.delivery.sent).toBeGreaterThan(0);
    expect(report.delivery).toMatchObject({ acked: report.delivery.sent, lost: 0 });
    expect(report.parts.every(({ iterations, failed }) => iterations > 0 && failed === 0)).toBe(true);
    if (name === "summary.ts") expect(stdout).toMatch(/^20 messages acked, half of them in [\d.]+ ms; 0 lost\n$/);
    if (name === "groups.ts")
      expect(report.checks).toEqual([{ name: "all messages are in the history", passes: 1, fails: 0 }]);
    if (name === "find-max.ts") expect(report.parts[0]?.findMax?.steps.length).toBeGreaterThanOrEqual(1);
  });
});
