import { CommandId } from "../../src/codec/generated/commands.js";
import { ClientFileState, ResultType, UserStatType } from "../../src/codec/generated/enums.js";
import { framePdu } from "../../src/codec/pdu.js";
import { commandById } from "../../src/codec/registry.js";
import { ignores, neverSends, sends, sendsHeader, sendsTwice, takes } from "./fault-words.js";
import type { Mutant } from "./mutant.js";
import type { FaultyLine, WireFault } from "./wire-fault.js";

type RoleMutant = Omit<Mutant, "role" | "ports"> & { readonly ports: NonNullable<Mutant["ports"]> };

const none = Buffer.alloc(0);

/** The server closed, and nobody learns of it. */
const staysOpen = (): WireFault => ({ staysOpen: () => true });
/** Somebody hung up, and the server does not learn of it. */
const missesClose = (): WireFault => ({ missesClose: () => true });

const relayed = [
  CommandId.CID_MSG_DATA,
  CommandId.CID_SWITCH_P2P_CMD,
  CommandId.CID_MSG_READ_NOTIFY,
  CommandId.CID_OTHER_SERVER_KICK_USER,
  CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
  CommandId.CID_FILE_NOTIFY,
  CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY,
  CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY,
] as const;

function hexOf(commandId: number): string {
  return `0x${commandId.toString(16).padStart(4, "0")}`;
}

/** Passed on to every other link, though nobody should be told. */
function passesOn(isIt: (commandId: number) => boolean): WireFault {
  return {
    received(pdu, line) {
      if (isIt(pdu.commandId)) for (const other of line.all) if (other !== line) other.toClient(pdu.bytes);
      return undefined;
    },
  };
}

function forgetsOrigin(): WireFault {
  let origin: FaultyLine | undefined;
  return {
    received(pdu, line) {
      if (pdu.commandId === CommandId.CID_OTHER_USER_STATUS_UPDATE) origin = line;
      return undefined;
    },
    sent: (pdu, line) => (pdu.commandId === CommandId.CID_BUDDY_LIST_STATUS_NOTIFY && line === origin ? [] : undefined),
  };
}

const STATUS = CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE;

