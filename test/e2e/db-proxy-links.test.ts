import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { SessionType } from "../../src/codec/generated/enums.js";
import { device, endAll, freePort, HEAL_MS, KillableServer, received, textTo } from "../helpers/killable-servers.js";
import type { LoggedIn } from "../helpers/logged-in.js";
import { until } from "../helpers/until.js";

const TIMEOUT_MS = 60_000;
const LINKS_EACH = 4;
const PAIRS = 4;
/** Of each user at a time. */
const PULLS = 6;
const folder = mkdtempSync(join(tmpdir(), "ttk-db-links-"));
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

/** A msg_server as msgserver.conf has it, with links to two db_proxy_servers over one SQLite file. */
async function cluster() {
  const rest = new KillableServer(undefined, ["login", "route", "--ports", "auto"]);
  rest.start();
  const [login, route] = await rest.ready();
  const store = ["db", "--storage", `sqlite:${join(folder, "chat.db")}`, "--users", "20"];
  const dbs = [await freePort(), await freePort()].map((at) => new KillableServer(at, store));
  const [one, other] = dbs as [KillableServer, KillableServer];
  for (const db of dbs) {
    db.start();
    await db.ready();
  }
  const at = await freePort();
  const lines = Object.entries({
    Listen: at,
    DBServer1: one.at,
    DBServer2: other.at,
    LoginServer1: login?.servers,
    RouteServer1: route?.address,
  }).flatMap(([name, address]) => {
    const [, server, number = ""] = /^(\D+)(\d?)$/.exec(name) ?? [];
    const [host, port] = `${address}`.split(":");
    return [`${server}IP${number}=${host}`, `${server}Port${number}=${port}`];
  });
  const conf = join(folder, "msgserver.conf");
  writeFileSync(conf, [...lines, `ConcurrentDBConnCnt=${LINKS_EACH}`, ""].join("\n"));
  const msg = new KillableServer(undefined, [
    ...["--conf", conf, "--messages-per-second", "0", "--pc-idle-timeout", "1200"],
  ]);
  msg.start();
  await msg.ready();
  const linked = (count: number) =>
    until(async () => (await msg.counters()).databaseLinks === count, `${count} links to db_proxy_servers`, HEAL_MS);
  await linked(2 * LINKS_EACH);
  return { at, msg, one, other, linked };
}

/** Two who talk to each other: each sends the next message after the ack of the one before. */
class Pair {
  readonly acked: number[] = [];
  #goesOn = true;

  constructor(
    readonly from: LoggedIn,
    readonly to: LoggedIn,
  ) {}

  static async at(at: string, n: number): Promise<Pair> {
    return new Pair(await device(at, `user${n}`), await device(at, `user${n + PAIRS}`));
  }

  /** Until `stop`; rejects when a message gets no ack. */
  async talk(): Promise<void> {
    this.#goesOn = true;
    while (this.#goesOn) await this.say();
  }

  async say(): Promise<void> {
    const { msg_id } = await this.from.peer.request(CommandId.CID_MSG_DATA, textTo(this.from, this.to, "hi"));
    this.acked.push(msg_id);
  }

  stop(): void {
    this.#goesOn = false;
  }

  /** What users see of a database as they use it, and what comes of each pull. */
  async pulls(): Promise<number> {
    const { peer, userId: user_id } = this.from;
    const answers = await Promise.all([
      peer.request(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id, latest_update_time: 0 }),
      peer.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, { user_id, latest_update_time: 0 }),
      peer.request(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, { user_id, latest_update_time: 0 }),
      peer.request(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id }),
      peer.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }),
      peer.request(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, { user_id }),
    ]);
    return answers.length;
  }

  /** The ids in history, oldest first. */
  async history(): Promise<number[]> {
    const { msg_list } = await this.to.peer.request(CommandId.CID_MSG_LIST_REQUEST, {
      user_id: this.to.userId,
      session_type: SessionType.SESSION_TYPE_SINGLE,
      session_id: this.from.userId,
      msg_id_begin: 0,
      msg_cnt: 10_000,
    });
    return msg_list.map(({ msg_id }) => msg_id).toReversed();
  }
}

it(
  "users notice nothing of a db_proxy_server that is stopped, and of one that dies only messages without ack (DBP-05)",
  async () => {
    const { at, msg, one, other, linked } = await cluster();
    const pairs = await Promise.all(Array.from({ length: PAIRS }, (_, n) => Pair.at(at, n + 1)));
    const more = (count: number) => {
      const reached = pairs.map(({ acked }) => acked.length + count);
      return until(() => pairs.every(({ acked }, n) => acked.length >= (reached[n] as number)), "more acks", HEAL_MS);
    };

    // Stopped and started while all talk: every message is acked, every pull answered, who comes is let in.
    for (const db of [one, other]) {
      const talks = Promise.all(pairs.map((pair) => pair.talk()));
      await more(5);
      db.signal("SIGTERM");
      const late = device(at, "user20");
      await Promise.all(pairs.map((pair) => pair.pulls()));
      expect(await db.end()).toBe(0);
      await late;
      await more(5);
      for (const pair of pairs) pair.stop();
      await talks;
      db.start();
      await db.ready();
      await linked(2 * LINKS_EACH);
    }
    for (const pair of pairs) expect(await pair.history()).toEqual(pair.acked);

    // Held up before it dies, so that requests of all kinds are at it then.
    one.signal("SIGSTOP");
    const pulled = pairs.map((pair) => {
      pair.from.peer.send(CommandId.CID_MSG_DATA, textTo(pair.from, pair.to, "perhaps at the one that dies"));
      return pair.pulls();
    });
    // Every second user is served by either.
    const held = (PAIRS / 2) * (PULLS + 1);
    await until(async () => (await msg.counters()).databasePending === held, "requests at the one that dies");
    const late = device(at, "user19");
    await one.killNow();
    expect(await Promise.all(pulled)).toEqual(pairs.map(() => PULLS));
    expect((await msg.counters()).databaseRepeated).toBeGreaterThanOrEqual((PAIRS / 2) * PULLS);
    await late;
    await linked(LINKS_EACH);
    await Promise.all(pairs.map((pair) => pair.say()));
    one.start();
    await one.ready();
    await linked(2 * LINKS_EACH);
    await Promise.all(pairs.map((pair) => pair.say()));

    for (const pair of pairs) {
      const history = await pair.history();
      expect(pair.acked.filter((id) => !history.includes(id))).toEqual([]);
      expect(history).toEqual(history.map((_, index) => index + 1));
      const arrived = received(pair.to);
      expect(new Set(arrived).size).toBe(arrived.length);
      expect(arrived.length).toBeGreaterThanOrEqual(pair.acked.length);
      for (const { peer } of [pair.from, pair.to]) await peer.expectHeartbeat();
    }
    expect(await msg.counters()).toMatchObject({ databasePending: 0 });
  },
  TIMEOUT_MS,
);
