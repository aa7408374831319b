import { afterEach, describe, expect, it } from "vitest";
import { type CommandBody, CommandId } from "../../../src/codec/generated/commands.js";
import { ClientType, GroupModifyType, GroupType, MsgType, SessionType } from "../../../src/codec/generated/enums.js";
import { loginPassword } from "../../../src/codec/password.js";
import { encryptText } from "../../../src/codec/text-content.js";
import type { Address } from "../../../src/net/address.js";
import { type DatabaseRequestId, databaseResponse } from "../../../src/server/db/database-port.js";
import { startDbProxyServer } from "../../../src/server/db/db-proxy-server.js";
import type { RunningRole } from "../../../src/server/running-role.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import type { Storage, UserRecord } from "../../../src/server/storage/storage.js";
import { brokenStorage } from "../../helpers/broken-storage.js";
import { FakeClock } from "../../helpers/fake-clock.js";
import { ServerPeer } from "../../helpers/server-peer.js";
import { until } from "../../helpers/until.js";

const seed = parseSeedFixture(
  `
password: secret
departments: [HQ]
users: ["user{1..5}"]
groups: [{ name: Crew, creator: user1, members: "user{1..3}" }]
`,
  "proxy.yaml",
);
const attach_data = Buffer.from("0000000100000000", "hex");

const running: RunningRole[] = [];
afterEach(async () => {
  for (const role of running.splice(0)) await role.stop(0);
});

async function proxy(
  storageFor = (clock: FakeClock): Storage => new MemoryStorage(seed, clock),
  clock = new FakeClock(),
) {
  const storage = storageFor(clock);
  const role = await startDbProxyServer({ listen: { host: "127.0.0.1", port: 0 }, storage, clock });
  running.push(role);
  const peer = await ServerPeer.dial(role.addresses.servers as Address);
  let seqNum = 100;
  return {
    role,
    peer,
    storage,
    /** The answer, which must carry the seq_num and attach_data of the request (DBP-02). */
    async ask<C extends DatabaseRequestId>(commandId: C, body: CommandBody[C]) {
      peer.send(commandId, { ...body, attach_data }, ++seqNum);
      const answer = await peer.expect(databaseResponse[commandId], seqNum);
      expect((answer as { attach_data?: Buffer }).attach_data).toEqual(attach_data);
      return answer;
    },
  };
}

const user_id = 1;
const single = SessionType.SESSION_TYPE_SINGLE;

function message(to_session_id: number, content = encryptText("hello")) {
  const msg_type = MsgType.MSG_TYPE_SINGLE_TEXT;
  return { from_user_id: user_id, to_session_id, msg_id: 0, create_time: 0, msg_type, msg_data: content };
}

