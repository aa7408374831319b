import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Fingerprint } from "../../src/runner/conformance/fingerprint-result.js";
import { noMysqlOrRedis, TestDatabase, TestKeys } from "../helpers/database-services.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const TIMEOUT_MS = 60_000;
const database = new TestDatabase("ttk_test_provision");
const keys = new TestKeys("ttk-test-provision");
const running: TtkProcess[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.kill();
});
afterAll(async () => {
  if (noMysqlOrRedis !== undefined) return;
  await database.drop();
  await keys.drop();
});

function ttk(...args: string[]): TtkProcess {
  const started = new TtkProcess(args, { deadlineMs: TIMEOUT_MS });
  running.push(started);
  return started;
}

async function outcome(...args: string[]) {
  const child = ttk(...args);
  const code = await child.end();
  return { code, stdout: child.stdout, stderr: child.stderr };
}

describe.skipIf(noMysqlOrRedis !== undefined)("ttk conform --provision", () => {
  it(
    "puts users and groups into a deployment's database, once, and judges its servers with them",
    async () => {
      await database.drop();
      const redis = keys.nextUrl();
      expect((await outcome("seed", database.url, "--redis", redis, "--users", "3")).code).toBe(0);
      const servers = ttk(
        ...["serve", "--ports", "auto", "--json", "--with", "db", "--storage", database.url, "--redis", redis],
      );
      const { roles } = JSON.parse(await servers.line(() => true)) as { roles: { role: string; address: string }[] };
      const at = (wanted: string) => roles.find(({ role }) => role === wanted)?.address ?? "";
      const given = ["--provision", database.url, "--redis", redis, "--only", "LGN-07", "LGN-01", "GRP-06", "DBP-01"];

      const first = await outcome("conform", at("msg"), ...given.slice(0, -1));
      expect([first.code, first.stderr]).toEqual([0, expect.stringContaining(": 203 users and 4 groups added")]);
      expect(first.stdout).toMatch(/LGN +2 passed/);
      expect(first.stdout).toMatch(/GRP +\d+ passed\n/);

      const again = await outcome("conform", at("db"), "--role", "db", ...given);
      expect([again.code, again.stderr]).toEqual([
        0,
        expect.stringContaining(": the suite's users and groups are there"),
      ]);
      expect(again.stdout).not.toMatch(/blocked|failed/);

      const other = await outcome("conform", at("msg"), ...given.slice(0, -1), "--password", "another");
      expect(other.code).toBe(3);
      expect(other.stderr).toContain("ttk-conform1 was there before, with another password: --password says which\n");

      const told = await outcome("conform", "fingerprint", at("msg"), ...given.slice(0, 4), "--json");
      expect([told.code, told.stderr]).toEqual([
        0,
        expect.stringContaining(": the suite's users and groups are there"),
      ]);
      // LGN-12 shows to those alone who can log in.
      const { dialect, deviations } = JSON.parse(told.stdout) as Fingerprint;
      expect([dialect, deviations.find(({ id }) => id === "LGN-12")?.state]).toEqual(["strict", "conforms"]);

      const withoutRedis = await outcome("conform", at("msg"), "--provision", database.url);
      expect(withoutRedis.code).toBe(2);
      expect(withoutRedis.stderr).toContain("a deployment that keeps counters in Redis: say where by --redis\n");
    },
    TIMEOUT_MS,
  );
});

describe("ttk conform --provision without a database", () => {
  it.each([
    [2, ["--provision", "postgres://db/x"], "--provision takes mysql://user:password@host:port/database"],
    [2, ["--provision", "mysql://root:secret@db"], "--provision takes mysql://user:password@host:port/database"],
    [2, ["--provision", "mysql://h/x", "--redis", "h"], '"h" is no Redis'],
    [2, ["--provision", "mysql://h/x", "--accounts", "u{1..9}"], "leave out --accounts"],
    [2, ["--provision", "mysql://h/x", "--role", "route"], "--provision means nothing to --role route"],
    [2, ["--redis", "redis://h"], "--redis goes with --provision"],
    [3, ["--provision", "mysql://root@127.0.0.1:1/x"], "no MySQL server answers at 127.0.0.1:1 (ECONNREFUSED)"],
    [
      2,
      ["--provision", "mysql://h/x", "--role", "msfs"],
      "--provision means nothing to --role msfs: an msfs has no users",
    ],
    [2, ["--provision", "mysql://h/x", "--role", "http-msg"], "--provision means nothing to --role http-msg"],
    [2, ["--role", "http-msg", "--peer", "127.0.0.1:2"], "--peer is for msg_servers"],
    [2, ["--role", "http-msg", "--listen-login", "127.0.0.1:2"], "--listen-login means nothing to --role http-msg"],
  ])("ends with %i and one line: %j", async (code, args, line) => {
    const { code: ended, stderr } = await outcome("conform", "127.0.0.1:1", ...args);
    expect([ended, stderr]).toEqual([code, expect.stringContaining(line)]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).not.toContain("secret");
  });

  it.each([
    [2, ["--provision", "postgres://db/x"], "--provision takes mysql://user:password@host:port/database"],
    [2, ["--provision", "mysql://h/x", "--role", "route"], "--provision means nothing to --role route"],
    [2, ["--redis", "redis://h"], "--redis goes with --provision"],
    [3, ["--provision", "mysql://root@127.0.0.1:1/x"], "no MySQL server answers at 127.0.0.1:1 (ECONNREFUSED)"],
  ])("ends a fingerprint with %i and one line: %j", async (code, args, line) => {
    const { code: ended, stderr } = await outcome("conform", "fingerprint", "127.0.0.1:1", ...args);
    expect([ended, stderr]).toEqual([code, expect.stringContaining(line)]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
