import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnalysedPdu } from "../../../src/codec/analysis/analysed-pdu.js";
import { RequirementChecker, rules } from "../../../src/codec/analysis/requirement-checker.js";
import { type CommandBody, CommandId } from "../../../src/codec/generated/commands.js";
import type { GroupInfo, IMMsgData, MsgInfo, UserInfo } from "../../../src/codec/generated/messages.js";
import type { Party } from "../../../src/codec/registry.js";
import { ClientLink, PduClock } from "../../helpers/seen-pdus.js";

interface Breach {
  /** Level, requirement and the PDU that is to be named. */
  readonly named: string;
  readonly what: string;
  readonly pdus: (link: ClientLink) => readonly AnalysedPdu[];
}

const user: UserInfo = {
  user_id: 1,
  user_gender: 1,
  user_nick_name: "",
  avatar_url: "",
  department_id: 1,
  email: "",
  user_real_name: "user1",
  user_tel: "",
  user_domain: "",
  status: 0,
  sign_info: "",
};
const group: GroupInfo = {
  group_id: 4,
  version: 1,
  group_name: "g",
  group_avatar: "",
  group_creator_id: 1,
  group_type: 2,
  shield_status: 0,
  group_member_list: [1, 9],
};
const contact = {
  session_id: 2,
  session_type: 1,
  session_status: 0,
  updated_time: 10,
  latest_msg_id: 1,
  latest_msg_data: Buffer.from("x"),
  latest_msg_type: 1,
  latest_msg_from_user_id: 2,
} as const;
const stored: MsgInfo = {
  msg_id: 1,
  from_session_id: 2,
  create_time: 1,
  msg_type: 1,
  msg_data: Buffer.from("x"),
};
const session = { user_id: 1, session_type: 1, session_id: 2 } as const;
const attach_data = Buffer.from("080912040000", "hex");
const message: IMMsgData = {
  from_user_id: 1,
  to_session_id: 2,
  msg_id: 0,
  create_time: 0,
  msg_type: 1,
  msg_data: Buffer.from("hi"),
};

/** A client's request and the answer that is wrong, after a login from a PC. */
function answered<Q extends CommandId, A extends CommandId>(
  request: Q,
  asked: CommandBody[Q],
  answer: A,
  told: CommandBody[A],
): Breach["pdus"] {
  return (link) => [...login(link, 1), link.c2s(request, asked, 7), link.s2c(answer, told, 7)];
}

function unanswered<Q extends CommandId>(request: Q, asked: CommandBody[Q], clientType: 1 | 0x11 = 1): Breach["pdus"] {
  return (link) => {
    const pdus = [...login(link, clientType), link.c2s(request, asked, 7)];
    link.wait(5001);
    const later = { changed_user_id: 2, sign_info: "" };
    return [...pdus, link.s2c(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, later)];
  };
}