describe("db_proxy_server", () => {
  it("validates users (DBP-01)", async () => {
    const { ask } = await proxy();
    const password = loginPassword("secret");
    const validate = (user_name: string, given: string) =>
      ask(CommandId.CID_OTHER_VALIDATE_REQ, { user_name, password: given });
    expect(await validate("user1", password)).toMatchObject({ result_code: 0, user_info: { user_real_name: "user1" } });
    expect((await validate("user1", "wrong")).result_code).toBe(1);
    expect((await validate("nobody", password)).result_code).toBe(1);
    for (let failure = 1; failure < 11; failure++) await validate("user1", "wrong");
    const locked = await validate("user1", password);
    expect(locked).toMatchObject({ result_code: 6 });
    expect(locked.user_info).toBeUndefined();
  });

  it("returns attach_data and seq_num with every answer (DBP-02)", async () => {
    const { ask } = await proxy();
    const since = { user_id, latest_update_time: 0 };
    const { user_list } = await ask(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, since);
    expect(user_list).toHaveLength(5);
    expect((await ask(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, since)).dept_list).toHaveLength(1);
    expect((await ask(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id })).group_version_list).toHaveLength(1);
    expect((await ask(CommandId.CID_MSG_DATA, message(2))).msg_id).toBe(1);
    expect((await ask(CommandId.CID_MSG_DATA, message(2))).msg_id).toBe(2);
    const asked = { user_id, session_type: single, session_id: 2 };
    const { msg_list } = await ask(CommandId.CID_MSG_LIST_REQUEST, { ...asked, msg_id_begin: 0, msg_cnt: 10 });
    expect(msg_list.map(({ msg_id }) => msg_id)).toEqual([2, 1]);
    expect((await ask(CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, asked)).latest_msg_id).toBe(2);
    const sessions = await ask(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, since);
    expect(sessions.contact_session_list).toHaveLength(1);
    expect((await ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 2 })).total_cnt).toBe(2);
    expect((await ask(CommandId.CID_LOGIN_REQ_PUSH_SHIELD, { user_id, shield_status: 1 })).result_code).toBe(0);
    expect((await ask(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, { user_id })).shield_status).toBe(1);
  });

  it("answers a message that it cannot store with msg_id 0 (DBP-02)", async () => {
    const { ask } = await proxy();
    expect((await ask(CommandId.CID_MSG_DATA, message(999))).msg_id).toBe(0);
  });

  it("answers a message with msg_id 0, and unchanged otherwise, when the storage fails (DBP-02)", async () => {
    const { ask, role } = await proxy((clock) => {
      const storage: Storage = new MemoryStorage(seed, clock);
      storage.messages.append = () => Promise.reject(new Error("disk full"));
      return storage;
    });
    const sent = message(2);
    expect(await ask(CommandId.CID_MSG_DATA, sent)).toMatchObject({ ...sent, msg_id: 0 });
    expect(role.counters()).toMatchObject({ failedStores: 1, pendingStores: 0 });
  });

  it("says so in every answer that can when the storage fails, and answers nothing else (DBP-01, DBP-02)", async () => {
    const { ask, peer, role } = await proxy(brokenStorage);
    const session = { user_id, session_type: single, session_id: 2 };
    const change_type = GroupModifyType.GROUP_MODIFY_TYPE_ADD;
    const group = { group_type: GroupType.GROUP_TYPE_TMP, group_name: "new", group_avatar: "", member_id_list: [1, 2] };
    expect(await ask(CommandId.CID_OTHER_VALIDATE_REQ, { user_name: "user1", password: "" })).toMatchObject({
      result_code: 2,
      result_string: "the database failed",
    });
    const failed = { user_id, result_code: 1 };
    expect(await ask(CommandId.CID_LOGIN_REQ_PUSH_SHIELD, { user_id, shield_status: 1 })).toMatchObject(failed);
    expect(await ask(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, { user_id })).toMatchObject(failed);
    expect(await ask(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ, session)).toMatchObject({ ...session, ...failed });
    const sign_info = "away";
    expect(await ask(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, { user_id, sign_info })).toMatchObject(failed);
    const avatar_url = "http://a/b.png";
    expect(await ask(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST, { user_id, avatar_url })).toMatchObject(failed);
    expect(await ask(CommandId.CID_GROUP_CREATE_REQUEST, { user_id, ...group })).toMatchObject({
      ...failed,
      group_name: "new",
    });
    const change = { user_id, change_type, group_id: 1, member_id_list: [4] };
    expect(await ask(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, change)).toMatchObject({
      ...failed,
      change_type,
      group_id: 1,
      cur_user_id_list: [],
      chg_user_id_list: [],
    });
    const shield = { user_id, group_id: 1, shield_status: 1 };
    expect(await ask(CommandId.CID_GROUP_SHIELD_GROUP_REQUEST, shield)).toMatchObject({ ...failed, group_id: 1 });

    // PUL-09: an empty list would be believed. What is asked on one link begins in the order it came.
    peer.send(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }, 1);
    peer.send(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id, latest_update_time: 0 }, 2);
    await until(() => role.counters().failedStores === 11, "every failure to be counted");
    // The next thing that comes is the answer to the next request.
    await ask(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, { user_id });
    await until(() => role.counters().pendingStores === 0, "nothing to be under way");
  });

  it("leaves attach_data out when there was none", async () => {
    const { peer } = await proxy();
    peer.send(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }, 65_535);
    expect(await peer.expect(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, 65_535)).not.toHaveProperty("attach_data");
  });

  it("knows device tokens, with the unread count, and shields of groups (DBP-03)", async () => {
    const { ask } = await proxy();
    await ask(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id: 2, device_token: "token-2", client_type: 0x11 });
    await ask(CommandId.CID_MSG_DATA, message(2));
    const { user_token_info } = await ask(CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ, { user_id: [2, 3] });
    const told = user_token_info.filter(({ token }) => token !== "");
    expect(told).toMatchObject([{ user_id: 2, token: "token-2", push_count: 1 }]);
    await ask(CommandId.CID_GROUP_SHIELD_GROUP_REQUEST, { user_id: 2, group_id: 1, shield_status: 1 });
    const shields = await ask(CommandId.CID_OTHER_GET_SHIELD_REQ, { group_id: 1, user_id: [1, 2] });
    expect(shields.shield_status_list.map((each) => each.shield_status)).toEqual([0, 1]);
  });

  it.each([
    ["21:59", 21, 59, [2, 3, 4]],
    ["22:00", 22, 0, [3, 4]],
    ["07:59", 7, 59, [3, 4]],
    ["08:00", 8, 0, [2, 3, 4]],
  ])(
    "at %s, as the original, gives no token of an iPhone whose owner sleeps (LGN-16)",
    async (_, hour, minute, told) => {
      // By the clock of the machine, in its time zone.
      const clock = new FakeClock(new Date(2027, 0, 15, hour, minute).getTime() / 1000);
      const { ask } = await proxy(undefined, clock);
      const users = [
        { user_id: 2, client_type: ClientType.CLIENT_TYPE_IOS, shield_status: 1 },
        { user_id: 3, client_type: ClientType.CLIENT_TYPE_IOS, shield_status: 0 },
        { user_id: 4, client_type: ClientType.CLIENT_TYPE_ANDROID, shield_status: 1 },
      ];
      for (const { user_id, client_type, shield_status } of users) {
        await ask(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id, client_type, device_token: `token-${user_id}` });
        await ask(CommandId.CID_LOGIN_REQ_PUSH_SHIELD, { user_id, shield_status });
      }
      const { user_token_info } = await ask(CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ, { user_id: [2, 3, 4] });
      expect(user_token_info.map(({ user_id }) => user_id)).toEqual(told);
    },
  );

  it("takes a read ack without answering it", async () => {
    const { ask, peer } = await proxy();
    await ask(CommandId.CID_MSG_DATA, message(2));
    peer.send(CommandId.CID_MSG_READ_ACK, { user_id: 2, session_id: 1, msg_id: 1, session_type: single });
    // The next thing that comes is the answer to the next request.
    expect((await ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 2 })).total_cnt).toBe(0);
  });

  it("reads no further when its storage has too much to do, and serves other links meanwhile", async () => {
    const held: (() => void)[] = [];
    const { peer, role, storage } = await proxy();
    storage.sessions.markRead = () => new Promise((resolve) => held.push(resolve));
    const other = await ServerPeer.dial(role.addresses.servers as Address);
    const ack = { user_id, session_id: 2, msg_id: 1, session_type: single };
    const acks = 20_000;
    for (let n = 0; n < acks; n++) peer.send(CommandId.CID_MSG_READ_ACK, ack);
    await until(() => held.length >= 4096, "as many as may wait");
    for (let n = 1; n <= 20; n++) {
      other.send(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }, n);
      await other.expect(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, n);
    }
    // What one read brings, of 26 bytes each, comes on top.
    expect(held.length).toBeLessThan(4096 + (64 * 1024) / 26);
    let done = 0;
    await until(() => {
      for (const resolve of held.splice(0)) {
        done++;
        resolve();
      }
      return done === acks;
    }, "the rest");
  });

  it("keeps a link whose msg_server asks for more at once than an outbox holds", async () => {
    const { peer, role, storage } = await proxy();
    const [user] = await storage.accounts.byIds([user_id]);
    const users = Array.from({ length: 10_000 }, (_, n) => ({ ...user, id: n + 1, avatar: "x".repeat(255) }));
    storage.accounts.changedSince = async () => users as UserRecord[];
    const asked = 60;
    peer.link.pause();
    for (let n = 1; n <= asked; n++) {
      peer.send(CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST, { user_id, latest_update_time: 0 }, n);
    }
    await until(() => (role.counters()["pdusInBy.0x0208"] ?? 0) === asked, "all requests");
    peer.link.resume();
    const answered = new Set<number>();
    while (answered.size < asked) {
      const { seqNum, bytes } = await peer.next();
      expect(bytes.length).toBeGreaterThan(users.length * 255);
      answered.add(seqNum);
    }
    expect(role.counters()).toMatchObject({ connections: 1, connectionsNotReading: 0 });
  }, 60_000);

  it("ignores what it does not know and what cannot be decoded", async () => {
    const { ask, peer, role } = await proxy();
    peer.link.sendBytes(Buffer.from("00000010000100000007ffff00010000", "hex"));
    peer.link.sendBytes(Buffer.from("00000012000100000002020800010000ffff", "hex"));
    expect((await ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id })).total_cnt).toBe(0);
    expect(role.counters()).toMatchObject({ connections: 1, pendingStores: 0, failedStores: 0 });
  });

  it("says that it stops before it does, and answers what it has been asked (DBP-04)", async () => {
    const { peer, role } = await proxy();
    peer.send(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }, 1);
    await peer.expect(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, 1);
    const stopped = role.stop(5000);
    // On its way when the word came.
    peer.send(CommandId.CID_MSG_DATA, message(2), 2);
    await peer.expect(CommandId.CID_OTHER_STOP_RECV_PACKET);
    expect((await peer.expect(CommandId.CID_MSG_DATA, 2)).msg_id).toBe(1);
    await peer.untilClosed();
    await stopped;
  });
});
