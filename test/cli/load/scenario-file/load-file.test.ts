import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadCommand } from "../../../../src/cli/commands/load.js";
import { formatAddress } from "../../../../src/net/address.js";
import { fakeHost } from "../../../helpers/fake-host.js";
import { FakeMsgServer } from "../../../helpers/fake-msg-server.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-scenario-file-"));
let server: FakeMsgServer;
beforeAll(async () => {
  server = await FakeMsgServer.start({ users: 20 });
});
afterAll(() => {
  server.stop();
  rmSync(folder, { recursive: true });
});
let written = 0;
afterEach(() => {
  written++;
});

/** Runs a file with these lines; what it throws is what the command ends with. */
async function run(lines: readonly string[], args: readonly string[] = [], name = `test-${written}.ts`) {
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  const host = fakeHost({ cwd: folder, verbosity: "quiet", clock: { nowMs: () => Date.now() } });
  const report = join(folder, `${name}.json`);
  const common = ["--target", formatAddress(server.address), "--report", `json=${report}`];
  await loadCommand(host).parseAsync([name, ...common, ...args], { from: "user" });
  return { ...host.written, exitCode: host.exitCode, report: JSON.parse(readFileSync(report, "utf8")) };
}

describe("ttk load with a scenario file", () => {
  it("says in one line where the file is no TypeScript", async () => {
    await expect(run(["export const options = {};", "export default function ( {"])).rejects.toThrow(
      /^test-\d+\.ts:\d: Unexpected token[^\n]*$/,
    );
  });

  it("says where the file itself throws, also in a file that it imports", async () => {
    await expect(run(["", 'throw new Error("not today");'])).rejects.toThrow(/^test-\d+\.ts:2: not today$/);
    writeFileSync(join(folder, "part.ts"), '\n\nthrow new Error("nor here");\n');
    await expect(run(['import "./part.js";'])).rejects.toThrow(/^part\.ts:3: nor here$/);
  });

  it("says that k6's modules are not there", async () => {
    const lines = ['import http from "k6/http";', "export default function () { http.get('x'); }"];
    await expect(run(lines)).rejects.toThrow(/k6's module "k6\/http" does not exist here/);
  });

  it("counts an iteration that throws, says where it did, and goes on", async () => {
    const { stderr, exitCode, report } = await run([
      'import type { Vu } from "teamtalk-testkit/load";',
      'export const options = { vus: 2, iterations: 10, thresholds: { "errors{kind:iteration_failed}": ["count==5"] } };',
      "export default async function (vu: Vu) {",
      "  await vu.sleep(0.001);",
      '  if (vu.iteration % 2 === 1) throw new Error("every second");',
      "}",
    ]);
    expect(stderr).toMatch(/^ttk: test-\d+\.ts:5: every second \(default; told once\)\n$/);
    const [part] = report.parts;
    expect(part).toMatchObject({ name: "default", executor: "shared-iterations", iterations: 10, dropped: 0 });
    expect(report.metrics["errors{kind:iteration_failed}"].count).toBe(part.failed);
    expect(report.metrics.iterations.count).toBe(10);
    expect(exitCode).toBe(part.failed === 5 ? 0 : 1);
  });

  it("names the line where a send was refused", async () => {
    const { stderr } = await run([
      "export const options = { vus: 2, iterations: 2 };",
      "export default async function (vu) {",
      "  const pc = vu.user.device('windows');",
      "  await pc.send({ kind: 'user', user: 1, name: 'user2' });",
      "}",
    ]);
    expect(stderr).toMatch(/^ttk: test-\d+\.ts:4: .+ \(default; told once\)\n/);
  });

  it("lets a device leave and come back as another kind, and refuses two of one class", async () => {
    const { stderr, report } = await run([
      "export const options = { iterations: 1, thresholds: { checks: ['rate==1'] } };",
      "export default async function (vu) {",
      "  const windows = await vu.user.login('windows');",
      "  let refusal = '';",
      "  await vu.user.login('mac').catch((error) => { refusal = error.message; });",
      "  vu.check(refusal, { refused: (text) => text.includes('is online on windows') });",
      "  const leaving = windows.logout();",
      "  const mac = await vu.user.login('mac');",
      "  await leaving;",
      "  vu.check(mac, { here: ({ isOnline }) => isOnline && !windows.isOnline });",
      "}",
    ]);
    expect(stderr).toBe("");
    expect(report.checks).toEqual([
      { name: "refused", passes: 1, fails: 0 },
      { name: "here", passes: 1, fails: 0 },
    ]);
  });

  it("counts dropped iterations as they are dropped, so that a threshold can end the run", async () => {
    const { report, exitCode } = await run([
      "export const options = {",
      "  scenarios: { busy: { executor: 'constant-arrival-rate', rate: 20, duration: '60s', preAllocatedVUs: 1 } },",
      "  thresholds: { 'dropped_iterations{scenario:busy}': [{ threshold: 'count<5', abortOnFail: true }] },",
      "};",
      "export default (vu) => vu.sleep(30);",
    ]);
    expect(exitCode).toBe(1);
    expect(report.summary.abortedBy).toBe("dropped_iterations{scenario:busy} count<5");
    expect(report.parts[0].dropped).toBe(report.metrics.dropped_iterations.count);
    expect(report.summary.steadyMs).toBeLessThan(20_000);
  });

  it("ends before it begins when setup fails, and says where", async () => {
    const lines = [
      "export function setup() {",
      '  throw new Error("no ground");',
      "}",
      "export default function () {}",
    ];
    await expect(run(lines)).rejects.toThrow(/^test-\d+\.ts:2: no ground \(setup failed\)$/);
  });

  it("hands each VU a copy of what setup returned, and teardown too", async () => {
    const { stdout } = await run(
      [
        "let seen = 0;",
        "export const options = { vus: 3, iterations: 3 };",
        "export const setup = () => ({ list: [1] });",
        "export default async function (vu, data) {",
        "  data.list.push(vu.id);",
        "  seen = Math.max(seen, data.list.length);",
        "  await vu.sleep(0.01);",
        "}",
        "export function teardown(data) { seen = seen * 10 + data.list.length; }",
        "export const handleSummary = (data) => ({ stdout: seen + ' ' + JSON.stringify(data.setup_data) });",
      ],
      [],
      "copies.js",
    );
    expect(stdout).toBe('21 {"list":[1]}');
  });

  it("prints the usual summary when handleSummary throws", async () => {
    const { stdout, stderr } = await run([
      "export default () => {};",
      "export function handleSummary() {",
      '  throw new Error("no words");',
      "}",
    ]);
    expect(stderr).toMatch(/^ttk: test-\d+\.ts:3: no words \(handleSummary; the usual summary follows\)\n$/);
    expect(stdout).toContain("scenario    default (shared-iterations, up to 1 VUs): 1 iterations");
  });

  it("interrupts what gracefulStop leaves no time for, which is no failure", async () => {
    const { report, stderr } = await run([
      "export const options = { scenarios: { slow: {",
      "  executor: 'constant-vus', vus: 2, duration: '200ms', gracefulStop: '100ms' } } };",
      "export default (vu) => vu.sleep(60);",
    ]);
    expect(report.parts[0]).toMatchObject({ iterations: 0, failed: 0, interrupted: 2 });
    expect(stderr).toBe("");
  });

  it("keeps the file's own metrics, with tags that thresholds ask for", async () => {
    const { report, exitCode } = await run([
      'import { Counter, Gauge, Rate, Trend } from "teamtalk-testkit/load";',
      'const waits = new Trend("waits");',
      'const all = [new Counter("counted"), new Gauge("gauged"), new Rate("rated")];',
      'export const options = { iterations: 4, thresholds: { "waits{odd:yes}": ["count==2", "max==30"], rated: ["rate==0.5"] } };',
      "export default function (vu) {",
      "  waits.add(10 * vu.iteration, { odd: vu.iteration % 2 ? 'yes' : 'no' });",
      "  for (const metric of all) metric.add(vu.iteration % 2);",
      "}",
    ]);
    expect(exitCode).toBe(0);
    expect(report.metrics).toMatchObject({
      waits: { type: "trend", count: 4, max: 30 },
      "waits{odd:yes}": { count: 2 },
      counted: { type: "counter", count: 2 },
      gauged: { type: "gauge", max: 1 },
      rated: { type: "rate", passes: 2, fails: 2 },
    });
  });

  it("refuses options of built-in scenarios, and those of files for built-in ones", async () => {
    await expect(run(["export default () => {};"], ["--rate", "5"])).rejects.toThrow(
      "--rate is for built-in scenarios",
    );
    const host = fakeHost();
    const args = ["steady-chat", "--target", "127.0.0.1:1", "--vus", "3"];
    await expect(loadCommand(host).parseAsync(args, { from: "user" })).rejects.toThrow("--vus is for scenario files");
  });
});