const ofClients: readonly Breach[] = [
  {
    named: "must FRM-10 4",
    what: "a request whose body is no protobuf is answered",
    pdus: (link) => [
      ...login(link, 1),
      link.raw("c2s", CommandId.CID_MSG_UNREAD_CNT_REQUEST, Buffer.from("08", "hex"), 7),
      link.s2c(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, { user_id: 1, total_cnt: 0, unreadinfo_list: [] }, 7),
    ],
  },
  { named: "must CON-05 4", what: "no answer", pdus: unanswered(CommandId.CID_MSG_TIME_REQUEST, {}) },
  {
    named: "must LGN-03 2",
    what: "another status than asked for",
    pdus: (link) => login(link, 1, { online_status: 2 }),
  },
  {
    named: "must LGN-10 3",
    what: "somebody else's connection is kicked",
    pdus: (link) => [...login(link, 1), link.s2c(CommandId.CID_LOGIN_KICK_USER, { user_id: 9, kick_reason: 1 })],
  },
  {
    named: "must LGN-14 4",
    what: "a PC may kick PCs",
    pdus: answered(CommandId.CID_LOGIN_REQ_KICKPCCLIENT, { user_id: 1 }, CommandId.CID_LOGIN_RES_KICKPCCLIENT, {
      user_id: 1,
      result_code: 0,
    }),
  },
  {
    named: "must LGN-16 4",
    what: "another shield than was set",
    pdus: answered(
      CommandId.CID_LOGIN_REQ_PUSH_SHIELD,
      { user_id: 1, shield_status: 1 },
      CommandId.CID_LOGIN_RES_PUSH_SHIELD,
      { user_id: 1, result_code: 0, shield_status: 0 },
    ),
  },
  {
    named: "must PUL-02 4",
    what: "an empty list with another time than was asked",
    pdus: answered(
      CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST,
      { user_id: 1, latest_update_time: 5 },
      CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE,
      { user_id: 1, latest_update_time: 6, user_list: [] },
    ),
  },
  {
    named: "must PUL-03 4",
    what: "a user who was not asked for",
    pdus: answered(
      CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST,
      { user_id: 1, user_id_list: [2] },
      CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE,
      { user_id: 1, user_info_list: [{ ...user, user_id: 3 }] },
    ),
  },
  {
    named: "must PUL-04 4",
    what: "no answer",
    pdus: unanswered(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id: 1 }),
  },
  {
    named: "must PUL-05 4",
    what: "a group that is not newer than asked",
    pdus: answered(
      CommandId.CID_GROUP_INFO_REQUEST,
      { user_id: 1, group_version_list: [{ group_id: 4, version: 1 }] },
      CommandId.CID_GROUP_INFO_RESPONSE,
      { user_id: 1, group_info_list: [group] },
    ),
  },
  {
    named: "must PUL-06 4",
    what: "the oldest session first",
    pdus: answered(
      CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST,
      { user_id: 1, latest_update_time: 0 },
      CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE,
      { user_id: 1, contact_session_list: [contact, { ...contact, session_id: 3, updated_time: 11 }] },
    ),
  },
  {
    named: "must PUL-07 4",
    what: "the users in another order",
    pdus: answered(
      CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST,
      { user_id: 1, user_id_list: [2, 3] },
      CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE,
      { user_id: 1, user_stat_list: [3, 2].map((user_id) => ({ user_id, status: 1 })) },
    ),
  },
  {
    named: "must MSG-01 4",
    what: "the ack names another session",
    pdus: answered(CommandId.CID_MSG_DATA, message, CommandId.CID_MSG_DATA_ACK, {
      ...session,
      session_id: 3,
      msg_id: 1,
    }),
  },
  {
    named: "should MSG-03 3",
    what: "attach_data of servers in a delivered message",
    pdus: (link) => [
      ...login(link, 1),
      link.s2c(CommandId.CID_MSG_DATA, { ...message, from_user_id: 2, to_session_id: 1, msg_id: 1, attach_data }),
    ],
  },
  {
    named: "must MSG-15 4",
    what: "the oldest message first",
    pdus: answered(
      CommandId.CID_MSG_LIST_REQUEST,
      { ...session, msg_id_begin: 9, msg_cnt: 2 },
      CommandId.CID_MSG_LIST_RESPONSE,
      { ...session, msg_id_begin: 9, msg_list: [stored, { ...stored, msg_id: 2 }] },
    ),
  },
  {
    named: "must MSG-18 4",
    what: "a message that was not asked for",
    pdus: answered(
      CommandId.CID_MSG_GET_BY_MSG_ID_REQ,
      { ...session, msg_id_list: [2] },
      CommandId.CID_MSG_GET_BY_MSG_ID_RES,
      { ...session, msg_list: [stored] },
    ),
  },
  {
    named: "should MSG-24 4",
    what: "attach_data of servers in an answer",
    pdus: answered(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1 }, CommandId.CID_MSG_UNREAD_CNT_RESPONSE, {
      user_id: 1,
      total_cnt: 0,
      unreadinfo_list: [],
      attach_data,
    }),
  },
  {
    named: "must GRP-01 4",
    what: "a member twice in a new group",
    pdus: answered(
      CommandId.CID_GROUP_CREATE_REQUEST,
      { user_id: 1, group_type: 2, group_name: "g", group_avatar: "", member_id_list: [2] },
      CommandId.CID_GROUP_CREATE_RESPONSE,
      { user_id: 1, result_code: 0, group_id: 4, group_name: "g", user_id_list: [1, 2, 2] },
    ),
  },
  {
    named: "must GRP-02 3",
    what: "a group of version 0",
    pdus: (link) => [
      ...login(link, 1),
      link.s2c(CommandId.CID_GROUP_INFO_RESPONSE, { user_id: 1, group_info_list: [{ ...group, version: 0 }] }),
    ],
  },
  {
    named: "must GRP-06 3",
    what: "a group's message with a seq_num",
    pdus: (link) => [
      ...login(link, 1),
      link.s2c(CommandId.CID_MSG_DATA, { ...message, from_user_id: 2, to_session_id: 4, msg_id: 1, msg_type: 0x11 }, 9),
    ],
  },
  {
    named: "must GRP-09 4",
    what: "a result that is neither 0 nor 1",
    pdus: answered(
      CommandId.CID_GROUP_SHIELD_GROUP_REQUEST,
      { user_id: 1, group_id: 4, shield_status: 1 },
      CommandId.CID_GROUP_SHIELD_GROUP_RESPONSE,
      { user_id: 1, group_id: 4, result_code: 2 },
    ),
  },
  {
    named: "should GRP-10 6",
    what: "a shield that is not shown",
    pdus: (link) => [
      ...answered(
        CommandId.CID_GROUP_SHIELD_GROUP_REQUEST,
        { user_id: 1, group_id: 4, shield_status: 1 },
        CommandId.CID_GROUP_SHIELD_GROUP_RESPONSE,
        { user_id: 1, group_id: 4, result_code: 0 },
      )(link),
      link.c2s(CommandId.CID_GROUP_INFO_REQUEST, { user_id: 1, group_version_list: [{ group_id: 4, version: 0 }] }, 8),
      link.s2c(CommandId.CID_GROUP_INFO_RESPONSE, { user_id: 1, group_info_list: [group] }, 8),
    ],
  },
  {
    named: "must PRE-03 3",
    what: "a PC is told what only mobile devices are",
    pdus: (link) => [
      ...login(link, 1),
      link.s2c(CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY, { user_id: 1, login_stat: 1 }),
    ],
  },
  {
    named: "must PRE-04 4",
    what: "a signature that is too long is taken",
    pdus: answered(
      CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST,
      { user_id: 1, sign_info: "x".repeat(129) },
      CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_RESPONSE,
      { user_id: 1, result_code: 0, sign_info: "x" },
    ),
  },
  {
    named: "must FIL-03 4",
    what: "no answer",
    pdus: unanswered(CommandId.CID_FILE_HAS_OFFLINE_REQ, { user_id: 1 }),
  },
];

