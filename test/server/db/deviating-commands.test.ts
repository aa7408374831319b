import { describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { GroupModifyType, MsgType, SessionType } from "../../../src/codec/generated/enums.js";
import { EmbeddedDatabase } from "../../../src/server/db/embedded-database.js";
import { type DeviationId, deviatingIn } from "../../../src/server/deviations.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import { FakeClock } from "../../helpers/fake-clock.js";

const seed = parseSeedFixture(
  `
password: secret
users: ["user{1..9}"]
groups:
  - { name: tmp, type: temporary, creator: user1, members: [user1, user2] }
`,
  "deviating.yaml",
);
// md5 of "secret", as the shipped clients send it (protocol.md).
const SECRET = "5ebe2294ecd0e0f08eab7690d2a6ee69";
const GROUP = 1;

function database(...ids: DeviationId[]) {
  const clock = new FakeClock();
  const storage = new MemoryStorage(seed, clock);
  const asked = new EmbeddedDatabase({ storage, clock, deviates: deviatingIn(ids) });
  return Object.assign(asked, {
    say: async (from_user_id: number, to_session_id: number, content: string | Buffer, msg_type: MsgType = 0x01) => {
      const msg_data = typeof content === "string" ? Buffer.from(content) : content;
      const message = { from_user_id, to_session_id, msg_id: 0, create_time: clock.nowSeconds, msg_type, msg_data };
      return (await asked.request(CommandId.CID_MSG_DATA, message)).msg_id;
    },
    history: async (user_id: number, session_id: number, session_type: SessionType = 1) => {
      const request = { user_id, session_type, session_id, msg_id_begin: 0, msg_cnt: 100 };
      return (await asked.request(CommandId.CID_MSG_LIST_REQUEST, request)).msg_list;
    },
  });
}

describe("a database that deviates", () => {
  it("is logged into as anybody by a name that is SQL (LGN-08)", async () => {
    const validate = (db: EmbeddedDatabase, user_name: string) =>
      db.request(CommandId.CID_OTHER_VALIDATE_REQ, { user_name, password: SECRET });
    const name = "x' or '1'='1";
    expect(await validate(database(), name)).toMatchObject({ result_code: 1 });
    expect(await validate(database("LGN-08"), name)).toMatchObject({
      result_code: 0,
      user_name: name,
      user_info: { user_real_name: "user9" },
    });
    expect(await validate(database("LGN-08"), "user1'")).toMatchObject({ result_code: 1 });
    expect(await validate(database("LGN-08"), "user1")).toMatchObject({ result_code: 0 });
  });

  it("names the peer as sender of the latest message, in recent and unread sessions (PUL-06)", async () => {
    const senders = async (db: ReturnType<typeof database>) => {
      await db.say(1, 2, "hi");
      const request = { user_id: 1, latest_update_time: 0 };
      const recent = await db.request(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, request);
      await db.say(2, 1, "ho");
      const unread = await db.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1 });
      return [
        recent.contact_session_list[0]?.latest_msg_from_user_id,
        unread.unreadinfo_list[0]?.latest_msg_from_user_id,
      ];
    };
    expect(await senders(database())).toEqual([1, 2]);
    expect(await senders(database("PUL-06"))).toEqual([2, 2]);
  });

  it("repeats ids and loses half of ten concurrent first messages, and none later (MSG-02)", async () => {
    const db = database("MSG-02");
    const ids = await Promise.all(Array.from({ length: 10 }, (_, n) => db.say(1, 2, `${n}`)));
    expect(new Set(ids).size).toBeLessThan(10);
    expect(ids).not.toContain(0);
    expect(await db.history(2, 1)).toHaveLength(5);
    expect(await db.say(2, 1, "later")).toBe(6);
    expect(await db.say(3, 1, "alone")).toBe(1);
  });

  it("stores pipelined messages out of order, each once (MSG-09)", async () => {
    const db = database("MSG-09");
    const ids = await Promise.all(Array.from({ length: 9 }, (_, n) => db.say(1, 2, `${n}`)));
    const inOrder = Array.from({ length: 9 }, (_, n) => n + 1);
    expect(ids).not.toEqual(inOrder);
    expect(ids.toSorted((a, b) => a - b)).toEqual(inOrder);
  });

  it("cuts history at NUL and 4096 characters and mends UTF-8 (MSG-05)", async () => {
    const db = database("MSG-05");
    await db.say(1, 2, "ab\0cd");
    await db.say(1, 2, Buffer.from([0x61, 0xff, 0x62]));
    expect((await db.history(2, 1)).map(({ msg_data }) => msg_data.toString())).toEqual(["a\ufffdb", "ab"]);
    const request = { user_id: 2, session_type: SessionType.SESSION_TYPE_SINGLE, session_id: 1, msg_id_list: [1] };
    const { msg_list } = await db.request(CommandId.CID_MSG_GET_BY_MSG_ID_REQ, request);
    expect(msg_list.map(({ msg_data }) => msg_data.toString())).toEqual(["ab"]);
  });

  it("acks and stores for a user that does not exist (MSG-12)", async () => {
    expect(await database().say(1, 999, "hi")).toBe(0);
    const db = database("MSG-12");
    expect(await db.say(1, 999, "hi")).toBe(1);
    expect(await db.history(1, 999)).toHaveLength(1);
  });

  it("cuts what is longer than 4096 bytes and acks it (MSG-23)", async () => {
    expect(await database().say(1, 2, "x".repeat(5000))).toBe(0);
    const db = database("MSG-23");
    expect(await db.say(1, 2, "x".repeat(5000))).toBe(1);
    expect((await db.history(2, 1))[0]?.msg_data).toHaveLength(4096);
  });

  it("gives a group's messages by id to a stranger (MSG-18)", async () => {
    const asStranger = async (db: ReturnType<typeof database>) => {
      await db.say(1, GROUP, "hi", MsgType.MSG_TYPE_GROUP_TEXT);
      const group = { session_type: SessionType.SESSION_TYPE_GROUP, session_id: GROUP, msg_id_list: [1] };
      return db.request(CommandId.CID_MSG_GET_BY_MSG_ID_REQ, { user_id: 9, ...group });
    };
    expect((await asStranger(database())).msg_list).toEqual([]);
    expect(await asStranger(database("MSG-18"))).toMatchObject({ user_id: 9, msg_list: [{ msg_id: 1 }] });
  });

  it("lets anyone add to a temporary group, and nobody take away (GRP-03)", async () => {
    const change = async (db: EmbeddedDatabase, change_type: GroupModifyType, userId: number) => {
      const request = { user_id: 9, change_type, group_id: GROUP, member_id_list: [userId] };
      return (await db.request(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, request)).result_code;
    };
    const { GROUP_MODIFY_TYPE_ADD, GROUP_MODIFY_TYPE_DEL } = GroupModifyType;
    expect(await change(database(), GROUP_MODIFY_TYPE_ADD, 3)).toBe(1);
    expect(await change(database("GRP-03"), GROUP_MODIFY_TYPE_ADD, 3)).toBe(0);
    expect(await change(database("GRP-03"), GROUP_MODIFY_TYPE_DEL, 2)).toBe(1);
  });

  it("shows no shield of a group (GRP-10)", async () => {
    const shieldSeen = async (db: EmbeddedDatabase) => {
      await db.request(CommandId.CID_GROUP_SHIELD_GROUP_REQUEST, { user_id: 1, group_id: GROUP, shield_status: 1 });
      const group_version_list = [{ group_id: GROUP, version: 0 }];
      const answer = await db.request(CommandId.CID_GROUP_INFO_REQUEST, { user_id: 1, group_version_list });
      return answer.group_info_list[0]?.shield_status;
    };
    expect(await shieldSeen(database())).toBe(1);
    expect(await shieldSeen(database("GRP-10"))).toBe(0);
  });
});
