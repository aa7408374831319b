import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { PduPeer } from "../../../src/client/peer.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import {
  type ClientType,
  GroupModifyType,
  GroupType,
  KickReasonType,
  MsgType,
  TransferFileType,
  UserStatType,
} from "../../../src/codec/generated/enums.js";
import { encryptText } from "../../../src/codec/text-content.js";
import { dial } from "../../../src/net/dial.js";
import { type DeviationId, deviatingIn } from "../../../src/server/deviations.js";
import type { Push, PushOutlet } from "../../../src/server/push/push-outlet.js";
import { crowdFixture } from "../../../src/server/storage/crowd-fixture.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import { capturePdus } from "../../helpers/capture-pdus.js";
import { type LoggedIn, logIn, PC, PHONE } from "../../helpers/logged-in.js";
import { ReferenceCluster, type ReferenceClusterOptions } from "../../helpers/reference-cluster.js";
import { ServerPeer } from "../../helpers/server-peer.js";
import { until } from "../../helpers/until.js";

let cluster: ReferenceCluster;
const peers: PduPeer[] = [];
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close();
  await cluster.stop();
});

async function start(options: ReferenceClusterOptions = {}): Promise<void> {
  cluster = await ReferenceCluster.start(options);
}

async function user(name: string, clientType: ClientType = PC, msgServer = 0): Promise<LoggedIn> {
  const device = await logIn(cluster.msg(msgServer), name, clientType);
  peers.push(device.peer);
  return device;
}

const text = encryptText("hello");

function say({ peer, userId }: LoggedIn, to_session_id: number, msg_type: MsgType = 0x01) {
  const message = { to_session_id, msg_id: 0, create_time: 0, msg_type, msg_data: text };
  return peer.request(CommandId.CID_MSG_DATA, { from_user_id: userId, ...message });
}

async function makeGroup({ peer, userId }: LoggedIn, members: readonly number[]): Promise<number> {
  const { group_id } = await peer.request(CommandId.CID_GROUP_CREATE_REQUEST, {
    user_id: userId,
    group_type: GroupType.GROUP_TYPE_TMP,
    group_name: "g",
    group_avatar: "",
    member_id_list: [...members],
  });
  return group_id ?? 0;
}

const { KICK_REASON_DUPLICATE_USER: DUPLICATE_USER, KICK_REASON_MOBILE_KICK: MOBILE_KICK } = KickReasonType;
const deviating = (...ids: DeviationId[]) => ({ deviates: deviatingIn(ids) });