const ofServers: readonly (Breach & { readonly listener: Party })[] = [
  {
    named: "must FIL-06 1",
    what: "file_server asks for more than a segment",
    listener: "F",
    pdus: (link) => [
      link.s2c(CommandId.CID_FILE_PULL_DATA_REQ, {
        task_id: "t",
        user_id: 1,
        trans_mode: 2,
        offset: 0,
        data_size: 32_769,
      }),
    ],
  },
  {
    named: "must LSV-01 1",
    what: "a user_action that is neither 1 nor 2",
    listener: "L",
    pdus: (link) => [link.asks(CommandId.CID_OTHER_USER_CNT_UPDATE, { user_action: 0, user_id: 1 })],
  },
  {
    named: "should LSV-02 2",
    what: "result 0 without an address",
    listener: "L",
    pdus: (link) => [
      link.c2s(CommandId.CID_LOGIN_REQ_MSGSERVER, {}, 1),
      link.s2c(CommandId.CID_LOGIN_RES_MSGSERVER, { result_code: 0, port: 8000 }, 1),
    ],
  },
  {
    named: "must PSH-01 1",
    what: "a push_type that is neither 1 nor 2",
    listener: "P",
    pdus: (link) => [
      link.asks(CommandId.CID_OTHER_PUSH_TO_USER_REQ, {
        flash: "hi",
        data: "{}",
        user_token_list: [{ user_id: 2, user_type: 0x11, token: "ios:x", push_count: 1, push_type: 3 }],
      }),
    ],
  },
  ...[CommandId.CID_MSG_DATA_ACK, CommandId.CID_MSG_READ_ACK].map((command) => ({
    named: "must RTE-05 1",
    what: `route_server passes 0x0${command.toString(16)} on`,
    listener: "R" as const,
    pdus: (link: ClientLink) => [link.tells(command, { ...session, msg_id: 1 })],
  })),
  {
    named: "must RTE-06 2",
    what: "an answer with another attach_data",
    listener: "R",
    pdus: (link) => [
      link.asks(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, { user_id: 1, user_id_list: [2], attach_data }, 7),
      link.tells(
        CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE,
        { user_id: 1, user_stat_list: [{ user_id: 2, status: 1 }], attach_data: Buffer.from("080a12040000", "hex") },
        7,
      ),
    ],
  },
  {
    named: "must RTE-06 2",
    what: "not one status for each user",
    listener: "R",
    pdus: (link) => [
      link.asks(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, { user_id: 1, user_id_list: [2, 3], attach_data }, 7),
      link.tells(
        CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE,
        { user_id: 1, user_stat_list: [{ user_id: 2, status: 1 }], attach_data },
        7,
      ),
    ],
  },
  {
    named: "must DBP-01 2",
    what: "a valid login without user_info",
    listener: "D",
    pdus: (link) => [
      link.asks(CommandId.CID_OTHER_VALIDATE_REQ, { user_name: "user1", password: "x", attach_data }, 7),
      link.tells(CommandId.CID_OTHER_VALIDATE_RSP, { user_name: "user1", result_code: 0, attach_data }, 7),
    ],
  },
  ...(
    [
      ["another seq_num", 8, attach_data],
      ["another attach_data", 7, Buffer.from("080a12040000", "hex")],
      ["no attach_data", 7, undefined],
    ] as const
  ).map(([what, seqNum, attach]) => ({
    named: "must DBP-02 2",
    what: `an answer with ${what}`,
    listener: "D" as const,
    pdus: (link: ClientLink) => [
      link.asks(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1, attach_data }, 7),
      link.tells(
        CommandId.CID_MSG_UNREAD_CNT_RESPONSE,
        { user_id: 1, total_cnt: 0, unreadinfo_list: [], ...(attach && { attach_data: attach }) },
        seqNum,
      ),
    ],
  })),
  {
    named: "must DBP-03 2",
    what: "not one shield for each user",
    listener: "D",
    pdus: (link) => [
      link.asks(CommandId.CID_OTHER_GET_SHIELD_REQ, { group_id: 4, user_id: [1, 2], attach_data }, 7),
      link.tells(CommandId.CID_OTHER_GET_SHIELD_RSP, { group_id: 4, shield_status_list: [], attach_data }, 7),
    ],
  },
];