const route: readonly RoleMutant[] = [
  {
    id: "status-loses-attach-data",
    breaks: ["RTE-06"],
    ports: { target: () => sends(STATUS, (body) => ({ ...body, attach_data: none })) },
  },
  {
    id: "everybody-is-online",
    breaks: ["RTE-06"],
    ports: {
      target: () =>
        sends(STATUS, (body) => ({
          ...body,
          user_stat_list: body.user_stat_list.map((each) => ({ ...each, status: UserStatType.USER_STATUS_ONLINE })),
        })),
    },
  },
  {
    id: "status-in-another-order",
    breaks: ["RTE-06"],
    ports: {
      target: () => sends(STATUS, (body) => ({ ...body, user_stat_list: body.user_stat_list.toReversed() })),
    },
  },
  {
    id: "status-of-a-thousand-at-most",
    breaks: ["RTE-06"],
    ports: {
      target: () => sends(STATUS, (body) => ({ ...body, user_stat_list: body.user_stat_list.slice(0, 1000) })),
    },
  },
  {
    id: "snapshot-ignored",
    breaks: ["RTE-01"],
    ports: { target: () => ignores(CommandId.CID_OTHER_ONLINE_USER_INFO) },
  },
  {
    id: "updates-ignored",
    breaks: ["RTE-03", "RTE-04"],
    ports: { target: () => ignores(CommandId.CID_OTHER_USER_STATUS_UPDATE) },
  },
  {
    id: "presence-not-told",
    breaks: ["RTE-04"],
    ports: { target: () => neverSends(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY) },
  },
  { id: "presence-not-told-to-its-origin", breaks: ["RTE-04"], ports: { target: forgetsOrigin } },
  {
    id: "pc-login-not-told",
    breaks: ["RTE-03"],
    ports: { target: () => neverSends(CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY) },
  },
  {
    id: "pc-login-never-ends",
    breaks: ["RTE-03"],
    ports: {
      target: () =>
        sends(CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY, (body) => ({
          ...body,
          login_status: UserStatType.USER_STATUS_ONLINE,
        })),
    },
  },
  ...relayed.map(
    (commandId): RoleMutant => ({
      id: `does-not-relay-${hexOf(commandId)}`,
      breaks: ["RTE-05"],
      ports: { target: () => neverSends(commandId) },
    }),
  ),
  { id: "relays-twice", breaks: ["RTE-05"], ports: { target: () => sendsTwice(CommandId.CID_MSG_DATA) } },
  {
    id: "relays-back",
    breaks: ["RTE-05"],
    ports: {
      target: () => ({
        received(pdu, line) {
          if (pdu.commandId === CommandId.CID_SWITCH_P2P_CMD) line.toClient(pdu.bytes);
          return undefined;
        },
      }),
    },
  },
  {
    id: "relays-acks",
    breaks: ["RTE-05"],
    ports: { target: () => passesOn((id) => id === CommandId.CID_MSG_DATA_ACK) },
  },
  {
    id: "relays-read-acks",
    breaks: ["RTE-05"],
    ports: { target: () => passesOn((id) => id === CommandId.CID_MSG_READ_ACK) },
  },
  {
    id: "relays-unknown-commands",
    breaks: ["RTE-05"],
    ports: { target: () => passesOn((id) => commandById(id) === undefined) },
  },
  {
    id: "relay-loses-seq-num",
    breaks: ["RTE-05"],
    ports: {
      target: () => sendsHeader(({ commandId }) => (commandId === CommandId.CID_MSG_DATA ? { seqNum: 0 } : undefined)),
    },
  },
  {
    id: "relay-loses-unknown-fields",
    breaks: ["RTE-05"],
    ports: {
      target: () => ({
        sent(pdu) {
          const body = pdu.asWeEncode();
          return body === undefined || body.equals(pdu.rawBody)
            ? undefined
            : [framePdu(pdu.commandId, body, pdu.header)];
        },
      }),
    },
  },
  { id: "keeps-users-of-a-lost-link", breaks: ["RTE-07"], ports: { target: missesClose } },
  { id: "no-heartbeats", breaks: ["RTE-09"], ports: { target: () => neverSends(CommandId.CID_OTHER_HEARTBEAT) } },
  { id: "silent-link-stays-open", breaks: ["RTE-09"], ports: { target: staysOpen } },
  {
    id: "closes-for-what-it-cannot-read",
    breaks: ["RTE-10"],
    ports: {
      target: () => ({
        received(pdu, line) {
          if (commandById(pdu.commandId) !== undefined && pdu.asWeEncode() === undefined) line.close();
          return undefined;
        },
      }),
    },
  },
];

const REGISTRATION = CommandId.CID_OTHER_MSG_SERV_INFO;
const COUNT = CommandId.CID_OTHER_USER_CNT_UPDATE;
const OFFER = CommandId.CID_LOGIN_RES_MSGSERVER;

const login: readonly RoleMutant[] = [
  { id: "registration-ignored", breaks: ["LSV-01"], ports: { target: () => ignores(REGISTRATION) } },
  { id: "counts-ignored", breaks: ["LSV-01"], ports: { target: () => ignores(COUNT) } },
  {
    id: "counts-backwards",
    breaks: ["LSV-01"],
    ports: { target: () => takes(COUNT, (body) => ({ ...body, user_action: 3 - body.user_action })) },
  },
  {
    id: "departures-ignored",
    breaks: ["LSV-01"],
    ports: { target: () => ignores(COUNT, ({ user_action }) => user_action === 2) },
  },
  {
    id: "addresses-swapped",
    breaks: ["LSV-01"],
    ports: { target: () => takes(REGISTRATION, (body) => ({ ...body, ip1: body.ip2, ip2: body.ip1 })) },
  },
  {
    id: "another-port",
    breaks: ["LSV-01"],
    ports: { target: () => takes(REGISTRATION, (body) => ({ ...body, port: body.port ^ 1 })) },
  },
  {
    id: "full-is-offered",
    breaks: ["LSV-03"],
    ports: { target: () => takes(REGISTRATION, (body) => ({ ...body, max_conn_cnt: 1_000_000 })) },
  },
  {
    id: "users-at-registration-ignored",
    breaks: ["LSV-01"],
    ports: { target: () => takes(REGISTRATION, (body) => ({ ...body, cur_conn_cnt: 0 })) },
  },
  { id: "lost-is-offered", breaks: ["LSV-04"], ports: { target: missesClose } },
  { id: "no-heartbeats", breaks: ["RTE-09"], ports: { target: () => neverSends(CommandId.CID_OTHER_HEARTBEAT) } },
  { id: "no-offer", breaks: ["LSV-02"], ports: { clients: () => neverSends(OFFER) } },
  {
    id: "offer-of-another-port",
    breaks: ["LSV-02"],
    ports: { clients: () => sends(OFFER, (body) => ({ ...body, port: (body.port ?? 0) ^ 1 })) },
  },
  {
    id: "offer-says-all-is-well",
    breaks: ["LSV-02"],
    ports: { clients: () => sends(OFFER, (body) => ({ ...body, result_code: ResultType.REFUSE_REASON_NONE })) },
  },
  { id: "offer-with-seq-zero", breaks: ["LSV-02"], ports: { clients: () => sendsHeader(() => ({ seqNum: 0 })) } },
  { id: "offer-stays-open", breaks: ["LSV-02"], ports: { clients: staysOpen } },
];