describe("msg_server that deviates", () => {
  it("leaves a kicked connection open and working (LGN-12)", async () => {
    await start(deviating("LGN-12"));
    const first = await user("user1");
    await user("user1");
    await first.peer.expect(CommandId.CID_LOGIN_KICK_USER);
    await first.peer.expectHeartbeat();
    expect(await say(first, 2)).toMatchObject({ msg_id: 1 });
  });

  it.each([
    ["here", 0],
    ["on another msg_server", 1],
  ])("kicks only the first of a class's connections %s, each time anew (LGN-12)", async (_, elsewhere) => {
    await start({ ...deviating("LGN-12"), msgServers: 2 });
    const [first, second] = [await user("user1"), await user("user1")];
    await user("user1", PC, elsewhere);
    const phone = await user("user1", PHONE, elsewhere);
    await phone.peer.request(CommandId.CID_LOGIN_REQ_KICKPCCLIENT, { user_id: phone.userId });
    const reasons: KickReasonType[] = [];
    for (const _ of [2, 3, 4]) {
      reasons.push((await first.peer.expect(CommandId.CID_LOGIN_KICK_USER)).body.kick_reason);
    }
    expect(reasons).toEqual([DUPLICATE_USER, DUPLICATE_USER, MOBILE_KICK]);
    await second.peer.expectNothing(CommandId.CID_LOGIN_KICK_USER);
  });

  it("answers IMDeviceTokenReq as the original did in the captured session (LGN-17)", async () => {
    await start(deviating("LGN-17"));
    const original = capturePdus("cluster-session.pcap", 8001).find(({ bytes }) => bytes.readUInt16BE(10) === 0x0109);
    const { peer, userId } = await user("user1", PHONE);
    const token = { user_id: userId, device_token: "ios:a", client_type: PHONE };
    peer.send(CommandId.CID_LOGIN_REQ_DEVICETOKEN, token, { seqNum: original?.bytes.readUInt16BE(12) ?? 0 });
    await peer.expectHeartbeat();
    const received = peer.trace.entries().filter(({ event }) => event === "received");
    expect(received.map(({ hex }) => hex)).toContain(original?.bytes.toString("hex"));
  });

  it.each<[DeviationId, number | undefined]>([
    ["FRM-14", undefined],
    ["MSG-03", 12],
    ["MSG-24", 12],
  ])("sends one-to-one messages across route_server with what %s says", async (id, attachSize) => {
    await start({ ...deviating(id), msgServers: 2 });
    const sender = await user("user1");
    const near = await user("user2");
    const far = await user("user3", PC, 1);
    sender.peer.nextSeqNum();
    sender.peer.nextSeqNum();
    await say(sender, far.userId);
    const crossed = await far.peer.expect(CommandId.CID_MSG_DATA);
    expect(crossed.seqNum === 0).toBe(id !== "FRM-14");
    expect(crossed.body.attach_data?.length).toBe(attachSize);
    await say(sender, near.userId);
    const stayed = await near.peer.expect(CommandId.CID_MSG_DATA);
    expect({ seqNum: stayed.seqNum, attach: stayed.body.attach_data }).toEqual({ seqNum: 0, attach: undefined });
  });

  it("leaks attach_data in a group's messages, here too, and in 0x050a (MSG-03, MSG-24)", async () => {
    await start(deviating("MSG-24"));
    const [a, b] = [await user("user1"), await user("user2")];
    await say(a, await makeGroup(a, [1, 2]), MsgType.MSG_TYPE_GROUP_TEXT);
    const { body, seqNum } = await b.peer.expect(CommandId.CID_MSG_DATA);
    expect({ size: body.attach_data?.length, seqNum }).toEqual({ size: 12, seqNum: 0 });
    const listed = await a.peer.request(CommandId.CID_FILE_HAS_OFFLINE_REQ, { user_id: a.userId });
    expect(listed.attach_data).toHaveLength(12);
  });

  it("tells newly added members of a group twice (GRP-05)", async () => {
    await start(deviating("GRP-05"));
    const [a, b, c] = [await user("user1"), await user("user2"), await user("user3")];
    const group_id = await makeGroup(a, [1, 2]);
    const change_type = GroupModifyType.GROUP_MODIFY_TYPE_ADD;
    const change = { user_id: a.userId, change_type, group_id, member_id_list: [c.userId] };
    await a.peer.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, change);
    for (const { peer } of [b, c]) await peer.expect(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY);
    await c.peer.expect(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY);
    await b.peer.expectNothing(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY);
  });

  it("answers nothing to a new avatar (PRE-05)", async () => {
    await start(deviating("PRE-05"));
    const { peer, userId } = await user("user1");
    const request = { user_id: userId, avatar_url: "/x.png" };
    await peer.expectNoAnswer(peer.send(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST, request));
  });

  it.each<[DeviationId[], number, boolean]>([
    [["CON-06"], 0, true],
    [["CON-06", "CON-07"], 99, true],
    [[], 0, false],
  ])("lets a stranger's P2P command through by %s", async (ids, from, isDelivered) => {
    await start(deviating(...ids));
    const target = await user("user2");
    const stranger = await PduPeer.dial(cluster.msg(0));
    peers.push(stranger);
    const command = { from_user_id: 99, to_user_id: target.userId, cmd_msg_data: "x" };
    stranger.send(CommandId.CID_SWITCH_P2P_CMD, command);
    await stranger.expectHeartbeat();
    if (!isDelivered) return target.peer.expectNothing(CommandId.CID_SWITCH_P2P_CMD);
    expect((await target.peer.expect(CommandId.CID_SWITCH_P2P_CMD)).body.from_user_id).toBe(from);
  });
});

