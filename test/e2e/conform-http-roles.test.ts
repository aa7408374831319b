import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { formatAddress } from "../../src/net/address.js";
import { nobodyAt } from "../helpers/odd-server.js";
import { TtkProcess } from "../helpers/ttk-process.js";

const TIMEOUT_MS = 60_000;
const running: TtkProcess[] = [];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ttk-conform-http-"));
});
afterEach(() => {
  for (const one of running.splice(0)) one.kill();
});
afterAll(() => rm(folder, { recursive: true }));

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

/** A http_msg_server of ours, and what of command lines makes it and the suite find each other. */
async function httpMsg(...options: string[]) {
  const [target, db, route] = (await Promise.all([nobodyAt(), nobodyAt(), nobodyAt()])).map(formatAddress);
  const around = ["--db-proxy", `${db}`, "--route", `${route}`, "--ready-timeout", "0"];
  const server = ttk("serve", "http-msg", "--listen", `${target}`, ...around, "--json", ...options);
  await server.line(() => true);
  return [`${target}`, "--role", "http-msg", "--listen-db", `${db}`, "--listen-route", `${route}`];
}

describe("ttk conform --role http-msg", () => {
  it(
    "waits for the server to dial, and finds nothing wrong with ours",
    async () => {
      const { code, stdout, stderr } = await outcome("conform", ...(await httpMsg()), "--strict", "--skip", "slow");
      expect(stderr).toContain("waiting for the http_msg_server to dial: db_proxy_server at 127.0.0.1:");
      expect([code, stdout]).toEqual([0, expect.stringMatching(/HMS +\d+ passed/)]);
      expect(stdout).not.toMatch(/failed|blocked/);
    },
    TIMEOUT_MS,
  );

  it(
    "expects of --profile teamtalk what the originals are known to fail, and tells it by its fingerprint",
    async () => {
      const given = [...(await httpMsg("--profile", "teamtalk"))];
      const judged = await outcome("conform", ...given, "--baseline", "teamtalk", "--only", "HMS-03");
      expect([judged.code, judged.stdout]).toEqual([0, expect.stringContaining("3 expected")]);
      const told = await outcome("conform", "fingerprint", ...given, "--json");
      const { dialect, deviations } = JSON.parse(told.stdout) as {
        dialect: string;
        deviations: { id: string; state: string }[];
      };
      expect([told.code, dialect]).toEqual([0, "teamtalk"]);
      expect(deviations.filter(({ state }) => state === "deviates").map(({ id }) => id)).toEqual(["HMS-03"]);
    },
    TIMEOUT_MS,
  );
});

describe("ttk conform --role msfs", () => {
  it(
    "finds nothing wrong with ours, and a rerun line repeats the role",
    async () => {
      const server = ttk("serve", "msfs", "--ports", "auto", "--data", join(folder, "files"), "--json");
      const { roles } = JSON.parse(await server.line(() => true)) as { roles: { address: string }[] };
      const target = roles[0]?.address ?? "";
      const { code, stdout } = await outcome("conform", target, "--role", "msfs", "--strict", "--json");
      const { summary, cases } = JSON.parse(stdout) as {
        summary: { failed: number; blocked: number; passed: number };
        cases: { rerun: string }[];
      };
      expect([code, summary.failed, summary.blocked]).toEqual([0, 0, 0]);
      expect(cases[0]?.rerun).toBe(`ttk conform ${target} --role msfs --strict --only mfs.content.one-byte`);
    },
    TIMEOUT_MS,
  );

  it("is blocked, in one line, by a port that does not speak HTTP", async () => {
    const server = ttk("serve", "route", "--ports", "auto", "--json");
    const { roles } = JSON.parse(await server.line(() => true)) as { roles: { address: string }[] };
    const target = roles[0]?.address ?? "";
    const { code, stderr } = await outcome("conform", target, "--role", "msfs", "-q");
    const line = `cases could not be judged: ${target} gives no HTTP answer (closed): is it an msfs?\n`;
    expect([code, stderr]).toEqual([3, expect.stringContaining(line)]);
  });
});