const VALIDATED = CommandId.CID_OTHER_VALIDATE_RSP;
const HISTORY = CommandId.CID_MSG_LIST_RESPONSE;

const db: readonly RoleMutant[] = [
  { id: "seq-num-lost", breaks: ["DBP-02"], ports: { target: () => sendsHeader(() => ({ seqNum: 0 })) } },
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
];

const LOGGED_IN = CommandId.CID_FILE_LOGIN_RES;
const STATE = CommandId.CID_FILE_STATE;
const { CLIENT_FILE_DONE, CLIENT_FILE_PEER_READY, CLIENT_FILE_CANCEL, CLIENT_FILE_REFUSE } = ClientFileState;

const file: readonly RoleMutant[] = [
  {
    id: "tasks-share-an-id",
    breaks: ["FIL-01"],
    ports: { target: () => sends(CommandId.CID_OTHER_FILE_TRANSFER_RSP, (body) => ({ ...body, task_id: "task" })) },
  },
  {
    id: "no-addresses",
    breaks: ["FIL-01"],
    ports: { target: () => sends(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, (body) => ({ ...body, ip_addr_list: [] })) },
  },
  {
    id: "nobody-is-let-in",
    breaks: ["FIL-04"],
    ports: { clients: () => sends(LOGGED_IN, (body) => ({ ...body, result_code: 1 })) },
  },
  {
    id: "anybody-is-let-in",
    breaks: ["FIL-04"],
    ports: { clients: () => sends(LOGGED_IN, (body) => ({ ...body, result_code: 0 })) },
  },
  { id: "refused-stays-open", breaks: ["FIL-04"], ports: { clients: staysOpen } },
  ...(
    [
      ["peer-ready", CLIENT_FILE_PEER_READY],
      ["done", CLIENT_FILE_DONE],
      ["cancel", CLIENT_FILE_CANCEL],
      ["refuse", CLIENT_FILE_REFUSE],
    ] as const
  ).map(
    ([name, wanted]): RoleMutant => ({
      id: `${name}-not-told`,
      breaks: ["FIL-05"],
      ports: { clients: () => neverSends(STATE, ({ state }) => state === wanted) },
    }),
  ),
  {
    id: "pulls-not-passed",
    breaks: ["FIL-05"],
    ports: { clients: () => neverSends(CommandId.CID_FILE_PULL_DATA_REQ) },
  },
  {
    id: "data-not-passed",
    breaks: ["FIL-05"],
    ports: { clients: () => neverSends(CommandId.CID_FILE_PULL_DATA_RSP) },
  },
  {
    id: "a-byte-turned",
    breaks: ["FIL-06"],
    ports: {
      clients: () =>
        sends(CommandId.CID_FILE_PULL_DATA_RSP, (body) => {
          const turned = Buffer.from(body.file_data);
          if (turned.length === 0) return undefined;
          turned[0] = (turned[0] ?? 0) ^ 1;
          return { ...body, file_data: turned };
        }),
    },
  },
  {
    id: "short-segments",
    breaks: ["FIL-06"],
    ports: {
      clients: () =>
        sends(CommandId.CID_FILE_PULL_DATA_REQ, (body) => ({ ...body, data_size: Math.min(body.data_size, 1024) })),
    },
  },
  { id: "no-heartbeats", breaks: ["RTE-09"], ports: { target: () => neverSends(CommandId.CID_OTHER_HEARTBEAT) } },
];

