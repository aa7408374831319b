import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { decodeBody } from "../../src/codec/body-codec.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { SessionType, UserStatType } from "../../src/codec/generated/enums.js";
import { HEADER_SIZE } from "../../src/codec/pdu-header.js";
import { type Address, parseAddress } from "../../src/net/address.js";
import {
  device,
  endAll,
  freePort,
  HEAL_MS,
  KillableServer,
  received,
  say,
  textTo,
} from "../helpers/killable-servers.js";
import { type LoggedIn, logIn } from "../helpers/logged-in.js";
import { until } from "../helpers/until.js";

const TIMEOUT_MS = 60_000;
/** Devices may be silent for as long as without --time-scale. */
const patient = ["--pc-idle-timeout", "1200"];

const folders: string[] = [];
afterEach(async () => {
  await endAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it(
  "heals when any server of a cluster is killed and started again while users chat",
  async () => {
    const store = new KillableServer(undefined, ["login", "db", "--ports", "auto", "--users", "20"]);
    store.start();
    const [login, db] = await store.ready();
    const routes = [await freePort(), await freePort()].map((at) => new KillableServer(at, ["route"]));
    const links = [
      "--login",
      `${login?.servers}`,
      "--db-proxy",
      `${db?.address}`,
      "--messages-per-second",
      "0",
      ...patient,
    ];
    const toRoutes = routes.flatMap(({ at }) => ["--route", `${at}`]);
    const msgs = [await freePort(), await freePort()].map(
      (at) => new KillableServer(at, ["msg", ...links, ...toRoutes]),
    );
    const [first, second] = msgs as [KillableServer, KillableServer];
    const bothLinked = (count: number) =>
      until(
        async () => (await Promise.all(msgs.map((each) => each.counters()))).every((all) => all.routeLinks === count),
        `${count} route_servers at each msg_server`,
        HEAL_MS,
      );
    // The msg_servers come before what they need.
    for (const server of msgs) server.start();
    for (const server of msgs) await server.ready();
    for (const server of routes) server.start();
    for (const server of routes) await server.ready();
    await bothLinked(2);

    const [a, witness] = [await device(`${first.at}`, "user1"), await device(`${first.at}`, "user3")];
    let b = await device(`${second.at}`, "user2");
    const hears = (status: UserStatType) =>
      witness.peer.expect(
        CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
        ({ user_stat }) => user_stat.user_id === b.userId && user_stat.status === status,
        { withinMs: HEAL_MS },
      );
    await hears(UserStatType.USER_STATUS_ONLINE);
    const acked: number[] = [];
    const arrives = async (ids: readonly number[]) => {
      for (const id of ids) await b.peer.expect(CommandId.CID_MSG_DATA, ({ msg_id }) => msg_id === id);
    };
    const fresh = async () => {
      const ids = await say(a, b, 3);
      acked.push(...ids);
      await arrives(ids);
    };
    await fresh();
    for (const route of routes) {
      const chatting = say(a, b, 20);
      await route.killNow();
      // Acked, though some may have been on their way through the one that is gone.
      acked.push(...(await chatting));
      await bothLinked(1);
      await fresh();
      route.start();
      await route.ready();
      await bothLinked(2);
      await fresh();
    }
    const seenBefore = received(b);
    await second.killNow();
    await hears(UserStatType.USER_STATUS_OFFLINE);
    acked.push(...(await say(a, b, 5)));
    second.start();
    await second.ready();
    b = await device(`${second.at}`, "user2");
    await hears(UserStatType.USER_STATUS_ONLINE);
    await fresh();

    const { msg_list } = await b.peer.request(CommandId.CID_MSG_LIST_REQUEST, {
      user_id: b.userId,
      session_type: SessionType.SESSION_TYPE_SINGLE,
      session_id: a.userId,
      msg_id_begin: 0,
      msg_cnt: 1000,
    });
    expect(msg_list.map(({ msg_id }) => msg_id).toReversed()).toEqual(acked);
    for (const seen of [seenBefore, received(b)]) expect(new Set(seen).size).toBe(seen.length);
    // Those on the surviving server have the connections that they began with.
    for (const { peer } of [a, witness]) await peer.expectHeartbeat();
  },
  TIMEOUT_MS,
);

it(
  "keeps connections, and all that it acked, while db_proxy_servers and login_server are killed and come back",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "ttk-failures-"));
    folders.push(folder);
    const storage = ["--storage", `sqlite:${join(folder, "chat.db")}`, "--users", "20"];
    const [clients, http, servers] = [await freePort(), await freePort(), await freePort()];
    const conf = join(folder, "loginserver.conf");
    const portOf = (address: string) => address.split(":")[1];
    writeFileSync(
      conf,
      `ClientListenIP=127.0.0.1\nClientPort=${portOf(clients)}\nHttpListenIP=127.0.0.1\nHttpPort=${portOf(http)}\n` +
        `MsgServerListenIP=127.0.0.1\nMsgServerPort=${portOf(servers)}\n`,
    );
    const login = new KillableServer(undefined, ["--conf", conf]);
    const dbs = [await freePort(), await freePort()].map((at) => new KillableServer(at, ["db", ...storage]));
    const route = new KillableServer(await freePort(), ["route"]);
    const links = ["--login", servers, "--route", `${route.at}`, ...dbs.flatMap(({ at }) => ["--db-proxy", `${at}`])];
    const msgs = [await freePort(), await freePort()].map(
      (at) => new KillableServer(at, ["msg", ...links, "--messages-per-second", "0", ...patient]),
    );
    const [first, second] = msgs as [KillableServer, KillableServer];
    // What everybody needs comes last.
    for (const server of [...msgs, route]) server.start();
    for (const server of [...msgs, route]) await server.ready();
    for (const db of dbs) {
      db.start();
      await db.ready();
    }
    login.start();
    await login.ready();

    const [a, witness] = [await device(`${first.at}`, "user1"), await device(`${first.at}`, "user3")];
    const b = await device(`${second.at}`, "user2");
    const linked = (count: number) =>
      until(
        async () =>
          (await Promise.all(msgs.map((each) => each.counters()))).every((all) => all.databaseLinks === count),
        `${count} links to db_proxy_servers at each msg_server`,
        HEAL_MS,
      );
    await linked(8);
    for (const db of dbs) {
      for (let n = 0; n < 40; n++) a.peer.send(CommandId.CID_MSG_DATA, textTo(a, b, `in the way of a kill ${n}`));
      await db.killNow();
      await linked(4);
      // Those that were at the one that is gone are never acked; the other serves what comes now.
      await say(a, b, 3);
      db.start();
      await db.ready();
      await linked(8);
    }

    await login.killNow();
    await until(async () => (await first.counters()).loginLinks === 0, "no login_server", HEAL_MS);
    const ids = await say(a, b, 3);
    for (const id of ids) await b.peer.expect(CommandId.CID_MSG_DATA, ({ msg_id }) => msg_id === id);
    await expect(logIn(parseAddress(`${first.at}`) as Address, "user4")).rejects.toThrow("no login_server");
    login.start();
    await login.ready();
    await device(`${first.at}`, "user4");

    const acked = a.peer.trace
      .entries()
      .filter(({ event, command }) => event === "received" && command === "CID_MSG_DATA_ACK")
      .map(({ hex }) => decodeBody(CommandId.CID_MSG_DATA_ACK, Buffer.from(`${hex}`, "hex"), HEADER_SIZE).msg_id);
    expect(acked.length).toBeGreaterThan(ids.length);
    const { msg_list } = await b.peer.request(CommandId.CID_MSG_LIST_REQUEST, {
      user_id: b.userId,
      session_type: SessionType.SESSION_TYPE_SINGLE,
      session_id: a.userId,
      msg_id_begin: 0,
      msg_cnt: 1000,
    });
    const stored = new Set(msg_list.map(({ msg_id }) => msg_id));
    expect(acked.filter((id) => !stored.has(id))).toEqual([]);
    expect(new Set(received(b)).size).toBe(received(b).length);
    for (const { peer } of [a, b, witness]) await peer.expectHeartbeat();
  },
  TIMEOUT_MS,
);

