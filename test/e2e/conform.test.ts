import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ConformanceResult } from "../../src/runner/conformance/conformance-result.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const TIMEOUT_MS = 60_000;
const running: TtkProcess[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-conform-"));
});
afterEach(() => {
  for (const one of running.splice(0)) one.kill();
});
afterAll(() => rm(folder, { recursive: true }));

function ttk(...args: string[]): TtkProcess {
  const started = new TtkProcess(args);
  running.push(started);
  return started;
}

/** Addresses of two msg_servers of a fresh cluster. */
async function cluster(...options: string[]): Promise<string[]> {
  const server = ttk("serve", "--ports", "auto", "--json", ...options);
  const { roles } = JSON.parse(await server.line(() => true)) as { roles: { role: string; address: string }[] };
  return roles.flatMap(({ role, address }) => (role === "msg" ? [address] : []));
}

async function conform(servers: readonly string[], ...options: string[]) {
  const [target = "", peer = ""] = servers;
  const report = join(folder, "report.json");
  const child = ttk("conform", target, "--peer", peer, "--report", `json=${report}`, ...options);
  const exitCode = await child.end();
  const result = JSON.parse(await readFile(report, "utf8")) as ConformanceResult;
  const of = (verdict: string) => result.cases.filter((each) => each.verdict === verdict).map(({ id }) => id);
  return { exitCode, of, child };
}

describe("ttk conform", () => {
  it(
    "finds nothing wrong with the reference servers, and with --profile teamtalk what the baseline expects",
    async () => {
      const strict = await conform(await cluster(), "--skip", "slow");
      expect([strict.exitCode, strict.of("failed"), strict.of("blocked"), strict.of("errored")]).toEqual([
        0,
        [],
        [],
        [],
      ]);
      const teamtalk = await cluster("--profile", "teamtalk");
      const known = await conform(teamtalk, "--skip", "slow", "--baseline", "teamtalk", "--timeout-factor", "0.5");
      expect([known.of("failed"), known.of("unexpected-pass"), known.exitCode]).toEqual([[], [], 0]);
      expect(known.of("expected-failure").length).toBeGreaterThan(15);
    },
    TIMEOUT_MS,
  );

  it("calls a baseline stale when what it expects to fail passes: exit 4", async () => {
    const { exitCode, of } = await conform(await cluster(), "--only", "frm.http-request", "--baseline", "teamtalk");
    expect([exitCode, of("unexpected-pass")]).toEqual([4, ["frm.http-request"]]);
  });

  it("writes a baseline that the same server then passes", async () => {
    const servers = await cluster("--deviate", "LGN-12");
    const file = join(folder, "known.yaml");
    const only = ["--only", "lgn.kick*-is-closed", "--strict", "--timeout-factor", "0.4"];
    const before = await conform(servers, ...only);
    expect(before.exitCode).toBe(1);
    expect(before.child.stdout).toMatch(/^ {4}rerun .* --timeout-factor 0\.4 --strict --only lgn\.kicked-is-closed$/m);
    expect((await conform(servers, ...only, "--write-baseline", file)).exitCode).toBe(0);
    expect(await readFile(file, "utf8")).toContain("case: lgn.kicked-is-closed");
    const after = await conform(servers, ...only, "--baseline", file);
    expect([after.exitCode, after.of("expected-failure")]).toEqual([0, ["lgn.kicked-is-closed"]]);
  });

  it("keeps a capture of each case that did not pass, and names it where the failure stands", async () => {
    const servers = await cluster("--deviate", "MSG-23");
    const wire = join(folder, "wire");
    const { child } = await conform(servers, "--only", "msg.too-long", "frm.http-request", "--trace", wire);
    expect(await readdir(wire)).toEqual(["msg.too-long.pcapng"]);
    expect(child.stdout).toContain(`    capture   ${join(wire, "msg.too-long.pcapng")}\n`);
    expect(child.stderr).toContain(`1 capture in ${wire}\n`);
    const decode = ttk("decode", join(wire, "msg.too-long.pcapng"), "--format", "json");
    expect(await decode.end()).toBe(0);
    expect(decode.stdout).toContain('"CID_MSG_DATA_ACK"');
    expect(decode.stdout).toContain(`"conn":"127.0.0.1:`);
  });

  it.each([
    [["conform", "list", "--json"], /^\[\n {2}\{\n {4}"id"/],
    [["conform", "show", "grp.shield-shown"], /SHOULD GroupInfo\.shield_status shows what was set\./],
    [["conform", "coverage"], /^GRP-10 {2}should.*grp\.shield-shown$/m],
    [["conform", "127.0.0.1:1", "--only", "groups", "--dry-run"], /^grp\.message /m],
  ])("explains itself without a server: ttk %s", async (args, text) => {
    const child = ttk(...args);
    expect(await child.end()).toBe(0);
    expect(child.stdout).toMatch(text);
  });

  it.each([
    [["conform", "127.0.0.1:1", "--baseline", "nowhere.yaml"], "baseline nowhere.yaml: cannot be read (ENOENT)"],
    [["conform", "127.0.0.1:1", "--attach", "frm.nothing"], "--attach frm.nothing: no such case is selected"],
    [
      ["conform", "127.0.0.1:1", "--only", "msgg.*"],
      '"msgg.*" matches no case\'s id, requirement, level or tag; did you mean "msg.*"?',
    ],
    [["help", "conform", "nope"], '"nope" is no command of ttk conform (ttk conform --help)'],
    [["conform", "diff", "package.json", "package.json"], "package.json: is no report of ttk conform"],
  ])("refuses what it cannot use with one line: ttk %s", async (args, line) => {
    const child = ttk(...args);
    expect(await child.end()).toBe(2);
    expect(child.stderr).toContain(line);
    expect(child.stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
