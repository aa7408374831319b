import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { SessionType } from "../../src/codec/generated/enums.js";
import { type Address, parseAddress } from "../../src/net/address.js";
import { noMysql, TestDatabase } from "../helpers/database-services.js";
import { device, endAll, freePort, HEAL_MS, KillableServer, say, textTo } from "../helpers/killable-servers.js";
import { logIn } from "../helpers/logged-in.js";
import { TtkProcess } from "../helpers/ttk-process.js";
import { until } from "../helpers/until.js";

const TIMEOUT_MS = 60_000;
const hasRedisServer = spawnSync("redis-server", ["--version"]).status === 0;
const lacking = noMysql ?? (hasRedisServer ? undefined : "no redis-server to start");

const database = new TestDatabase(`ttk_test_redis_restart_${process.pid}`);
let folder = "";
let redis: ChildProcess | undefined;
beforeEach(async () => {
  await database.make();
  folder = mkdtempSync(join(tmpdir(), "ttk-redis-"));
});
afterEach(async () => {
  await endAll();
  redis?.kill("SIGKILL");
  await database.drop();
  rmSync(folder, { recursive: true });
});

/** Keeps what it holds over a restart, as that of a deployment does. */
async function startRedis(port: string): Promise<void> {
  redis = spawn("redis-server", ["--port", port, "--dir", folder, "--save", "3600 1000000"], { stdio: "ignore" });
  const answers = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  await until(answers, "Redis to listen", HEAL_MS);
}

async function stopRedis(): Promise<void> {
  redis?.kill("SIGTERM");
  await once(redis as ChildProcess, "exit");
}

it.skipIf(lacking !== undefined).each([
  ["in the msg_server's own process", ["login", "route", "msg"]],
  ["behind a db_proxy_server", ["login", "route", "db", "msg"]],
])(
  `a Redis that is restarted %s costs no message and no connection, and is missed aloud while it is away${lacking === undefined ? "" : `: skipped, ${lacking}`}`,
  async (_, roles) => {
    const port = (await freePort()).split(":")[1] ?? "";
    await startRedis(port);
    const storage = ["--storage", database.url, "--redis", `redis://127.0.0.1:${port}`, "--users", "20"];
    const server = new KillableServer(undefined, [
      ...[...roles, "--ports", "auto", ...storage],
      ...["--messages-per-second", "0", "--pc-idle-timeout", "1200"],
    ]);
    server.start();
    const ready = await server.ready();
    const at = ready.find(({ role }) => role === "msg")?.address ?? "";
    const keeper = ready.find(({ role }) => role === (roles.includes("db") ? "db" : "msg"));
    const health = async () => {
      const answer = await fetch(`http://${keeper?.admin}/healthz`);
      return { status: answer.status, ...((await answer.json()) as { lacking: string[] }) };
    };
    const [a, b] = [await device(at, "user1"), await device(at, "user2")];
    const acked = await say(a, b, 3);

    // Sent while nothing listens there, acked when it does again.
    await stopRedis();
    const meanwhile = say(a, b, 3);
    const pulled = b.peer.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: b.userId });
    await startRedis(port);
    acked.push(...(await meanwhile));
    expect((await pulled).total_cnt).toBeGreaterThanOrEqual(3);

    await stopRedis();
    await until(async () => (await health()).status === 503, "the storage to be missed", HEAL_MS);
    expect((await health()).lacking).toEqual([`Redis at 127.0.0.1:${port}`]);
    if (!roles.includes("db")) {
      // LGN-05
      await expect(logIn(parseAddress(at) as Address, "user3")).rejects.toThrow("no database is connected");
    }
    a.peer.send(CommandId.CID_MSG_DATA, textTo(a, b, "without an ack"));
    await until(async () => ((await counters(keeper)).failedStores ?? 0) > 0, "the message to be given up", HEAL_MS);
    await startRedis(port);
    await until(async () => (await health()).status === 200, "the storage to be back", HEAL_MS);
    acked.push(...(await say(a, b, 3)));
    await device(at, "user3");

    const { msg_list } = await b.peer.request(CommandId.CID_MSG_LIST_REQUEST, {
      user_id: b.userId,
      session_type: SessionType.SESSION_TYPE_SINGLE,
      session_id: a.userId,
      msg_id_begin: 0,
      msg_cnt: 1000,
    });
    expect(msg_list.map(({ msg_id }) => msg_id).toReversed()).toEqual(acked);
    for (const { peer } of [a, b]) await peer.expectHeartbeat();
  },
  TIMEOUT_MS,
);

it.skipIf(lacking !== undefined)(
  `a Redis that says nothing any more is missed aloud, and used again once it speaks${lacking === undefined ? "" : `: skipped, ${lacking}`}`,
  async () => {
    const port = (await freePort()).split(":")[1] ?? "";
    await startRedis(port);
    const storage = ["--storage", database.url, "--redis", `redis://127.0.0.1:${port}`, "--users", "20"];
    const server = new KillableServer(undefined, [
      ...["login", "route", "msg", "--ports", "auto", ...storage],
      ...["--messages-per-second", "0", "--pc-idle-timeout", "1200"],
    ]);
    server.start();
    const msg = (await server.ready()).find(({ role }) => role === "msg");
    const at = msg?.address ?? "";
    const health = async () => (await (await fetch(`http://${msg?.admin}/healthz`)).json()) as { lacking: string[] };
    const [a, b] = [await device(at, "user1"), await device(at, "user2")];
    await say(a, b, 3);
    redis?.kill("SIGSTOP");
    try {
      // Asked for something, which is how its silence shows.
      a.peer.send(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: a.userId });
      const missed = async () => (await health()).lacking.includes(`Redis at 127.0.0.1:${port}`);
      await until(missed, "the storage to be missed", HEAL_MS);
      await expect(logIn(parseAddress(at) as Address, "user3")).rejects.toThrow("no database is connected");
    } finally {
      redis?.kill("SIGCONT");
    }
    await until(async () => (await health()).lacking.length === 0, "the storage to be back", HEAL_MS);
    expect(await say(a, b, 3)).toHaveLength(3);
    await device(at, "user3");
  },
  TIMEOUT_MS,
);

it.skipIf(lacking !== undefined)(
  `a Redis that is not there yet is waited for, as long as --ready-timeout says${lacking === undefined ? "" : `: skipped, ${lacking}`}`,
  async () => {
    const port = (await freePort()).split(":")[1] ?? "";
    const storage = ["--storage", database.url, "--redis", `redis://127.0.0.1:${port}`, "--users", "20"];
    const serve = (...words: string[]) =>
      new TtkProcess(["serve", "db", "--ports", "auto", "--json", "--quiet", ...storage, ...words]);
    const hasty = serve("--ready-timeout", "0");
    expect(await hasty.end()).toBe(3);
    expect(hasty.stderr).toBe(
      `ttk: redis://127.0.0.1:${port}: no Redis server answers at 127.0.0.1:${port} (ECONNREFUSED)\n`,
    );
    const patient = serve("--ready-timeout", "60");
    try {
      await patient.errorLine((line) => line.endsWith("waiting for it"));
      await startRedis(port);
      expect(JSON.parse(await patient.line(() => true))).toMatchObject({ ready: true });
      patient.signal("SIGTERM");
      expect(await patient.end()).toBe(0);
    } finally {
      patient.kill();
    }
  },
  TIMEOUT_MS,
);

async function counters(role: Readonly<Record<string, string>> | undefined): Promise<Record<string, number>> {
  return (await (await fetch(`http://${role?.admin}/counters`)).json()) as Record<string, number>;
}
