import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ConformanceResult } from "../../src/runner/conformance/conformance-result.js";
import { OddServer } from "../helpers/odd-server.js";
import { schemaErrors } from "../helpers/schema-check.js";
import { ServedCluster } from "../helpers/served-cluster.js";
import { runTtk, TtkProcess } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-conform-"));
let cluster: ServedCluster;
let msg: readonly string[];
beforeAll(async () => {
  cluster = await ServedCluster.start();
  msg = cluster.msgServers;
});
afterAll(() => {
  cluster?.kill();
  rmSync(folder, { recursive: true });
});

const running: (TtkProcess | OddServer)[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await ("stop" in one ? one.stop() : one.kill());
});

function conform(...args: string[]) {
  return runTtk(["conform", ...args]);
}

function report(text: string): ConformanceResult {
  const result = JSON.parse(text) as ConformanceResult;
  expect(schemaErrors("conformance-report", result)).toEqual([]);
  return result;
}

describe("ttk conform", () => {
  it("exits 0 when every MUST held, and says the same on stdout, in the file and by its exit code", async () => {
    const file = join(folder, "held", "conform.json");
    const [first = "", second = ""] = msg;
    const options = ["--peer", second, "--only", "frm.length-*", "con.time", "lgn.kick-across-*", "msg.ack"];
    const { code, stdout, stderr } = await conform(
      first,
      ...options,
      "--time-scale",
      "0.05",
      "--report",
      `json=${file}`,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toMatch(/^127\.0\.0\.1:\d+ and 127\.0\.0\.1:\d+: 11 cases in \d+\.\d s\n/);
    expect(stdout).toMatch(/\n11 cases: 11 passed\nPASSED {7}every MUST that was judged held\n$/);
    const { summary, target, cases } = report(readFileSync(file, "utf8"));
    expect(summary).toMatchObject({ total: 11, passed: 11, outcome: "held" });
    expect(target).toMatchObject({ address: first, peer: second, timeScale: 0.05 });
    expect(cases.find(({ id }) => id === "msg.ack")?.rerun).toBe(
      `ttk conform ${first} --peer ${second} --time-scale 0.05 --only msg.ack`,
    );
  });

  it("prints the report as JSON, with what went over the wire when asked", async () => {
    const { code, stdout } = await conform(msg[0] ?? "", "--only", "con.time", "--json", "--trace-all", "-q");
    expect(code).toBe(0);
    const [only] = report(stdout).cases;
    expect(only?.trace.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["opened", "sent", "received", "closed"]),
    );
  });

  it("exits 1 when the server fails a MUST, and shows the evidence", async () => {
    const mute = await OddServer.start("mute");
    running.push(mute);
    const at = `127.0.0.1:${mute.address.port}`;
    const { code, stdout } = await conform(at, "--only", "con.heartbeat-before-login", "--timeout-factor", "0.02");
    expect(code).toBe(1);
    expect(stdout).toContain("FAILED  con.heartbeat-before-login  (MUST, CON-01)");
    expect(stdout).toMatch(/\n {4}expected {2}.*0x0701.*\n {4}actual {4}.*\n {4}wire/);
    expect(stdout).toContain(
      `\n    rerun     ttk conform ${at} --timeout-factor 0.02 --only con.heartbeat-before-login\n`,
    );
  });

  it("takes a failed SHOULD for a warning, and for a failure with --strict", async () => {
    const mute = await OddServer.start("mute");
    running.push(mute);
    const args = [`127.0.0.1:${mute.address.port}`, "--only", "frm.length-below-header.1", "--timeout-factor", "0.02"];
    const [lenient, strict] = await Promise.all([conform(...args), conform(...args, "--strict")]);
    expect([lenient.code, strict.code]).toEqual([0, 1]);
    expect(lenient.stdout).toContain("WARNING  frm.length-below-header.1");
  });

  it("exits 3 when a password is wrong, and names the user and the server's reason", async () => {
    const { code, stderr } = await conform(msg[0] ?? "", "--only", "msg.ack", "--password", "wrong", "-q");
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^ttk: 1 of 1 cases could not be judged: user\d+ cannot log in: the login was refused \(result_code 6, "[^"]+"\)\n$/,
    );
  });

  it("exits 3 when there are too few accounts, and says how many more", async () => {
    const { code, stdout, stderr } = await conform(msg[0] ?? "", "--only", "msg.ack", "--accounts", "user{1..1}", "-q");
    expect(code).toBe(3);
    expect(stderr).toBe("ttk: 1 of 1 cases could not be judged: 1 more account is needed\n");
    expect(stdout).toContain("BLOCKED  1 case: msg.ack\n    because   1 more account is needed\n");
  });

  it.each([
    ["a pattern that matches nothing", ["--only", "msg.akc"], /"msg\.akc" matches no case.*did you mean.*msg\.ack/],
    ["cases for two servers without a second one", ["--only", "lgn.kick-across-servers.pc"], /--peer/],
    [
      "a report that cannot be written",
      ["--report", "json=/dev/null/x.json"],
      /--report \/dev\/null\/x\.json: cannot be written/,
    ],
    ["a report of an unknown format", ["--report", "pdf=x"], /json=FILE/],
  ])("exits 2 with one line for %s", async (_, options, line) => {
    const { code, stdout, stderr } = await conform("127.0.0.1:1", ...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^ttk: [^\n]+\n$/);
    expect(stderr).toMatch(line);
  });

  it("takes options from the environment and ttk.config.json, a flag over the one over the other", async () => {
    writeFileSync(join(folder, "ttk.config.json"), JSON.stringify({ conform: { only: ["con.time"], json: true } }));
    const at = msg[0] ?? "";
    const fromFile = new TtkProcess(["conform", at], { cwd: folder });
    const fromEnv = new TtkProcess(["conform", at], { cwd: folder, env: { TTK_CONFORM_ONLY: "msg.ack" } });
    const fromFlag = new TtkProcess(["conform", at, "--only", "lgn.success"], {
      cwd: folder,
      env: { TTK_CONFORM_ONLY: "msg.ack" },
    });
    running.push(fromFile, fromEnv, fromFlag);
    const ids = await Promise.all(
      [fromFile, fromEnv, fromFlag].map(async (run) => {
        await run.end();
        return report(run.stdout).cases.map(({ id }) => id);
      }),
    );
    expect(ids).toEqual([["con.time"], ["msg.ack"], ["lgn.success"]]);
  });

  it("finishes and reports at the first Ctrl-C, and exits 130", async () => {
    const file = join(folder, "interrupted.json");
    // Without a time scale it waits 15 s for what this server does in under one: there is time enough.
    const run = new TtkProcess([
      "conform",
      msg[0] ?? "",
      "--only",
      "con.idle-pc",
      "con.time",
      "--report",
      `json=${file}`,
      "-v",
    ]);
    running.push(run);
    await run.errorLine((line) => line.includes("con.time"));
    run.signal("SIGINT");
    expect(await run.end()).toBe(130);
    expect(run.stdout).toContain("INTERRUPTED");
    const { summary, cases } = report(readFileSync(file, "utf8"));
    expect(summary).toMatchObject({ total: 2, passed: 1, skipped: 1, outcome: "interrupted" });
    expect(cases.find(({ id }) => id === "con.idle-pc")).toMatchObject({ verdict: "skipped", reason: "interrupted" });
  });

  it("lists and explains its cases", async () => {
    const [list, show, unknown] = await Promise.all([
      conform("list"),
      conform("show", "msg.ack", "--json"),
      conform("show", "msg.akc"),
    ]);
    expect(list.stdout).toMatch(/^msg\.ack +must +MSG-01 /m);
    expect(JSON.parse(show.stdout)).toMatchObject({ id: "msg.ack", level: "must", requirements: ["MSG-01"] });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/^ttk: there is no case "msg\.akc".*msg\.ack.*\n$/);
  });
});