/** The wires lie between the msg_server and what the suite plays: what it says to them is what is "received" there. */
const isolated: readonly RoleMutant[] = [
  {
    id: "status-not-reported",
    breaks: ["RTE-01"],
    ports: { route: () => ignores(CommandId.CID_OTHER_USER_STATUS_UPDATE) },
  },
  { id: "no-snapshot", breaks: ["RTE-01"], ports: { route: () => ignores(CommandId.CID_OTHER_ONLINE_USER_INFO) } },
  { id: "no-master", breaks: ["RTE-08"], ports: { route: () => ignores(CommandId.CID_OTHER_ROLE_SET) } },
  { id: "messages-not-relayed", breaks: ["MSG-03"], ports: { route: () => ignores(CommandId.CID_MSG_DATA) } },
  {
    id: "messages-relayed-twice",
    breaks: ["MSG-03"],
    ports: {
      route: () => ({
        received: (pdu) => (pdu.commandId === CommandId.CID_MSG_DATA ? [pdu.bytes, pdu.bytes] : undefined),
      }),
    },
  },
  { id: "kicks-not-sent", breaks: ["LGN-11"], ports: { route: () => ignores(CommandId.CID_OTHER_SERVER_KICK_USER) } },
  { id: "reads-not-relayed", breaks: ["MSG-14"], ports: { route: () => ignores(CommandId.CID_MSG_READ_NOTIFY) } },
  {
    id: "group-changes-not-relayed",
    breaks: ["GRP-05"],
    ports: { route: () => ignores(CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY) },
  },
  { id: "no-heartbeats", breaks: ["RTE-09"], ports: { route: () => ignores(CommandId.CID_OTHER_HEARTBEAT) } },
  { id: "does-not-register", breaks: ["LSV-01"], ports: { login: () => ignores(REGISTRATION) } },
  { id: "does-not-count", breaks: ["LSV-01"], ports: { login: () => ignores(COUNT) } },
  {
    id: "counts-backwards",
    breaks: ["LSV-01"],
    ports: { login: () => takes(COUNT, (body) => ({ ...body, user_action: 3 - body.user_action })) },
  },
  { id: "messages-not-stored", breaks: ["DBP-02"], ports: { db: () => ignores(CommandId.CID_MSG_DATA) } },
  { id: "reads-not-stored", breaks: ["MSG-14"], ports: { db: () => ignores(CommandId.CID_MSG_READ_ACK) } },
  {
    id: "tokens-not-asked",
    breaks: ["PSH-01"],
    ports: { db: () => ignores(CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ) },
  },
  { id: "shields-not-asked", breaks: ["PSH-02"], ports: { db: () => ignores(CommandId.CID_OTHER_GET_SHIELD_REQ) } },
  { id: "no-pushes", breaks: ["PSH-01"], ports: { push: () => ignores(CommandId.CID_OTHER_PUSH_TO_USER_REQ) } },
  {
    id: "pushes-always-loud",
    breaks: ["PSH-01"],
    ports: {
      push: () =>
        takes(CommandId.CID_OTHER_PUSH_TO_USER_REQ, (body) => ({
          ...body,
          user_token_list: body.user_token_list.map((each) => ({ ...each, push_type: 1 })),
        })),
    },
  },
  {
    id: "pushes-without-text",
    breaks: ["PSH-01"],
    ports: { push: () => takes(CommandId.CID_OTHER_PUSH_TO_USER_REQ, (body) => ({ ...body, flash: "" })) },
  },
  {
    id: "file-tasks-not-asked",
    breaks: ["FIL-01"],
    ports: { file: () => ignores(CommandId.CID_OTHER_FILE_TRANSFER_REQ) },
  },
  {
    id: "answers-lost",
    breaks: ["DBP-02"],
    ports: { target: () => neverSends(CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE) },
  },
  { id: "kicks-not-told", breaks: ["LGN-10"], ports: { target: () => neverSends(CommandId.CID_LOGIN_KICK_USER) } },
  { id: "messages-not-delivered", breaks: ["MSG-03"], ports: { target: () => neverSends(CommandId.CID_MSG_DATA) } },
  { id: "acks-lost", breaks: ["MSG-01"], ports: { target: () => neverSends(CommandId.CID_MSG_DATA_ACK) } },
];

/** Faults of the servers that clients do not see, or not as such, by role: `route.relays-twice`. */
export const roleMutants: readonly Mutant[] = Object.entries({
  route,
  login,
  db,
  file,
  "msg-isolated": isolated,
}).flatMap(([role, mutants]) =>
  mutants.map((mutant) => ({ ...mutant, id: `${role}.${mutant.id}`, role: role as NonNullable<Mutant["role"]> })),
);