describe("files (FIL-01 … FIL-03)", () => {
  const request = { to_user_id: 2, file_name: "a.txt", file_size: 5 };
  const { FILE_TYPE_ONLINE, FILE_TYPE_OFFLINE } = TransferFileType;

  it("refuses without a file_server", async () => {
    await start();
    const { peer, userId: from_user_id } = await user("user1");
    const body = { from_user_id, ...request, trans_mode: FILE_TYPE_ONLINE };
    expect(await peer.request(CommandId.CID_FILE_REQUEST, body)).toMatchObject({ result_code: 1, task_id: "" });
  });

  it("makes a task, names the file_server, tells the receiver's PCs everywhere, and falls back to offline", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ttk-msg-"));
    await start({ with: ["file"], folder, msgServers: 2 });
    const sender = await user("user1");
    const ask = (trans_mode: TransferFileType) =>
      sender.peer.request(CommandId.CID_FILE_REQUEST, { from_user_id: 1, ...request, trans_mode });
    const phone = await user("user2", PHONE);
    expect(await ask(FILE_TYPE_ONLINE)).toMatchObject({ result_code: 0, trans_mode: FILE_TYPE_OFFLINE });

    const receiver = await user("user2", PC, 1);
    const answer = await ask(FILE_TYPE_ONLINE);
    const { port } = cluster.address("file", "clients");
    expect(answer).toMatchObject({ result_code: 0, trans_mode: FILE_TYPE_ONLINE, ip_addr_list: [{ port }] });
    const notified = await receiver.peer.expect(CommandId.CID_FILE_NOTIFY);
    expect(notified.body).toMatchObject({ from_user_id: 1, task_id: answer.task_id, offline_ready: 0, file_size: 5 });
    await phone.peer.expectNothing(CommandId.CID_FILE_NOTIFY);

    const file = { from_user_id: 9, to_user_id: 2, task_id: "t", file_name: "a.txt", file_size: 5 };
    sender.peer.send(CommandId.CID_FILE_ADD_OFFLINE_REQ, file);
    const ready = await receiver.peer.expect(CommandId.CID_FILE_NOTIFY);
    expect(ready.body).toMatchObject({ from_user_id: 1, task_id: "t", offline_ready: 1 });
    const list = async () => {
      const { offline_file_list } = await receiver.peer.request(CommandId.CID_FILE_HAS_OFFLINE_REQ, { user_id: 2 });
      return offline_file_list.map(({ task_id }) => task_id);
    };
    expect(await list()).toEqual(["t"]);
    const stranger = await user("user3");
    stranger.peer.send(CommandId.CID_FILE_DEL_OFFLINE_REQ, { from_user_id: 1, to_user_id: 2, task_id: "t" });
    await stranger.peer.expectHeartbeat();
    expect(await list()).toEqual(["t"]);
    receiver.peer.send(CommandId.CID_FILE_DEL_OFFLINE_REQ, { from_user_id: 1, to_user_id: 2, task_id: "t" });
    expect(await list()).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

describe("pushes (PSH-01, PSH-02)", () => {
  it("go to receivers with a token, silent for who is on a PC, not for a shielded group nor to oneself", async () => {
    const pushes: Push[] = [];
    const pushOutlet: PushOutlet = { deliver: async (push) => void pushes.push(push), stop: async () => {} };
    await start({ with: ["push"], pushOutlet, msgServers: 2 });
    const sender = await user("user1");
    for (const name of ["user1", "user2", "user3"]) {
      const { peer, userId: user_id } = await user(name, PHONE);
      await peer.request(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id, device_token: `ios:${name}` });
    }
    await say(sender, 2);
    await until(() => pushes.length === 1, "the push");
    expect(pushes[0]).toMatchObject({ token: "ios:user2", flash: "hello", unread: 1, isSilent: false });
    expect(JSON.parse(pushes[0]?.data ?? "")).toEqual({ msg_type: 1, from_id: 1 });

    const onPc = await user("user2", PC, 1);
    await say(sender, 2);
    await until(() => pushes.length === 2, "the silent push");
    expect(pushes[1]).toMatchObject({ token: "ios:user2", isSilent: true });

    const group_id = await makeGroup(sender, [1, 2, 3]);
    const shield = { user_id: 2, group_id, shield_status: 1 };
    await onPc.peer.request(CommandId.CID_GROUP_SHIELD_GROUP_REQUEST, shield);
    await say(sender, group_id, MsgType.MSG_TYPE_GROUP_TEXT);
    await until(() => pushes.length === 3, "the group's push");
    expect(pushes[2]).toMatchObject({ token: "ios:user3" });
    expect(JSON.parse(pushes[2]?.data ?? "")).toEqual({ msg_type: 0x11, from_id: 1, group_id });
    expect(cluster.counters("msg").pushesSent).toBe(3);
  });

  it("go to nobody beyond those that are being made, which is counted; their messages are delivered", async () => {
    const answers: (() => void)[] = [];
    const clock = { nowMs: () => Date.now() };
    const storage = new MemoryStorage(parseSeedFixture(crowdFixture(3), "the test's fixture"), clock);
    storage.push.pushTokens = (userIds) =>
      new Promise((resolve) => {
        const tokens = userIds.map((userId) => ({ userId, clientType: PHONE, token: `ios:${userId}`, totalUnread: 1 }));
        answers.push(() => resolve(tokens));
      });
    await start({ with: ["push"], storage, msgLimits: { pendingPushesMax: 2 } });
    const [a, b] = [await user("user1"), await user("user2")];
    for (let n = 0; n < 5; n++) {
      await say(a, b.userId);
      await b.peer.expect(CommandId.CID_MSG_DATA);
    }
    expect(answers).toHaveLength(2);
    expect(cluster.counters("msg")).toMatchObject({ pendingPushes: 2, pushesDropped: 3, pushesSent: 0 });
    for (const answer of answers) answer();
    await until(() => cluster.counters("msg").pushesSent === 2, "those that had begun");
    expect(cluster.counters("msg").pendingPushes).toBe(0);
  });
});

describe("another msg_server of the cluster", () => {
  it("has a user kicked for whatever reason it gives (LGN-11)", async () => {
    await start();
    const [kicked, witness] = [await user("user1"), await user("user2")];
    const other = await ServerPeer.dial(cluster.address("route", "servers"));
    other.send(CommandId.CID_OTHER_SERVER_KICK_USER, { user_id: kicked.userId, client_type: PC, reason: 77 });
    const { body } = await kicked.peer.expect(CommandId.CID_LOGIN_KICK_USER);
    expect(body).toMatchObject({ user_id: kicked.userId, kick_reason: 1 });
    await witness.peer.expectHeartbeat();
    other.link.close();
  });
});

describe("limits", () => {
  it("has the oldest of too many strangers give way, and counts it", async () => {
    await start({ msgLimits: { strangersMax: 3 } });
    const closed: number[] = [];
    const strangers = [];
    for (let n = 0; n < 4; n++) {
      const handler = { onPdu: () => {}, onClose: () => void closed.push(n) };
      strangers.push(await dial(cluster.msg(0), { limits: { pduSizeMaxBytes: 1024 } }, handler));
    }
    await until(() => closed.length === 1, "the end of the oldest");
    expect(closed).toEqual([0]);
    expect(cluster.counters("msg")).toMatchObject({ strangersDropped: 1, strangers: 3 });
    for (const link of strangers) link.destroy();
  });

  it("refuses groups beyond its members and name, and names beyond their length, and counts groups", async () => {
    await start({ msgLimits: { groupMembersMax: 2, userNameMaxChars: 10 } });
    const a = await user("user1");
    expect(await makeGroup(a, [1, 2, 3])).toBe(0);
    expect(await makeGroup(a, [1, 2])).toBeGreaterThan(0);
    expect(cluster.counters("msg").groupsRefused).toBe(1);
    const group_id = await makeGroup(a, [1]);
    const add = (...member_id_list: number[]) =>
      a.peer.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, {
        user_id: a.userId,
        change_type: GroupModifyType.GROUP_MODIFY_TYPE_ADD,
        group_id,
        member_id_list,
      });
    expect(await add(2, 3)).toMatchObject({ result_code: 1, cur_user_id_list: [], chg_user_id_list: [] });
    expect(cluster.counters("msg").groupsRefused).toBe(2);
    expect(await add(1, 2)).toMatchObject({ result_code: 0, cur_user_id_list: [1, 2], chg_user_id_list: [2] });
    await expect(user("x".repeat(11))).rejects.toThrow("wrong user name or password");
  });

  it("counts the characters of a group's name as storages do, and each of its members once (GRP-01)", async () => {
    await start({ msgLimits: { groupMembersMax: 2, groupNameMaxChars: 3 } });
    const { peer, userId } = await user("user1");
    const make = async (group_name: string, member_id_list: number[]) => {
      const group = {
        user_id: userId,
        group_type: GroupType.GROUP_TYPE_TMP,
        group_name,
        group_avatar: "",
        member_id_list,
      };
      const { result_code, user_id_list } = await peer.request(CommandId.CID_GROUP_CREATE_REQUEST, group);
      return [result_code, ...user_id_list];
    };
    expect(await make("😀😀😀", [1, 2, 2, 1])).toEqual([0, 1, 2]);
    expect(await make("😀😀😀😀", [1])).toEqual([1]);
    expect(await make("g", [1, 2, 3])).toEqual([1]);
    expect(cluster.counters("msg").groupsRefused).toBe(2);
  });

  it("does not answer, and counts, requests beyond those that may wait", async () => {
    await start({ msgLimits: { pendingRequestsMax: 2 }, dbProxies: 1 });
    const { peer, userId } = await user("user1");
    for (let n = 0; n < 5; n++) peer.send(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: userId });
    await peer.expectHeartbeat();
    await until(() => cluster.counters("msg").pendingRequests === 0, "the answers");
    expect(cluster.counters("msg").requestsOverPending).toBe(3);
  });
});

