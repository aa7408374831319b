import type { RequestId } from "../../../../client/requests.js";
import { responseOf } from "../../../../client/requests.js";
import { type CommandBody, CommandId } from "../../../../codec/generated/commands.js";
import { DepartmentStatusType, MsgType, SessionType } from "../../../../codec/generated/enums.js";
import { commandById, hexId } from "../../../../codec/registry.js";
import type { ConformanceCase } from "../../conformance-case.js";
import { expectEqual, expectThat } from "../../expect-that.js";
import { defineIsolatedCase, userInfo } from "../../isolated-context.js";
import { answer } from "../../surrounded-context.js";

const session = { session_type: SessionType.SESSION_TYPE_SINGLE, session_id: 17 } as const;
const lastMessage = {
  latest_msg_id: 3,
  latest_msg_data: Buffer.from("bytes \0 of any kind \xff", "latin1"),
  latest_msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
  latest_msg_from_user_id: 17,
};

const SEQ_NUM_OF_THE_GONE = 0x7abc;

/** A request that the database answers as it is, and an answer to it; the user ids are put in later. */
interface Forwarded {
  readonly commandId: RequestId;
  readonly requirement: string;
  readonly request: object;
  readonly response: object;
}

function forwarded<C extends RequestId>(
  commandId: C,
  requirement: string,
  request: Omit<CommandBody[C], "user_id">,
  response: Omit<CommandBody[(typeof responseOf)[C]], "user_id">,
): Forwarded {
  return { commandId, requirement, request, response };
}

const requests: readonly Forwarded[] = [
  forwarded(
    CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST,
    "PUL-06",
    { latest_update_time: 4 },
    { contact_session_list: [{ ...session, session_status: 0, updated_time: 9, ...lastMessage }] },
  ),
  forwarded(
    CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST,
    "PUL-03",
    { user_id_list: [5, 6] },
    { user_info_list: [userInfo({ userId: 5, name: "five" })] },
  ),
  forwarded(
    CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST,
    "PUL-02",
    { latest_update_time: 4 },
    { latest_update_time: 8, user_list: [userInfo({ userId: 5, name: "five" })] },
  ),
  forwarded(
    CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST,
    "PUL-01",
    { latest_update_time: 4 },
    {
      latest_update_time: 8,
      dept_list: [
        {
          dept_id: 2,
          priority: 1,
          dept_name: "North",
          parent_dept_id: 1,
          dept_status: DepartmentStatusType.DEPT_STATUS_DELETE,
        },
      ],
    },
  ),
  forwarded(
    CommandId.CID_MSG_UNREAD_CNT_REQUEST,
    "PUL-08",
    {},
    { total_cnt: 2, unreadinfo_list: [{ ...session, unread_cnt: 2, ...lastMessage }] },
  ),
  forwarded(
    CommandId.CID_MSG_LIST_REQUEST,
    "MSG-15",
    { ...session, msg_id_begin: 30, msg_cnt: 10 },
    {
      ...session,
      msg_id_begin: 30,
      msg_list: [
        {
          msg_id: 29,
          from_session_id: 17,
          create_time: 5,
          msg_type: MsgType.MSG_TYPE_SINGLE_AUDIO,
          msg_data: Buffer.from("00000003deadbeef", "hex"),
        },
      ],
    },
  ),
  forwarded(CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, "MSG-17", session, { ...session, latest_msg_id: 41 }),
  forwarded(
    CommandId.CID_MSG_GET_BY_MSG_ID_REQ,
    "MSG-18",
    { ...session, msg_id_list: [3, 4] },
    {
      ...session,
      msg_list: [
        {
          msg_id: 4,
          from_session_id: 17,
          create_time: 5,
          msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
          msg_data: Buffer.from("text"),
        },
      ],
    },
  ),
  forwarded(
    CommandId.CID_GROUP_NORMAL_LIST_REQUEST,
    "PUL-04",
    {},
    { group_version_list: [{ group_id: 6, version: 2 }] },
  ),
  forwarded(
    CommandId.CID_GROUP_INFO_REQUEST,
    "PUL-05",
    { group_version_list: [{ group_id: 6, version: 0 }] },
    {
      group_info_list: [
        {
          group_id: 6,
          version: 2,
          group_name: "six",
          group_avatar: "",
          group_creator_id: 17,
          group_type: 1,
          shield_status: 0,
          group_member_list: [17, 18],
        },
      ],
    },
  ),
  forwarded(
    CommandId.CID_GROUP_SHIELD_GROUP_REQUEST,
    "GRP-09",
    { group_id: 6, shield_status: 1 },
    { group_id: 6, result_code: 0 },
  ),
  forwarded(CommandId.CID_LOGIN_REQ_PUSH_SHIELD, "LGN-16", { shield_status: 1 }, { result_code: 0, shield_status: 1 }),
  forwarded(CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD, "LGN-16", {}, { result_code: 0, shield_status: 1 }),
];