describe("--check", () => {
  it.each(ofClients)("names $named: $what", ({ named, pdus }) => {
    expect(found(pdus(new ClientLink(1, new PduClock(), true)))).toContain(named);
  });

  it.each(ofServers)("names $named between servers: $what", ({ named, listener, pdus }) => {
    expect(found(pdus(new ClientLink(1, new PduClock(), true, listener)))).toContain(named);
  });

  it("does not hold a delivery against one of two messages with the same id", () => {
    const clock = new PduClock();
    const [link, other] = [new ClientLink(1, clock, true), new ClientLink(2, clock, true)];
    const contents = ["one", "two"].map((text) => ({ ...message, msg_data: Buffer.from(text) }));
    const pdus = [
      ...login(link, 1),
      ...login(other, 1),
      ...contents.map((body, at) => link.c2s(CommandId.CID_MSG_DATA, body, 7 + at)),
      ...contents.map((_, at) => link.s2c(CommandId.CID_MSG_DATA_ACK, { ...session, msg_id: 5 }, 7 + at)),
      ...contents.map((body) => other.s2c(CommandId.CID_MSG_DATA, { ...body, msg_id: 5, create_time: 1_767_225_600 })),
    ];
    expect(found(pdus)).toEqual(["should MSG-02 8"]);
  });

  it("has no rule that no test makes fire", () => {
    const here = readFileSync(new URL(import.meta.url), "utf8");
    const beside = readFileSync(new URL("./requirement-checker.test.ts", import.meta.url), "utf8");
    const fired = new Set(
      Array.from(`${here}${beside}`.matchAll(/"((?:must|should) [A-Z]{3}-\d\d) \d+"/g), ([, id]) => id),
    );
    expect(rules.map(({ level, requirement }) => `${level} ${requirement}`).filter((id) => !fired.has(id))).toEqual([]);
  });
});

function login(link: ClientLink, client_type: 1 | 0x11, changes: { readonly online_status?: 2 } = {}): AnalysedPdu[] {
  const request = { user_name: "user1", password: "", online_status: 1, client_type } as const;
  const answer = { server_time: 1, result_code: 0, result_string: "ok", online_status: 1, user_info: user } as const;
  return [
    link.c2s(CommandId.CID_LOGIN_REQ_USERLOGIN, request, 1),
    link.s2c(CommandId.CID_LOGIN_RES_USERLOGIN, { ...answer, ...changes }, 1),
  ];
}

function found(pdus: readonly AnalysedPdu[]): string[] {
  const checker = new RequirementChecker();
  return pdus.flatMap((pdu) => checker.take(pdu).map(({ level, requirement }) => `${level} ${requirement} ${pdu.seq}`));
}
