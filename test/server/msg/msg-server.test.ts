import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ClientError } from "../../../src/client/client-error.js";
import { Device } from "../../../src/client/device.js";
import type { PduPeer } from "../../../src/client/peer.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import {
  ClientType,
  GroupModifyType,
  GroupType,
  MsgType,
  SessionType,
  TransferFileType,
  UserStatType,
} from "../../../src/codec/generated/enums.js";
import { loginPassword } from "../../../src/codec/password.js";
import { encodePdu, framePdu } from "../../../src/codec/pdu.js";
import { commands } from "../../../src/codec/registry.js";
import type { Address } from "../../../src/net/address.js";
import type { Clock } from "../../../src/server/clock.js";
import { type DatabasePort, DatabaseUnavailableError } from "../../../src/server/db/database-port.js";
import { startDbProxyServer } from "../../../src/server/db/db-proxy-server.js";
import { EmbeddedDatabase } from "../../../src/server/db/embedded-database.js";
import { startLoginServer } from "../../../src/server/login/login-server.js";
import { startMsgServer } from "../../../src/server/msg/msg-server.js";
import type { MsgServerLimits } from "../../../src/server/msg/msg-server-options.js";
import { startRouteServer } from "../../../src/server/route/route-server.js";
import type { RunningRole } from "../../../src/server/running-role.js";
import { crowdFixture } from "../../../src/server/storage/crowd-fixture.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import { capturePdus } from "../../helpers/capture-pdus.js";
import { logIn } from "../../helpers/logged-in.js";
import { ReferenceCluster } from "../../helpers/reference-cluster.js";
import { until } from "../../helpers/until.js";

const clock = { nowMs: () => Date.now() };
const anyPort: Address = { host: "127.0.0.1", port: 0 };

const started: { stop(graceMs: number): unknown }[] = [];
const devices: Device[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) device.destroy();
  for (const one of started.splice(0).reverse()) await one.stop(0);
});

async function cluster(msgLimits: Partial<MsgServerLimits> = {}): Promise<ReferenceCluster> {
  const running = await ReferenceCluster.start({ msgLimits });
  started.push(running);
  return running;
}

async function loggedIn(at: Address, userName: string): Promise<Device> {
  const device = new Device({ clientType: "windows", requestTimeoutMs: 5000 });
  devices.push(device);
  await device.connect(at);
  await device.login({ userName, password: "secret" });
  return device;
}

/** The result_code of a login. */
async function resultOf(at: Address): Promise<number> {
  try {
    await loggedIn(at, "user2");
    return 0;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    expect(error.detail.resultString).not.toBe("");
    return error.detail.resultCode ?? -1;
  }
}

/** The connection is open and served (CON-01). */
function isServed(device: Device): Promise<unknown> {
  return device.request(CommandId.CID_OTHER_HEARTBEAT, {});
}

describe("a msg_server without a link (LGN-05)", () => {
  type Needed = "db" | "login" | "route";

  async function separateRoles() {
    const storage = new MemoryStorage(parseSeedFixture(crowdFixture(8), "crowd"), clock);
    const start: Record<Needed, (at: Address) => Promise<RunningRole>> = {
      db: (listen) => startDbProxyServer({ listen, storage, clock }),
      login: (servers) => startLoginServer({ listen: { clients: anyPort, http: anyPort, servers } }),
      route: (listen) => startRouteServer({ listen }),
    };
    const roles = { db: await start.db(anyPort), login: await start.login(anyPort), route: await start.route(anyPort) };
    const at = (name: Needed) => roles[name].addresses.servers as Address;
    const msg = await startMsgServer({
      listen: anyPort,
      database: { dbProxies: [at("db")] },
      loginServers: [at("login")],
      routeServers: [at("route")],
      advertise: { ip1: "127.0.0.1", ip2: "127.0.0.1" },
      clock,
      serverLink: { redialDelaysMs: [20] },
    });
    started.push(...Object.values(roles), msg);
    return {
      address: msg.addresses.clients as Address,
      linksTo: (name: Needed) => {
        const { databaseOpen = 0, loginLinks = 0, routeLinks = 0 } = msg.counters();
        return { db: databaseOpen, login: loginLinks, route: routeLinks }[name];
      },
      stop: (name: Needed) => roles[name].stop(0),
      restart: async (name: Needed) => void started.push(await start[name](at(name))),
    };
  }

  it.each<[Needed, number]>([
    ["db", 3],
    ["login", 4],
    ["route", 5],
  ])("%s refuses logins with %d, keeps who is logged in, and recovers", async (name, code) => {
    const servers = await separateRoles();
    for (const each of ["db", "login", "route"] as const) {
      await until(() => servers.linksTo(each) > 0, `a link to ${each}`);
    }
    const before = await loggedIn(servers.address, "user1");
    await servers.stop(name);
    await until(() => servers.linksTo(name) === 0, `no link to ${name}`);
    expect(await resultOf(servers.address)).toBe(code);
    await isServed(before);
    await servers.restart(name);
    await until(() => servers.linksTo(name) > 0, `a link to ${name} again`);
    expect(await resultOf(servers.address)).toBe(0);
    await isServed(before);
  });
});