it("has as many requests wait for db_proxy_servers as it is told", async () => {
  const clock = { nowMs: () => Date.now() };
  const storage = new MemoryStorage(parseSeedFixture(crowdFixture(8), "crowd"), clock);
  storage.messages.append = () => new Promise<number>(() => {}) as unknown as number;
  const pendingRequestsMax = 110_000;
  const msgLimits = { pendingRequestsMax, pendingPerClientMax: 2 * pendingRequestsMax, messagesPerSecondMax: 0 };
  await start({ storage, dbProxies: 1, msgLimits });
  const { peer, userId } = await user("user1");
  const message = {
    from_user_id: userId,
    to_session_id: 2,
    msg_id: 0,
    create_time: 0,
    msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
    msg_data: text,
  };
  for (let n = 0; n <= pendingRequestsMax; n++) {
    peer.send(CommandId.CID_MSG_DATA, message);
    if (n % 5_000 === 0) await peer.expectHeartbeat();
  }
  await until(() => cluster.counters("msg").requestsOverPending === 1, "the first that may not wait", 30_000);
  expect(cluster.counters("msg")).toMatchObject({ databasePending: pendingRequestsMax, databaseFailures: 0 });
}, 60_000);

describe("several route_servers (RTE-08, RTE-11)", () => {
  it("tells presence once, and goes on when the master is gone", async () => {
    await start({ msgServers: 2, routeServers: 2 });
    const a = await user("user1");
    const heard = (userId: number, status: UserStatType) =>
      a.peer.expect(
        CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
        ({ user_stat }) => user_stat.user_id === userId && user_stat.status === status,
      );
    const b = await user("user2", PC, 1);
    await heard(b.userId, UserStatType.USER_STATUS_ONLINE);
    await say(b, a.userId);
    await a.peer.expect(CommandId.CID_MSG_DATA);
    // Whatever the other route_server had to say has come by the time that its own message has.
    await a.peer.expectNothing(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, ({ user_stat }) => user_stat.user_id === 2);

    await cluster.stopOne("route", 0);
    await until(
      () => cluster.counters("msg", 0).routeLinks === 1 && cluster.counters("msg", 1).routeLinks === 1,
      "one",
    );
    await say(b, a.userId);
    await a.peer.expect(CommandId.CID_MSG_DATA);
    const c = await user("user3", PC, 1);
    await heard(c.userId, UserStatType.USER_STATUS_ONLINE);
    await c.peer.close();
    await heard(c.userId, UserStatType.USER_STATUS_OFFLINE);
    await a.peer.expectNothing(CommandId.CID_MSG_DATA);
  });

  it("goes on among those who are here when none is left", async () => {
    await start();
    const [a, b] = [await user("user1"), await user("user2")];
    await cluster.stopOne("route");
    await until(() => cluster.counters("msg").routeLinks === 0, "no route_server");
    await say(b, a.userId);
    await a.peer.expect(CommandId.CID_MSG_DATA);
    await b.peer.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, { user_id: 2, sign_info: "alone" });
    for (const { peer } of [a, b]) {
      const { body } = await peer.expect(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY);
      expect(body).toMatchObject({ changed_user_id: 2, sign_info: "alone" });
    }
  });

  it("sends a group's messages with its members to a route_server that sends where they are", async () => {
    await start({ msgServers: 3, smartRoute: true });
    const a = await user("user1");
    const b = await user("user2", PC, 1);
    await user("user3", PC, 2);
    await say(a, await makeGroup(a, [1, 2]), MsgType.MSG_TYPE_GROUP_TEXT);
    const { body } = await b.peer.expect(CommandId.CID_MSG_DATA);
    expect(body.attach_data).toBeUndefined();
    await say(a, b.userId);
    await b.peer.expect(CommandId.CID_MSG_DATA);
    // Kicks at the logins were for nobody, too; the two messages spared the third msg_server.
    expect(cluster.counters("route").relaysSpared).toBeGreaterThanOrEqual(2);
  });
});
