import { CommandId } from "../../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../../src/codec/generated/enums.js";
import { ignores, neverSends, sends, sendsHeader, takes } from "../fault-words.js";
import type { FaultyLine, WireFault } from "../wire-fault.js";
import { none, staysOpen } from "./port-faults.js";
import type { RoleMutant } from "./role-mutant.js";

const AUDIO_HEADER_BYTES = 4;

/** What history gives back of messages. */
function contents(kept: (data: Buffer, type: MsgType) => Buffer): WireFault {
  return sends(CommandId.CID_MSG_LIST_RESPONSE, (body) => ({
    ...body,
    msg_list: body.msg_list.map((each) => ({ ...each, msg_data: kept(each.msg_data, each.msg_type) })),
  }));
}

/** An answer goes out on the link that was opened last. */
function answeringOnTheNewest(): WireFault {
  return {
    sent(pdu, line) {
      const newest = line.all.at(-1) ?? line;
      newest.toClient(pdu.bytes);
      return [];
    },
  };
}

/** The list of a user's groups is empty after each temporary one that was made on the link. */
function forgettingGroups(): WireFault {
  const madeOne = new WeakSet<FaultyLine>();
  return {
    sent(pdu, line) {
      if (pdu.commandId === CommandId.CID_GROUP_CREATE_RESPONSE) madeOne.add(line);
      const list = CommandId.CID_GROUP_NORMAL_LIST_RESPONSE;
      const body = pdu.commandId === list && madeOne.has(line) ? pdu.body(list) : undefined;
      return body === undefined ? undefined : [pdu.with(list, { ...body, group_version_list: [] })];
    },
  };
}

const VALIDATED = CommandId.CID_OTHER_VALIDATE_RSP;
const HISTORY = CommandId.CID_MSG_LIST_RESPONSE;