describe("a client that does not read (FRM-15)", () => {
  it("is dropped and counted, and does not slow others", async () => {
    const running = await cluster({ clientOutboxSizeMaxBytes: 1 << 20 });
    const other = await loggedIn(running.msg(0), "user1");
    const slow = connect(running.msg(0));
    const closed = new Promise((resolve) => slow.on("close", resolve));
    slow.on("error", () => {}).pause();
    // Heartbeats are echoed as they come (CON-01): 64 MiB are more than sockets hold.
    const heartbeat = framePdu(CommandId.CID_OTHER_HEARTBEAT, Buffer.alloc(1 << 19));
    for (let sent = 0; sent < 128; sent++) slow.write(heartbeat);
    await until(() => running.counters("msg").connectionsNotReading === 1, "the client dropped");
    await isServed(other);
    slow.resume();
    await closed;
    expect(running.counters("msg")).toMatchObject({ connections: 1, outboxBytes: 0 });
  });
});

describe("a client that closes its half (CON-08)", () => {
  function halfClosed(at: Address, bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket: Socket = connect({ ...at, allowHalfOpen: true }, () => socket.end(bytes));
      socket.on("data", (chunk) => chunks.push(chunk));
      socket.on("error", reject);
      socket.on("end", () => resolve(Buffer.concat(chunks)));
    });
  }

  it("gets what was answered already, then the server's FIN", async () => {
    const running = await cluster();
    const heartbeat = framePdu(CommandId.CID_OTHER_HEARTBEAT, Buffer.alloc(0), { seqNum: 9 });
    expect(await halfClosed(running.msg(0), heartbeat)).toEqual(heartbeat);
    expect(await halfClosed(running.msg(0), Buffer.alloc(0))).toEqual(Buffer.alloc(0));
    await until(() => running.counters("msg").connections === 0, "no connection left");
  });

  it("does not stay logged in when it closes before its login is answered", async () => {
    const running = await cluster();
    const login = encodePdu(CommandId.CID_LOGIN_REQ_USERLOGIN, {
      user_name: "user3",
      password: loginPassword("secret"),
      online_status: UserStatType.USER_STATUS_ONLINE,
      client_type: ClientType.CLIENT_TYPE_WINDOWS,
    });
    await halfClosed(running.msg(0), login);
    await until(() => running.counters("msg").connections === 0, "no connection left");
    expect(running.counters("msg")).toMatchObject({ users: 0, pendingRequests: 0 });
  });
});