it.each([
  ["", []],
  [" with --smart-route", ["--smart-route"]],
])(
  "heals when all route_servers%s are killed at once while users of both msg_servers chat",
  async (_, smart) => {
    const store = new KillableServer(undefined, ["login", "db", "--ports", "auto", "--users", "20"]);
    store.start();
    const [login, db] = await store.ready();
    const routes = [await freePort(), await freePort()].map((at) => new KillableServer(at, ["route", ...smart]));
    const links = ["--login", `${login?.servers}`, "--db-proxy", `${db?.address}`, "--messages-per-second", "0"];
    const toRoutes = routes.flatMap(({ at }) => ["--route", `${at}`]);
    const msgs = [await freePort(), await freePort()].map(
      (at) => new KillableServer(at, ["msg", ...links, ...patient, ...toRoutes, ...smart]),
    );
    const [first, second] = msgs as [KillableServer, KillableServer];
    for (const server of [...routes, ...msgs]) server.start();
    for (const server of [...routes, ...msgs]) await server.ready();
    const linked = (count: number) =>
      until(
        async () => (await Promise.all(msgs.map((each) => each.counters()))).every((all) => all.routeLinks === count),
        `${count} route_servers at each msg_server`,
        HEAL_MS,
      );
    await linked(2);

    const [a, neighbour] = [await device(`${first.at}`, "user1"), await device(`${first.at}`, "user3")];
    const [b, leaver] = [await device(`${second.at}`, "user2"), await device(`${second.at}`, "user4")];
    const arrives = async (to: LoggedIn, from: LoggedIn, ids: readonly number[]) => {
      for (const id of ids) {
        await to.peer.expect(
          CommandId.CID_MSG_DATA,
          ({ from_user_id, msg_id }) => from_user_id === from.userId && msg_id === id,
        );
      }
    };
    const acked = await say(a, b, 3);
    await arrives(b, a, acked);

    const chatting = say(a, b, 20);
    const beside = say(a, neighbour, 20);
    await Promise.all(routes.map((route) => route.killNow()));
    await linked(0);
    acked.push(...(await chatting));
    // Between users of one server it is as if nothing had happened, also now that both are gone.
    const near = [...(await beside), ...(await say(neighbour, a, 3))];
    await arrives(neighbour, a, near.slice(0, 20));
    await arrives(a, neighbour, near.slice(20));
    acked.push(...(await say(a, b, 3)));
    await leaver.peer.close();

    for (const route of routes) route.start();
    for (const route of routes) await route.ready();
    await linked(2);
    await neighbour.peer.expect(
      CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
      ({ user_stat }) => user_stat.user_id === leaver.userId && user_stat.status === UserStatType.USER_STATUS_OFFLINE,
      { withinMs: HEAL_MS },
    );
    const { user_stat_list } = await a.peer.request(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, {
      user_id: a.userId,
      user_id_list: [b.userId, leaver.userId],
    });
    expect(user_stat_list.map(({ status }) => status)).toEqual([
      UserStatType.USER_STATUS_ONLINE,
      UserStatType.USER_STATUS_OFFLINE,
    ]);
    const after = await say(a, b, 3);
    acked.push(...after);
    await arrives(b, a, after);
    const back = await say(b, a, 1);
    acked.push(...back);
    await arrives(a, b, back);

    const { msg_list } = await b.peer.request(CommandId.CID_MSG_LIST_REQUEST, {
      user_id: b.userId,
      session_type: SessionType.SESSION_TYPE_SINGLE,
      session_id: a.userId,
      msg_id_begin: 0,
      msg_cnt: 1000,
    });
    expect(msg_list.map(({ msg_id }) => msg_id).toReversed()).toEqual(acked);
    for (const each of [a, b, neighbour]) {
      expect(new Set(received(each)).size).toBe(received(each).length);
      await each.peer.expectHeartbeat();
    }
  },
  TIMEOUT_MS,
);