export const dbMutants: readonly RoleMutant[] = [
  {
    id: "validation-loses-attach-data",
    breaks: ["DBP-01"],
    ports: { target: () => sends(VALIDATED, (body) => ({ ...body, attach_data: none })) },
  },
  {
    id: "history-loses-attach-data",
    breaks: ["DBP-02"],
    ports: { target: () => sends(HISTORY, (body) => ({ ...body, attach_data: none })) },
  },
  {
    id: "everybody-is-let-in",
    breaks: ["DBP-01"],
    ports: { target: () => sends(VALIDATED, (body) => ({ ...body, result_code: 0 })) },
  },
  {
    id: "any-password-is-right-in-plain",
    breaks: ["DBP-01"],
    ports: { target: () => neverSends(VALIDATED, ({ result_code }) => result_code !== 0) },
  },
  {
    id: "no-lock-out",
    breaks: ["DBP-01"],
    ports: {
      target: () => sends(VALIDATED, (body) => (body.result_code === 6 ? { ...body, result_code: 1 } : undefined)),
    },
  },
  {
    id: "user-without-id",
    breaks: ["DBP-01"],
    ports: {
      target: () =>
        sends(VALIDATED, (body) =>
          body.user_info === undefined ? undefined : { ...body, user_info: { ...body.user_info, user_id: 0 } },
        ),
    },
  },
  {
    id: "message-ids-skip",
    breaks: ["MSG-02"],
    ports: {
      target: () =>
        sends(CommandId.CID_MSG_DATA, (body) => (body.msg_id > 1 ? { ...body, msg_id: body.msg_id + 1 } : undefined)),
    },
  },
  {
    id: "nothing-unread",
    breaks: ["MSG-11"],
    ports: {
      target: () => sends(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, (body) => ({ ...body, unreadinfo_list: [] })),
    },
  },
  { id: "read-acks-ignored", breaks: ["MSG-14"], ports: { target: () => ignores(CommandId.CID_MSG_READ_ACK) } },
  {
    id: "history-oldest-first",
    breaks: ["MSG-15"],
    ports: { target: () => sends(HISTORY, (body) => ({ ...body, msg_list: body.msg_list.toReversed() })) },
  },
  {
    id: "history-lacks-the-newest",
    breaks: ["MSG-15"],
    ports: { target: () => sends(HISTORY, (body) => ({ ...body, msg_list: body.msg_list.slice(1) })) },
  },
  {
    id: "by-id-lacks-one",
    breaks: ["MSG-18"],
    ports: {
      target: () =>
        sends(CommandId.CID_MSG_GET_BY_MSG_ID_RES, (body) => ({ ...body, msg_list: body.msg_list.slice(1) })),
    },
  },
  {
    id: "latest-id-of-strangers-is-one",
    breaks: ["MSG-17"],
    ports: {
      target: () =>
        sends(CommandId.CID_MSG_GET_LATEST_MSG_ID_RSP, (body) => ({
          ...body,
          latest_msg_id: Math.max(1, body.latest_msg_id),
        })),
    },
  },
  {
    id: "no-tokens",
    breaks: ["DBP-03"],
    ports: {
      target: () => sends(CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP, (body) => ({ ...body, user_token_info: [] })),
    },
  },
  {
    id: "no-shields",
    breaks: ["DBP-03"],
    ports: { target: () => sends(CommandId.CID_OTHER_GET_SHIELD_RSP, (body) => ({ ...body, shield_status_list: [] })) },
  },
  {
    id: "departments-without-time",
    breaks: ["PUL-01"],
    ports: {
      target: () => sends(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, (body) => ({ ...body, latest_update_time: 0 })),
    },
  },
  {
    id: "no-users",
    breaks: ["PUL-02"],
    ports: { target: () => sends(CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE, (body) => ({ ...body, user_list: [] })) },
  },
  {
    id: "no-sessions",
    breaks: ["PUL-06"],
    ports: {
      target: () =>
        sends(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE, (body) => ({
          ...body,
          contact_session_list: [],
        })),
    },
  },
  {
    id: "sessions-stay",
    breaks: ["MSG-22"],
    ports: { target: () => ignores(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ) },
  },
  {
    id: "group-version-stays",
    breaks: ["GRP-05"],
    ports: {
      target: () =>
        sends(CommandId.CID_GROUP_INFO_RESPONSE, (body) => ({
          ...body,
          group_info_list: body.group_info_list.map((each) => ({ ...each, version: 1 })),
        })),
    },
  },
  {
    id: "group-change-names-nobody",
    breaks: ["GRP-03"],
    ports: {
      target: () => sends(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, (body) => ({ ...body, chg_user_id_list: [] })),
    },
  },
  {
    id: "group-without-members",
    breaks: ["GRP-02"],
    ports: {
      target: () => sends(CommandId.CID_GROUP_CREATE_RESPONSE, (body) => ({ ...body, user_id_list: [] })),
    },
  },
  { id: "no-heartbeats", breaks: ["RTE-09"], ports: { target: () => neverSends(CommandId.CID_OTHER_HEARTBEAT) } },
  { id: "silent-link-stays-open", breaks: ["RTE-09"], ports: { target: staysOpen } },

  {
    id: "seq-num-of-15-bits",
    breaks: ["DBP-02"],
    ports: { target: () => sendsHeader(({ seqNum }) => (seqNum > 0x7fff ? { seqNum: seqNum & 0x7fff } : undefined)) },
  },
  { id: "answers-on-the-newest-link", breaks: ["DBP-02"], ports: { target: answeringOnTheNewest } },
  {
    id: "last-user-left-out",
    breaks: ["PUL-03"],
    ports: {
      target: () =>
        sends(CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE, (body) => ({
          ...body,
          user_info_list: body.user_info_list.slice(0, -1),
        })),
    },
  },
  {
    id: "users-without-names",
    breaks: ["DBP-01"],
    ports: {
      target: () =>
        sends(VALIDATED, (body) =>
          body.user_info === undefined
            ? undefined
            : { ...body, user_info: { ...body.user_info, user_nick_name: "", sign_info: "" } },
        ),
    },
  },
  {
    id: "signatures-of-any-length",
    breaks: ["PRE-04"],
    ports: {
      target: () => sends(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_RESPONSE, (body) => ({ ...body, result_code: 0 })),
    },
  },
  {
    id: "nobody-is-ever-disturbed",
    breaks: ["LGN-16"],
    ports: {
      target: () => sends(CommandId.CID_LOGIN_RES_QUERY_PUSH_SHIELD, (body) => ({ ...body, shield_status: 0 })),
    },
  },
  {
    id: "content-as-ascii",
    breaks: ["MSG-05"],
    ports: { target: () => contents((data) => Buffer.from(data.map((byte) => (byte > 0x7f ? 0x3f : byte)))) },
  },
  {
    id: "content-of-4095-bytes",
    breaks: ["MSG-05"],
    ports: { target: () => contents((data) => data.subarray(0, 4095)) },
  },
  {
    id: "audio-without-duration",
    breaks: ["MSG-19"],
    ports: {
      target: () =>
        contents((data, type) => (type === MsgType.MSG_TYPE_SINGLE_AUDIO ? data.subarray(AUDIO_HEADER_BYTES) : data)),
    },
  },
  {
    id: "any-group-can-be-made",
    breaks: ["GRP-01"],
    ports: { target: () => sends(CommandId.CID_GROUP_CREATE_RESPONSE, (body) => ({ ...body, result_code: 0 })) },
  },
  {
    id: "any-change-of-a-group-is-done",
    breaks: ["GRP-03", "GRP-04"],
    ports: { target: () => sends(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, (body) => ({ ...body, result_code: 0 })) },
  },
  {
    id: "group-versions-not-compared",
    breaks: ["PUL-05"],
    ports: {
      target: () =>
        takes(CommandId.CID_GROUP_INFO_REQUEST, (body) => ({
          ...body,
          group_version_list: body.group_version_list.map((each) => ({ ...each, version: 0 })),
        })),
    },
  },
  {
    id: "no-normal-groups",
    breaks: ["PUL-04"],
    // Those who look for groups before the first case are none of its business.
    ports: { target: forgettingGroups },
  },
  {
    id: "group-messages-never-unread",
    breaks: ["GRP-08"],
    ports: {
      target: () =>
        sends(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, (body) => ({
          ...body,
          unreadinfo_list: body.unreadinfo_list.filter((each) => each.session_type === SessionType.SESSION_TYPE_SINGLE),
        })),
    },
  },
  {
    id: "change-answered-with-another-group",
    breaks: ["GRP-03"],
    ports: {
      target: () =>
        sends(CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE, (body) => ({ ...body, group_id: (body.group_id ?? 0) + 1 })),
    },
  },
  {
    id: "history-in-the-name-of-user-0",
    breaks: ["DBP-02"],
    ports: { target: () => sends(CommandId.CID_MSG_LIST_RESPONSE, (body) => ({ ...body, user_id: 0 })) },
  },
  {
    id: "by-id-without-times",
    breaks: ["MSG-18"],
    ports: {
      target: () =>
        sends(CommandId.CID_MSG_GET_BY_MSG_ID_RES, (body) => ({
          ...body,
          msg_list: body.msg_list.map((message) => ({ ...message, create_time: 0 })),
        })),
    },
  },
  {
    id: "all-users-of-another-gender",
    breaks: ["PUL-02"],
    ports: {
      target: () =>
        sends(CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE, (body) => ({
          ...body,
          user_list: body.user_list.map((user) => ({ ...user, user_gender: user.user_gender + 1 })),
        })),
    },
  },
  {
    id: "signature-answered-without-text",
    breaks: ["PRE-04"],
    ports: {
      target: () => sends(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_RESPONSE, ({ sign_info, ...body }) => body),
    },
  },
];