describe("a msg_server and bytes from anybody", () => {
  it("survives any body of any command, from strangers and from users", async () => {
    const running = await cluster({ messagesPerSecondMax: 0 });
    const ids = commands.map(({ id }) => id);
    const pdus = fc.array(fc.tuple(fc.constantFrom(...ids), fc.uint8Array({ maxLength: 40 })), { maxLength: 40 });
    const witness = await loggedIn(running.msg(0), "user1");
    await fc.assert(
      fc.asyncProperty(pdus, fc.boolean(), async (given, isLoggedIn) => {
        const device = new Device({ clientType: "ios" });
        await device.connect(running.msg(0));
        if (isLoggedIn) await device.login({ userName: "user2", password: "secret" });
        for (const [id, body] of given) device.link?.sendBytes(framePdu(id, Buffer.from(body)));
        device.close();
        await isServed(witness);
      }),
      { numRuns: 40 },
    );
  });

  it("survives every request of a recorded session with one byte of its body changed", async () => {
    const running = await cluster({ messagesPerSecondMax: 0 });
    const recorded = capturePdus("client-session.pcap", 8000).filter(({ to }) => to === 8000);
    expect(recorded.length).toBeGreaterThan(10);
    const witness = await loggedIn(running.msg(0), "user1");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...recorded),
        fc.nat(),
        fc.nat({ max: 255 }),
        async ({ bytes }, place, value) => {
          const changed = Buffer.from(bytes);
          // The length stays: what framing does with lies is another matter.
          if (changed.length > 16) changed[16 + (place % (changed.length - 16))] = value;
          const device = new Device({ clientType: "ios" });
          await device.connect(running.msg(0));
          await device.login({ userName: "user2", password: "secret" });
          device.link?.sendBytes(changed);
          device.close();
          await isServed(witness);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** A msg_server whose database answers nothing but logins until it is told to, and not even those once it is away. */
async function withHeldDatabase(limits: Partial<MsgServerLimits> = {}, msgClock: Clock = clock) {
  const storage = new MemoryStorage(parseSeedFixture(crowdFixture(8), "crowd"), clock);
  const embedded = new EmbeddedDatabase({ storage, clock });
  const held: (() => void)[] = [];
  const state = { isAway: false };
  const database: DatabasePort = {
    isOpen: true,
    lacking: [],
    request: (commandId, body) => {
      if (state.isAway) return Promise.reject(new DatabaseUnavailableError("link lost"));
      const ask = async () => embedded.request(commandId, body);
      if (commandId === CommandId.CID_OTHER_VALIDATE_REQ) return ask();
      return new Promise((resolve) => held.push(() => resolve(ask())));
    },
    tell: () => new Promise((resolve) => held.push(resolve)),
    counters: () => ({}),
    stop: () => embedded.stop(),
  };
  const login = await startLoginServer({ listen: { clients: anyPort, http: anyPort, servers: anyPort } });
  const route = await startRouteServer({ listen: anyPort });
  const msg = await startMsgServer({
    listen: anyPort,
    database,
    loginServers: [login.addresses.servers as Address],
    routeServers: [route.addresses.servers as Address],
    advertise: { ip1: "127.0.0.1", ip2: "127.0.0.1" },
    clock: msgClock,
    limits,
  });
  started.push(login, route, msg);
  await until(() => msg.counters().loginLinks === 1 && msg.counters().routeLinks === 1, "its links");
  return { msg, held, state, at: msg.addresses.clients as Address };
}

it("refuses a login with 3 when the database is lost before it has answered (LGN-05)", async () => {
  const { msg, state, at } = await withHeldDatabase();
  state.isAway = true;
  expect(await resultOf(at)).toBe(3);
  await until(() => msg.counters().connections === 0, "the close");
  expect(msg.counters()).toMatchObject({ loginsRefused: 1, databaseFailures: 1 });
});

it("counts no message against the limit of a second that it refuses anyway (MSG-06 … MSG-08)", async () => {
  const { msg, held, at } = await withHeldDatabase({ messagesPerSecondMax: 2 }, { nowMs: () => 5_000_500 });
  const device = await loggedIn(at, "user1");
  const say = (to_session_id: number, text: string) =>
    device.link?.send(CommandId.CID_MSG_DATA, {
      from_user_id: 1,
      to_session_id,
      msg_id: 0,
      create_time: 0,
      msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
      msg_data: Buffer.from(text),
    });
  for (let n = 0; n < 3; n++) {
    say(2, "");
    say(0, "to nobody");
    say(1, "to oneself");
  }
  for (let n = 0; n < 5; n++) say(2, "hello");
  await isServed(device);
  expect({ stored: held.length, ...msg.counters() }).toMatchObject({
    stored: 2,
    messagesRefused: 9,
    messagesOverRate: 3,
  });
});

describe("a client that asks for more in a second than anybody needs", () => {
  async function peerOf(at: Address, name: string): Promise<PduPeer> {
    const { peer } = await logIn(at, name);
    started.push({ stop: () => peer.close() });
    return peer;
  }
  const bodies = (peer: PduPeer, id: CommandId) =>
    peer.inbox.filter(({ commandId }) => commandId === id).map(({ body }) => body);

  it("has only so many of its commands to users passed on (MSG-20)", async () => {
    const { msg, at } = await withHeldDatabase({ peerCommandsPerSecondMax: 2 }, { nowMs: () => 5_000_500 });
    const [sender, receiver] = [await peerOf(at, "user1"), await peerOf(at, "user2")];
    for (const cmd_msg_data of ["one", "two", "three", "four"]) {
      sender.send(CommandId.CID_SWITCH_P2P_CMD, { from_user_id: 1, to_user_id: 2, cmd_msg_data });
    }
    await sender.expectHeartbeat();
    await receiver.expectHeartbeat();
    const heard = bodies(receiver, CommandId.CID_SWITCH_P2P_CMD);
    expect(heard).toMatchObject([{ cmd_msg_data: "one" }, { cmd_msg_data: "two" }]);
    expect(msg.counters()).toMatchObject({ peerCommandsOverRate: 2, messagesOverRate: 0 });
  });

  it("has only so many of its files taken, and the others refused (FIL-01, FIL-03)", async () => {
    const { msg, held, at } = await withHeldDatabase({ fileRequestsPerSecondMax: 3 }, { nowMs: () => 5_000_500 });
    const [sender, receiver] = [await peerOf(at, "user1"), await peerOf(at, "user2")];
    const file = { from_user_id: 1, to_user_id: 2, task_id: "task", file_name: "a.txt", file_size: 3 };
    sender.send(CommandId.CID_FILE_ADD_OFFLINE_REQ, file);
    sender.send(CommandId.CID_FILE_DEL_OFFLINE_REQ, file);
    sender.send(CommandId.CID_FILE_ADD_OFFLINE_REQ, file);
    sender.send(CommandId.CID_FILE_ADD_OFFLINE_REQ, file);
    sender.send(CommandId.CID_FILE_DEL_OFFLINE_REQ, file);
    const asked = { ...file, trans_mode: TransferFileType.FILE_TYPE_OFFLINE };
    expect(await sender.request(CommandId.CID_FILE_REQUEST, asked)).toMatchObject({ result_code: 1, task_id: "" });
    await receiver.expectHeartbeat();
    expect(bodies(receiver, CommandId.CID_FILE_NOTIFY)).toHaveLength(2);
    expect(held).toHaveLength(3);
    expect(msg.counters()).toMatchObject({ fileRequestsOverRate: 3 });
  });

  it("is served without end where the limits are 0", async () => {
    const limits = { peerCommandsPerSecondMax: 0, fileRequestsPerSecondMax: 0 };
    const { msg, at } = await withHeldDatabase(limits, { nowMs: () => 5_000_500 });
    const sender = await peerOf(at, "user1");
    for (let n = 0; n < 300; n++) {
      sender.send(CommandId.CID_SWITCH_P2P_CMD, { from_user_id: 1, to_user_id: 2, cmd_msg_data: "again" });
    }
    await sender.expectHeartbeat();
    expect(msg.counters()).toMatchObject({ peerCommandsOverRate: 0, "pdusInBy.0x0601": 300 });
  });
});

describe("a database that is lost", () => {
  const session_type = SessionType.SESSION_TYPE_SINGLE;
  const change_type = GroupModifyType.GROUP_MODIFY_TYPE_ADD;
  const group = { group_type: GroupType.GROUP_TYPE_TMP, group_name: "new", group_avatar: "", member_id_list: [1] };
  const failed = { user_id: 1, result_code: 1 };

  it("is told in every answer that has a place for it, to the user who asked", async () => {
    const { msg, state, at } = await withHeldDatabase();
    const device = await loggedIn(at, "user1");
    state.isAway = true;
    // CON-07: somebody else's id counts for nothing here either.
    const as2 = { user_id: 2 };
    const answers = [
      await device.request(CommandId.CID_LOGIN_REQ_PUSH_SHIELD, { ...as2, shield_status: 1 }),
      await device.request(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, as2),
      await device.request(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, { ...as2, session_type, session_id: 3 }),
      await device.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, { ...as2, sign_info: "away" }),
      await device.request(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST, { ...as2, avatar_url: "http://a/b.png" }),
      await device.request(CommandId.CID_GROUP_CREATE_REQUEST, { ...as2, ...group }),
      await device.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, {
        ...as2,
        change_type,
        group_id: 4,
        member_id_list: [3],
      }),
      await device.request(CommandId.CID_GROUP_SHIELD_GROUP_REQUEST, { ...as2, group_id: 4, shield_status: 1 }),
    ];
    for (const answer of answers) expect(answer).toMatchObject(failed);
    expect(answers[2]).toMatchObject({ session_type, session_id: 3 });
    expect(answers[5]).toMatchObject({ group_name: "new", user_id_list: [] });
    expect(answers[6]).toMatchObject({ change_type, group_id: 4, cur_user_id_list: [], chg_user_id_list: [] });
    expect(msg.counters()).toMatchObject({ databaseFailures: 8, pendingRequests: 0 });
  });

  it("leaves pulls and messages unanswered, and keeps the place of none of them (PUL-09, MSG-10)", async () => {
    const { msg, state, at } = await withHeldDatabase({ pendingPerClientMax: 1 });
    const device = await loggedIn(at, "user1");
    state.isAway = true;
    const answered = vi.fn();
    const since = { user_id: 1, latest_update_time: 0 };
    const pulls = [
      device.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1 }),
      device.request(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, since),
      device.request(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, since),
    ];
    for (const pull of pulls) pull.then(answered, () => {});
    device.link?.send(CommandId.CID_MSG_DATA, {
      from_user_id: 1,
      to_session_id: 2,
      msg_id: 0,
      create_time: 0,
      msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
      msg_data: Buffer.from("hello"),
    });
    await until(() => msg.counters().databaseFailures === 4, "all to be given up");
    await isServed(device);
    expect(answered).not.toHaveBeenCalled();
    expect(msg.counters()).toMatchObject({ pendingRequests: 0, messagesAccepted: 0 });
  });
});

