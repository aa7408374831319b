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
async function run(
  lines: readonly string[],
  args: readonly string[] = [],
  name = `test-${written}.ts`,
  signal = new AbortController().signal,
) {
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  const host = fakeHost({ cwd: folder, verbosity: "quiet", clock: { nowMs: () => Date.now() }, signal });
  const report = join(folder, `${name}.json`);
  const target = args.includes("--target") ? [] : ["--target", formatAddress(server.address)];
  const common = [...target, "--report", `json=${report}`];
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

  it("says that setup has returned what cannot be copied", async () => {
    const lines = ["export const setup = () => ({ much: 1n });", "export default () => {};"];
    await expect(run(lines)).rejects.toThrow(/: what it returned is not JSON: .*BigInt.* \(setup failed\)$/);
  });

  it("ends setup and teardown when their time is up, whatever they wait for", async () => {
    const waits = ["const never = () => new Promise(() => {});", "export default () => {};"];
    const setup = ["export const options = { setupTimeout: '20ms' };", "export const setup = never;"];
    await expect(run([...waits, ...setup])).rejects.toThrow(/: setup took longer than 0\.02 s \(setup failed\)$/);
    const teardown = ["export const options = { teardownTimeout: '20ms' };", "export const teardown = never;"];
    const { stderr, report } = await run([...waits, ...teardown]);
    expect(stderr).toMatch(/: teardown took longer than 0\.02 s \(teardown; told once\)\n$/);
    expect(report.metrics.iterations.count).toBe(1);
  });

  it.each([
    ["before setup", "", "", []],
    ["in setup", "interrupt(); await new Promise(() => {});", "", ["setup"]],
    ["in an iteration", "", "interrupt(); await new Promise(() => {});", ["setup", "iteration", "teardown"]],
  ])(
    "ends at once when interrupted %s, and tears down what was set up, as k6 does",
    async (_, inSetup, inIteration, called) => {
      const stop = new AbortController();
      Reflect.set(globalThis, "interrupt", () => stop.abort());
      if (called.length === 0) stop.abort();
      const { stdout, report } = await run(
        [
          "const called = [];",
          `export async function setup() { called.push("setup"); ${inSetup} }`,
          `export default async function () { called.push("iteration"); ${inIteration} }`,
          'export function teardown() { called.push("teardown"); }',
          "export const handleSummary = () => ({ stdout: JSON.stringify(called) });",
        ],
        [],
        `interrupted-${called.length}.js`,
        stop.signal,
      );
      expect(JSON.parse(stdout)).toEqual(called);
      expect(report.summary.interrupted).toBe(true);
      expect(report.parts[0].interrupted).toBe(called.includes("iteration") ? 1 : 0);
    },
  );

  it("says what was thrown that is no Error", async () => {
    const { stderr } = await run(["export default () => {", "  throw { code: 3, why: 'no luck' };", "};"]);
    expect(stderr).toMatch(/^ttk: test-\d+\.ts: \{"code":3,"why":"no luck"\} \(default; told once\)\n$/);
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

  it("counts a teardown that throws, so that a threshold can fail for it, and says where", async () => {
    const { stderr, exitCode } = await run([
      "export const options = { thresholds: { 'errors{kind:iteration_failed}': ['count==0'] } };",
      "export default () => {};",
      "export function teardown() {",
      '  throw new Error("left behind");',
      "}",
    ]);
    expect(stderr).toMatch(/^ttk: test-\d+\.ts:4: left behind \(teardown; told once\)\n$/);
    expect(exitCode).toBe(1);
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

  it("shows values of own metrics as times when the file says that they are, else without a unit, as k6 does", async () => {
    const { report, stdout } = await run([
      'import { Counter, Gauge, Trend } from "teamtalk-testkit/load";',
      'const took = [new Trend("took", true), new Gauge("lag", true), new Counter("slept", true)];',
      'const sizes = [new Trend("sizes"), new Gauge("level"), new Trend("more", false)];',
      'export const options = { thresholds: { took: ["p(95)<50"], sizes: ["p(95)<50"], level: ["value<50"], lag: ["value<50"] } };',
      "export default () => { for (const each of [...took, ...sizes]) each.add(20); };",
    ]);
    expect(stdout).toMatch(/^took {25}1( +20\.0 ms){5}$/m);
    expect(stdout).toMatch(/^sizes {24}1( +20){5}$/m);
    expect(stdout).toMatch(/^more {25}1( +20){5}$/m);
    expect(stdout).toContain("metric      lag: 20.0 ms (20.0 ms to 20.0 ms)\n");
    expect(stdout).toContain("metric      level: 20 (20 to 20)\n");
    expect(stdout).toContain("metric      slept: 20.0 ms (");
    for (const line of [
      "took p(95)<50  (20 ms)",
      "sizes p(95)<50  (20)",
      "lag value<50  (20 ms)",
      "level value<50  (20)",
    ]) {
      expect(stdout).toContain(`held         ${line}\n`);
    }
    const contains = ["took", "sizes", "more", "lag", "level", "slept"].map((name) => report.metrics[name]?.contains);
    expect(contains).toEqual([undefined, "default", "default", "time", undefined, "time"]);
  });

  it.each([
    ['new Counter("errors");', '"errors" is a metric that every run has: choose another name'],
    ['new Rate("checks");', '"checks" is a metric that every run has: choose another name'],
    ['new Trend("__proto__");', '"__proto__" is a name that every JavaScript object has: choose another'],
    ['new Gauge("constructor");', '"constructor" is a name that every JavaScript object has: choose another'],
    ['new Trend("mine"); new Counter("mine");', '"mine" is a trend already, and cannot be a counter, too'],
    ['new Trend("mine"); new Trend("mine", true);', '"mine" is of times in one place, and of numbers in another'],
  ])("refuses a metric whose name is taken: %s", async (line, reason) => {
    const lines = [
      'import { Counter, Gauge, Rate, Trend } from "teamtalk-testkit/load";',
      line,
      "export default () => {};",
    ];
    await expect(run(lines)).rejects.toThrow(new RegExp(`^test-\\d+\\.ts:2: ${reason}$`));
  });

  it("takes what is made twice for one metric, as k6 does", async () => {
    const { report } = await run([
      'import { Counter } from "teamtalk-testkit/load";',
      'const [one, same] = [new Counter("mine"), new Counter("mine")];',
      "export default () => { one.add(1); same.add(2); };",
    ]);
    expect(report.metrics.mine).toMatchObject({ type: "counter", count: 3 });
  });

  it("has no value of a gauge before the file sets it, and no extremes but those that it was set to", async () => {
    const { report, exitCode, stdout } = await run([
      'import { Gauge } from "teamtalk-testkit/load";',
      'const [level, never] = [new Gauge("level"), new Gauge("never")];',
      'export const options = { iterations: 2, thresholds: { level: ["min==5"], never: ["value<9"] } };',
      "export default (vu) => { level.add(5 + vu.iteration); if (level.name === '') never.add(1); };",
    ]);
    expect(report.metrics.level).toEqual({ type: "gauge", value: 6, min: 5, max: 6 });
    expect(report.metrics.never).toBeUndefined();
    expect(stdout).toContain("NOT HELD     never value<9  (nothing was measured)");
    expect(exitCode).toBe(1);
  });

  it("has as many VUs as there can be in vus_max all the time, as k6 does", async () => {
    const { report } = await run(["export const options = { vus: 3, iterations: 3 };", "export default () => {};"]);
    expect(report.metrics.vus_max).toEqual({ type: "gauge", value: 3, min: 3, max: 3 });
  });

  it.each(["mine.add(-1)", "mine.add(4294968)", "mine.add(Number.NaN)", "mine.add(1e9)"])(
    "fails an iteration that adds what a trend cannot hold: %s",
    async (call) => {
      const { report, stderr } = await run([
        'import { Trend } from "teamtalk-testkit/load";',
        'const mine = new Trend("mine");',
        `export default (vu) => { mine.add(7); ${call}; };`,
      ]);
      expect(stderr).toMatch(/^ttk: test-\d+\.ts:3: mine\.add: -?[\dNa]+ is /);
      expect(report.metrics.mine).toMatchObject({ count: 1, max: 7 });
    },
  );

  it("checks values and predicates; what throws or is asynchronous does not hold, and fails the iteration", async () => {
    const { report, stderr } = await run([
      "export const options = { iterations: 3 };",
      "export default async (vu) => {",
      "  if (vu.iteration === 0) vu.check(1, { yes: true, no: false, one: (value) => value === 1 });",
      "  if (vu.iteration === 1) vu.check(1, { later: async () => { throw new Error('too late'); } });",
      "  if (vu.iteration === 2) vu.check(1, { thrown: () => { throw new Error('in a check'); } });",
      "};",
    ]);
    expect(report.checks).toEqual([
      { name: "yes", passes: 1, fails: 0 },
      { name: "no", passes: 0, fails: 1 },
      { name: "one", passes: 1, fails: 0 },
      { name: "later", passes: 0, fails: 1 },
      { name: "thrown", passes: 0, fails: 1 },
    ]);
    expect(report.metrics["errors{kind:iteration_failed}"].count).toBe(2);
    expect(stderr).toMatch(/\.ts:4: check "later" is asynchronous: await what it needs before.*\n.*\.ts:5: in a check/);
  });

  it("adds to own metrics with the tags of whoever adds: its scenario's, its own, and those of the call, as k6 does", async () => {
    const lines = [
      'import { Counter, Trend } from "teamtalk-testkit/load";',
      'const [mine, took] = [new Counter("mine"), new Trend("took")];',
      "const scenario = (tags) => ({ executor: 'per-vu-iterations', vus: 2, iterations: 2, tags });",
      "export const options = { tags: { build: '7' }, scenarios: { one: scenario({ kind: 'a' }), two: scenario({ kind: 'b' }) } };",
      "export const setup = async (vu) => { await vu.sleep(0.01); mine.add(100); };",
      "export default async (vu) => {",
      "  mine.add(1);",
      "  await vu.sleep(0.01 * vu.id);",
      "  vu.tags.group = vu.id % 2 ? '::odd' : '::even';",
      "  await new Promise((resolve) => setTimeout(resolve, 5));",
      "  took.add(vu.id);",
      "  if (vu.id === 1) mine.add(10, { kind: 'c' });",
      "};",
      "export const teardown = () => mine.add(1000);",
    ];
    const expected = [
      ["mine{scenario:one}", "count==24"],
      ["mine{scenario:two}", "count==4"],
      ["mine{kind:a}", "count==4"],
      ["mine{kind:c,scenario:one}", "count==20"],
      ["mine{build:7}", "count==1128"],
      ["took{group:::odd,scenario:two}", "max==3"],
      ["took{group:::odd,scenario:two}", "count==2"],
      ["took{group:::even,scenario:one}", "min==2"],
    ] as const;
    const thresholds = expected.map(([metric, expression]) => `${metric}:${expression}`);
    const { report } = await run(lines, ["--threshold", ...thresholds]);
    expect(report.thresholds.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    expect(report.thresholds).toHaveLength(expected.length);
  });

  it("refuses a delay of what does not end runs, where it would do nothing", async () => {
    const args = ["--threshold", "iterations:count==1", "--delay-abort-eval", "1s"];
    await expect(run(["export default () => {};"], args)).rejects.toMatchObject({
      message: "--delay-abort-eval says when a failed threshold may first end the run: it goes with --abort-on-fail",
      exitCode: 2,
    });
    const { exitCode } = await run(["export default () => {};"], [...args, "--abort-on-fail"]);
    expect(exitCode).toBe(0);
  });

  it("jumps where a stage takes no time", async () => {
    const lines = ["export default (vu) => vu.sleep(0.05);"];
    const { report, exitCode } = await run(lines, [
      "--vus",
      "1",
      "--stage",
      "0s:4",
      "300ms:4",
      "--threshold",
      "vus:max==4",
    ]);
    expect({ exitCode, vus: report.metrics.vus }).toMatchObject({ exitCode: 0, vus: { max: 4 } });
    expect(report.parts[0]).toMatchObject({ executor: "ramping-vus", vusMax: 4 });
  });

  it("judges thresholds of the command line by the file's own metrics, tags and checks, too", async () => {
    const lines = [
      'import { Counter } from "teamtalk-testkit/load";',
      'const mine = new Counter("mine");',
      "export const options = { iterations: 2 };",
      "export default (vu) => { mine.add(1); vu.check(1, { one: true }); };",
    ];
    const thresholds = ["mine:count==2", "checks{check:one}:rate==1", "iterations{scenario:default}:count==2"];
    const { report, exitCode } = await run(lines, ["--threshold", ...thresholds]);
    expect(report.thresholds.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, true, true]);
    expect(exitCode).toBe(0);
    await expect(run(lines, ["--threshold", "mien:count==2"])).rejects.toThrow(
      /^--threshold 'mien:count==2': column 1: there is no metric "mien"; did you mean "mine"\?$/,
    );
    await expect(run(lines, ["--threshold", "mine:p(95)<2"])).rejects.toThrow("mine is a counter: it has count, rate");
  });

  it("leaves out setup and teardown on k6's noSetup and noTeardown", async () => {
    const { stdout, exitCode } = await run([
      "let called = '';",
      "export const options = { noSetup: true, noTeardown: true };",
      "export const setup = () => { called += 'setup'; return 1; };",
      "export const teardown = () => { called += 'teardown'; };",
      "export default (vu, data) => { called += String(data); };",
      "export const handleSummary = () => ({ stdout: called });",
    ]);
    expect({ stdout, exitCode }).toEqual({ stdout: "undefined", exitCode: 0 });
  });

  it.each([
    ["__ENV.WHERE", "process.env, and a scenario's env in vu.env"],
    ["__VU", "vu.id"],
    ["open('users.json')", "readFileSync of node:fs"],
  ])("says where k6's global is here: %s", async (use, here) => {
    await expect(run([`const used = ${use};`, "export default () => {};"])).rejects.toThrow(
      `.ts:1: ${/\w+/.exec(use)?.[0]} is not defined: it is k6's; here it is ${here} (docs/load.md)`,
    );
  });

  it("says where k6's functions are that the file takes for this toolkit's", async () => {
    const lines = ['import { sleep } from "teamtalk-testkit/load";', "export default () => sleep(1);"];
    expect((await run(lines)).stderr).toMatch(
      /^ttk: test-\d+\.ts:2: .*sleep.* is not a function: it is k6's; here it is await vu\.sleep\(seconds\) \(docs\/load\.md\)/,
    );
    expect((await run(["export default () => check(1, {});"])).stderr).toContain(
      "check is not defined: it is k6's; here it is vu.check (docs/load.md)",
    );
  });

  it("says that nothing is imported from the network", async () => {
    const lines = [
      'import { textSummary } from "https://jslib.k6.io/k6-summary/0.0.2/index.js";',
      "export default () => textSummary;",
    ];
    await expect(run(lines)).rejects.toThrow(
      /^test-\d+\.ts: nothing is loaded from the network, as "https:\/\/jslib\.k6\.io\/.*" would be/,
    );
  });

  it.each([
    ["exports.default = run;"],
    ["Object.defineProperty(exports, '__esModule', { value: true }); exports.default = run;"],
    ["module.exports = { options: exports.options, default: run };"],
  ])("takes CommonJS, which bundlers write: %s", async (line) => {
    const lines = ["exports.options = { vus: 2, iterations: 3 };", "const run = (vu) => vu.sleep(0);", line];
    const { report } = await run(lines, [], `test-${written}.cjs`);
    expect(report.parts).toMatchObject([{ executor: "shared-iterations", vusMax: 2, iterations: 3 }]);
  });

  it("is blocked where no device can come online, whatever the file makes of that", async () => {
    const lines = [
      "export const options = { iterations: 2 };",
      "export default (vu) => vu.user.login('windows').catch(() => {});",
    ];
    const { report, exitCode, stdout } = await run(lines, ["--target", "127.0.0.1:1"]);
    expect(exitCode).toBe(3);
    expect(report.summary).toMatchObject({ passed: false, devicesOnline: 0 });
    expect(stdout).toContain("FAILED       no device came online: 2 connections and 0 logins failed\n");
  });

  it("says which devices there are, and which metrics in place of HTTP's", async () => {
    const { stderr } = await run(["export default (vu) => vu.user.login();"]);
    expect(stderr).toContain('there is no device type "undefined": one of windows, mac, ios, android (');
    const lines = [
      "export const options = { thresholds: { http_req_failed: ['rate<0.01'] } };",
      "export default () => {};",
    ];
    await expect(run(lines)).rejects.toThrow(
      'there is no metric "http_req_failed": it is k6\'s; here there is errors and msgs_lost',
    );
  });

  it("writes to people, and not to a name or to itself", async () => {
    const sending = (to: string) => [
      "export default async (vu) => {",
      "  const pc = await vu.user.login('windows');",
      `  await pc.send(${to}, "hi");`,
      "};",
    ];
    expect((await run(sending("vu.people[0]"))).stderr).toContain(
      "user1 cannot write to itself: servers ignore that (MSG-07)",
    );
    expect((await run(sending("'user2'"))).stderr).toContain(
      '"user2" is neither a person nor a group: take somebody of vu.people',
    );
  });

  it("begins a ramp of the command line without VUs where --vus is 0, as in k6's own examples", async () => {
    const stages = ["--vus", "0", "--stage", "50ms:2", "50ms:0"];
    const { report } = await run(["export default (vu) => vu.sleep(0.01);"], stages);
    expect(report.parts[0]).toMatchObject({ executor: "ramping-vus", vusMax: 2 });
    await expect(run(["export default () => {};"], ["--vus", "0", "--duration", "1s"])).rejects.toThrow(
      "options.vus: expected a whole number from 1",
    );
  });

  it("has its users from the VUs", async () => {
    await expect(run(["export default () => {};"], ["--users", "3"])).rejects.toThrow(
      /^--users is for built-in scenarios: test-/,
    );
  });

  it("says what is in place of k6's sleep and check", async () => {
    await expect(run(['import { sleep } from "k6";', "export default () => sleep(1);"])).rejects.toThrow(
      'k6\'s module "k6" does not exist here: sleep and check are vu.sleep and vu.check (docs/load.md)',
    );
  });

  it("lets each user of a VU wait for several things at once", async () => {
    const { report, stderr } = await run(
      [
        "export const options = { iterations: 1, ext: { teamtalk: { usersPerVu: 12 } } };",
        "export default async (vu) => {",
        "  const pcs = await Promise.all(vu.users.map((user) => user.login('windows')));",
        "  const waits = pcs.flatMap((pc) => Array.from({ length: 8 }, () => pc.receive(0.01).catch((error) => error)));",
        "  const reasons = new Set((await Promise.all(waits)).map(({ message }) => message.replace(/ to .*/, '')));",
        "  vu.check([...reasons].join(), { 'nothing came': (text) => text === 'no message came' });",
        "};",
      ],
      ["--accounts", "user{1..12}"],
    );
    expect({ stderr, checks: report.checks }).toEqual({
      stderr: "",
      checks: [{ name: "nothing came", passes: 1, fails: 0 }],
    });
  });

  it("refuses options of built-in scenarios, and those of files for built-in ones", async () => {
    await expect(run(["export default () => {};"], ["--rate", "5"])).rejects.toThrow(
      "--rate is for built-in scenarios",
    );
    const host = fakeHost();
    const args = ["steady-chat", "--target", "127.0.0.1:1", "--vus", "3"];
    await expect(loadCommand(host).parseAsync(args, { from: "user" })).rejects.toThrow("--vus is for scenario files");
    for (const option of [["--size", "100"], ["--encrypted"], ["--audio-share", "10%"], ["--final-check", "all"]]) {
      const idle = ["idle-online", "--target", "127.0.0.1:1", ...option];
      await expect(loadCommand(fakeHost()).parseAsync(idle, { from: "user" })).rejects.toThrow(
        `idle-online sends no messages: ${option[0]} is for those that do`,
      );
    }
  });
});