export const isoForwardCases: readonly ConformanceCase[] = [
  ...requests.map(({ commandId, requirement, request, response }) =>
    defineIsolatedCase({
      id: `iso.forward.${hexId(commandId)}`,
      requirements: ["DBP-02", requirement, "CON-07"],
      level: "must",
      title: `asks the database ${commandById(commandId)?.name} in the name of the user who logged in, and gives its answer to the client`,
      sends: `${hexId(commandId)} with another user's id; the database answers`,
      why: "a field that is lost or changed on the way is lost for all clients",
      async run(context) {
        const client = await context.logIn();
        const body = { user_id: context.unknownId(), ...request } as CommandBody[RequestId];
        const seqNum = client.peer.send(commandId, body);
        const asked = await context.db.expect(
          commandId,
          (received) => (received as { user_id?: number }).user_id === client.userId,
          { what: `of user ${client.userId}` },
        );
        const { attach_data, ...received } = asked.body as { attach_data?: Buffer };
        expectThat((attach_data?.length ?? 0) > 0, "attach_data to find the client again by", "none");
        expectEqual("request", sorted(received), sorted({ ...request, user_id: client.userId }));
        const given = { user_id: client.userId, ...response } as CommandBody[(typeof responseOf)[RequestId]];
        answer(asked, responseOf[commandId], given);
        const answered = await client.peer.expectAnswer(commandId, seqNum);
        // Whether attach_data goes on to the client is MSG-24's question.
        const { attach_data: _, ...told } = answered.body as { attach_data?: Buffer };
        expectEqual("answer", sorted(told), sorted(given));
      },
    }),
  ),

  defineIsolatedCase({
    id: "iso.forward-strips-attach-data",
    requirements: ["MSG-24"],
    level: "should",
    title: "takes attach_data out of every answer of the database before it goes to the client",
    sends: "each kind of pull; the database answers with attach_data, as it must",
    why: "it tells clients how the servers are built, and costs them traffic",
    async run(context) {
      const client = await context.logIn();
      for (const { commandId, request, response } of requests) {
        const seqNum = client.peer.send(commandId, { user_id: client.userId, ...request } as CommandBody[RequestId]);
        const asked = await context.db.expect(
          commandId,
          (received) => (received as { user_id?: number }).user_id === client.userId,
        );
        const given = { user_id: client.userId, ...response } as CommandBody[(typeof responseOf)[RequestId]];
        answer(asked, responseOf[commandId], given);
        const { body } = await client.peer.expectAnswer(commandId, seqNum);
        const leaked = (body as { attach_data?: Buffer }).attach_data;
        expectEqual(`bytes of attach_data in ${hexId(responseOf[commandId])}`, leaked?.length ?? 0, 0);
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.forward-out-of-order",
    requirements: ["DBP-02", "FRM-08"],
    level: "must",
    title: "gives each request of a client its own answer, in whatever order the database answers",
    sends: "three 0x0309 of one client for different sessions; the database answers the last one first",
    why: "databases work in parallel; one talk would show another's messages",
    async run(context) {
      const client = await context.logIn();
      const asked = [];
      for (const session_id of [101, 102, 103]) {
        const request = { ...session, session_id, user_id: client.userId, msg_id_begin: 0, msg_cnt: 1 };
        const seqNum = client.peer.send(CommandId.CID_MSG_LIST_REQUEST, request);
        const pdu = await context.db.expect(CommandId.CID_MSG_LIST_REQUEST, (body) => body.session_id === session_id);
        asked.push({ session_id, seqNum, pdu });
      }
      for (const { session_id, pdu } of asked.toReversed()) {
        const history = { ...session, session_id, user_id: client.userId, msg_id_begin: 0, msg_list: [] };
        answer(pdu, CommandId.CID_MSG_LIST_RESPONSE, history);
      }
      for (const { session_id, seqNum } of asked) {
        const { body } = await client.peer.expectAnswer(CommandId.CID_MSG_LIST_REQUEST, seqNum);
        expectEqual("session_id", body.session_id, session_id);
      }
    },
  }),

  defineIsolatedCase({
    id: "iso.forward-to-nobody",
    requirements: ["DBP-02", "CON-04"],
    level: "must",
    title: "takes the database's answer for a client that is gone, and gives it to nobody else",
    sends: "0x0210, then the connection's end, then the database's answer",
    why: "the next client to connect must not get somebody else's data",
    async run(context) {
      const [gone, other] = [await context.logIn(), await context.logIn()];
      // A seq_num that no other client has under way: nobody else's answer may be taken for this one.
      const seqNum = gone.peer.send(
        CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST,
        { user_id: gone.userId, latest_update_time: 0 },
        { seqNum: SEQ_NUM_OF_THE_GONE },
      );
      const asked = await context.db.expect(
        CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST,
        ({ user_id }) => user_id === gone.userId,
      );
      await gone.peer.close();
      const next = await context.logIn();
      const departments = { user_id: gone.userId, latest_update_time: seqNum, dept_list: [] };
      answer(asked, CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, departments);
      for (const client of [other, next]) {
        await client.expectDatabaseServes();
        await client.peer.expectNothing(
          CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE,
          ({ user_id }) => user_id === gone.userId,
        );
      }
    },
  }),
];

/** The fields of a body, and of those within it, in an order of their own, so that two bodies can be compared. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, inner]) => [name, sorted(inner)]));
}