const unreadOf = (device: Device) => device.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1 });

describe("a client that sends requests faster than they are answered", () => {
  it("has a bounded number of them under way, and all answered in the end", async () => {
    const { held, at } = await withHeldDatabase({ pendingPerClientMax: 3 });
    const [eager, other] = [await loggedIn(at, "user1"), await loggedIn(at, "user2")];
    const answers = Promise.all(Array.from({ length: 10 }, () => unreadOf(eager)));
    await until(() => held.length >= 3, "those that may wait");
    const own = unreadOf(other);
    await until(() => held.length >= 4, "another client's");
    await isServed(other);
    expect(held).toHaveLength(4);
    for (let answered = 0; answered < 11; answered++) {
      await until(() => held.length > answered, "the next");
      held[answered]?.();
    }
    expect((await answers).map(({ user_id }) => user_id)).toEqual(Array(10).fill(1));
    await own;
    await isServed(eager);
  });

  it("has to wait, too, with what nobody answers, until there is room for it", async () => {
    const { msg, held, at } = await withHeldDatabase({ pendingPerClientMax: 3 });
    const eager = await loggedIn(at, "user1");
    const read = { user_id: 1, session_id: 2, msg_id: 1, session_type: SessionType.SESSION_TYPE_SINGLE };
    for (let n = 0; n < 10; n++) eager.link?.send(CommandId.CID_MSG_READ_ACK, read);
    for (let told = 0; told < 10; told++) {
      expect(held.length - told).toBeLessThanOrEqual(3);
      await until(() => held.length > told, "the next");
      held[told]?.();
    }
    expect(msg.counters()["pdusInBy.0x0303"]).toBe(10);
  });

  it("leaves nothing behind when it goes", async () => {
    const { msg, held, at } = await withHeldDatabase({ pendingPerClientMax: 1 });
    const eager = await loggedIn(at, "user1");
    for (let n = 0; n < 10; n++) unreadOf(eager).catch(() => {});
    await until(() => held.length === 1, "the one that may wait");
    eager.destroy();
    await until(() => {
      for (const answer of held.splice(0)) answer();
      return msg.counters().connections === 0 && msg.counters().pendingRequests === 0;
    }, "the end of the connection");
    expect(msg.counters()).toMatchObject({ users: 0, outboxBytes: 0 });
  });
});

describe("a stopping msg_server (OBS-03)", () => {
  it("answers what it has taken, then closes", async () => {
    const running = await cluster();
    const device = await loggedIn(running.msg(0), "user1");
    const answers = Promise.all(
      Array.from({ length: 20 }, () =>
        device.request(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, { user_id: 1, latest_update_time: 0 }),
      ),
    );
    await until(() => (running.counters("msg")["pdusInBy.0x0208"] ?? 0) === 20, "the requests taken");
    await running.stop(5000);
    expect((await answers).map(({ user_list }) => user_list.length)).toEqual(Array(20).fill(20));
    await until(() => !device.isOpen, "the connection closed");
  });

  it("takes no more requests, so that it ends however many come (OBS-03)", async () => {
    const { msg, held, at } = await withHeldDatabase();
    const device = await loggedIn(at, "user1");
    const answer = unreadOf(device);
    await until(() => held.length === 1, "a request under way");
    const stopped = msg.stop(60_000);
    const late = unreadOf(device).catch((error: unknown) => error);
    await isServed(device);
    held[0]?.();
    expect(await answer).toMatchObject({ total_cnt: 0 });
    await stopped;
    expect(await late).toBeInstanceOf(ClientError);
    expect(held).toHaveLength(1);
  });
});
