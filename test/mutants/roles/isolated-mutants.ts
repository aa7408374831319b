import { CommandId } from "../../../src/codec/generated/commands.js";
import { ResultType, TransferFileType, UserStatType } from "../../../src/codec/generated/enums.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { ignores, neverSends, sends, takes } from "../fault-words.js";
import { isUndecodable, isUnknown } from "../framing-faults.js";
import type { PassingPdu } from "../passing-pdu.js";
import type { FaultyLine, WireFault } from "../wire-fault.js";
import { hearingHeartbeats, keepsBeating, learnsLateOfClose } from "./port-faults.js";
import type { RoleMutant } from "./role-mutant.js";

/** By which the msg_server knows whose question an answer is for; of bodies of any kind. */
interface Attached {
  readonly attach_data?: Buffer;
}

function attachmentOf(pdu: PassingPdu): Buffer | undefined {
  return isUndecodable(pdu) || isUnknown(pdu)
    ? undefined
    : (pdu.body(pdu.commandId as CommandId) as Attached).attach_data;
}

/** An answer is taken for that to the oldest question of its kind. */
function answeringInOrder(): WireFault {
  const kinds = new Map<number, number>([
    [CommandId.CID_OTHER_VALIDATE_REQ, CommandId.CID_OTHER_VALIDATE_RSP],
    [CommandId.CID_MSG_LIST_REQUEST, CommandId.CID_MSG_LIST_RESPONSE],
    [CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE],
  ]);
  const asked = new Map<number, { attach_data: Buffer; seqNum: number }[]>();
  return {
    received(pdu) {
      const answer = kinds.get(pdu.commandId);
      const attach_data = attachmentOf(pdu);
      if (answer === undefined || attach_data === undefined) return undefined;
      asked.set(answer, [...(asked.get(answer) ?? []), { attach_data, seqNum: pdu.header.seqNum }]);
      return undefined;
    },
    sent(pdu) {
      const oldest = asked.get(pdu.commandId)?.shift();
      if (oldest === undefined) return undefined;
      const commandId = pdu.commandId as CommandId;
      const body = { ...(pdu.body(commandId) as object), attach_data: oldest.attach_data };
      return [encodePdu(commandId, body as never, { seqNum: oldest.seqNum })];
    },
  };
}

/** Who connects after a client is gone is given what was still to come for it. */
function reusingHandles(): WireFault {
  const gone = new WeakSet<FaultyLine>();
  return {
    missesClose(line) {
      gone.add(line);
      return true;
    },
    sent(pdu, line) {
      if (!gone.has(line)) return undefined;
      line.all.at(-1)?.toClient(pdu.bytes);
      return [];
    },
  };
}

/** Users of questions to the database, whoever logged in. */
function askingForAnother(): WireFault {
  return {
    received(pdu) {
      if (isUnknown(pdu) || isUndecodable(pdu)) return undefined;
      const commandId = pdu.commandId as CommandId;
      const body = pdu.body(commandId) as { readonly user_id?: unknown };
      if (typeof body.user_id !== "number") return undefined;
      return [pdu.with(commandId, { ...body, user_id: (body.user_id ^ 1) >>> 0 } as never)];
    },
  };
}

/** What the route_server brings goes back to it. */
function sendingBack(): WireFault {
  const sentOn = new Set<number>([CommandId.CID_MSG_DATA, CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY]);
  return {
    sent(pdu, line) {
      if (sentOn.has(pdu.commandId)) line.toServer(pdu.bytes);
      return undefined;
    },
  };
}

/** Everybody here is told of a login before the route_server has said anything. */
function tellingLogins(): WireFault {
  return sends(CommandId.CID_LOGIN_RES_USERLOGIN, ({ user_info }, line) => {
    if (user_info === undefined) return undefined;
    const user_stat = { user_id: user_info.user_id, status: UserStatType.USER_STATUS_ONLINE };
    for (const other of line.all) other.toClient(encodePdu(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, { user_stat }));
    return undefined;
  });
}

function closingForWhatIsBroken(): WireFault {
  return {
    sent(pdu, line) {
      if (isUndecodable(pdu)) line.close();
      return undefined;
    },
  };
}

/** Whatever is asked goes over the oldest link. */
function usingOneLink(): WireFault {
  return {
    received(pdu, line) {
      line.all[0]?.toServer(pdu.bytes);
      return [];
    },
  };
}

const loginTime = new Set<number>([
  CommandId.CID_OTHER_VALIDATE_REQ,
  CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST,
  CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST,
  CommandId.CID_MSG_UNREAD_CNT_REQUEST,
  CommandId.CID_MSG_LIST_REQUEST,
  CommandId.CID_MSG_GET_BY_MSG_ID_REQ,
]);

/** A link serves what it served first, or nothing. */
function keepingToItsKind(): WireFault {
  const isForLogins = new WeakMap<FaultyLine, boolean>();
  return {
    received({ commandId }, line) {
      if (commandId === CommandId.CID_OTHER_HEARTBEAT) return undefined;
      const isLoginTime = loginTime.has(commandId);
      const own = isForLogins.get(line) ?? isLoginTime;
      isForLogins.set(line, own);
      return own === isLoginTime ? undefined : [];
    },
  };
}

/** Whoever is dialled is told to be the master. */
function makingMasters(): WireFault {
  return { opened: (line) => line.toServer(encodePdu(CommandId.CID_OTHER_ROLE_SET, { master: 1 })) };
}

const REGISTRATION = CommandId.CID_OTHER_MSG_SERV_INFO;
const COUNT = CommandId.CID_OTHER_USER_CNT_UPDATE;

/** The wires lie between the msg_server and what the suite plays: what it says to them is what is "received" there. */
export const isolatedMutants: readonly RoleMutant[] = [
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

  {
    id: "names-in-lower-case",
    breaks: ["DBP-01"],
    ports: {
      db: () =>
        takes(CommandId.CID_OTHER_VALIDATE_REQ, (body) => ({ ...body, user_name: body.user_name.toLowerCase() })),
    },
  },
  {
    id: "refusals-by-another-number",
    breaks: ["LGN-02", "LGN-05"],
    ports: {
      target: () =>
        sends(CommandId.CID_LOGIN_RES_USERLOGIN, (body) =>
          body.result_code === ResultType.REFUSE_REASON_NONE
            ? undefined
            : { ...body, result_code: ResultType.REFUSE_REASON_VERSION_TOO_OLD },
        ),
    },
  },
  {
    id: "answers-in-the-order-of-questions",
    breaks: ["DBP-02", "RTE-06"],
    ports: { db: answeringInOrder, route: answeringInOrder },
  },
  { id: "end-of-a-client-noticed-late", breaks: ["CON-04", "LSV-01", "RTE-01"], ports: { target: learnsLateOfClose } },
  { id: "handle-of-a-client-used-again", breaks: ["CON-04"], ports: { target: reusingHandles } },
  {
    id: "mobile-kicks-not-sent",
    breaks: ["LGN-14"],
    ports: { route: () => ignores(CommandId.CID_OTHER_SERVER_KICK_USER, ({ reason }) => reason === 2) },
  },
  {
    id: "tokens-not-stored",
    breaks: ["LGN-15"],
    ports: { db: () => ignores(CommandId.CID_LOGIN_REQ_DEVICETOKEN) },
  },
  { id: "asks-in-anothers-name", breaks: ["CON-07"], ports: { db: askingForAnother } },
  {
    id: "attach-data-left-in",
    breaks: ["MSG-24"],
    ports: {
      target: () =>
        sends(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, (body) => ({ ...body, attach_data: Buffer.alloc(12, 1) })),
    },
  },
  { id: "news-sent-back", breaks: ["RTE-05"], ports: { route: sendingBack } },
  {
    id: "p2p-commands-relayed-twice",
    breaks: ["MSG-20"],
    ports: {
      route: () => ({
        received: (pdu) => (pdu.commandId === CommandId.CID_SWITCH_P2P_CMD ? [pdu.bytes, pdu.bytes] : undefined),
      }),
    },
  },
  {
    id: "logins-told-by-itself",
    breaks: ["PRE-01"],
    ports: { target: tellingLogins },
  },
  ...(
    [
      ["presence", "PRE-01", CommandId.CID_BUDDY_LIST_STATUS_NOTIFY],
      ["pc-login", "PRE-03", CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY],
      ["signature", "PRE-04", CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY],
      ["read", "MSG-14", CommandId.CID_MSG_READ_NOTIFY],
      ["group-change", "GRP-05", CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY],
      ["file", "FIL-01", CommandId.CID_FILE_NOTIFY],
    ] as const
  ).map(
    ([name, requirement, commandId]): RoleMutant => ({
      id: `${name}-not-told-to-clients`,
      breaks: [requirement],
      ports: { target: () => neverSends(commandId) },
    }),
  ),
  {
    id: "removed-sessions-not-relayed",
    breaks: ["MSG-22"],
    ports: { route: () => ignores(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY) },
  },
  {
    id: "link-closed-for-what-it-cannot-read",
    breaks: ["FRM-10"],
    ports: { db: closingForWhatIsBroken, route: closingForWhatIsBroken },
  },
  {
    id: "online-tasks-always",
    breaks: ["FIL-02"],
    ports: {
      file: () =>
        takes(CommandId.CID_OTHER_FILE_TRANSFER_REQ, (body) => ({
          ...body,
          trans_mode: TransferFileType.FILE_TYPE_ONLINE,
        })),
    },
  },
  {
    id: "stored-files-not-noted",
    breaks: ["FIL-03"],
    ports: { db: () => ignores(CommandId.CID_FILE_ADD_OFFLINE_REQ) },
  },
  {
    id: "stored-files-without-addresses",
    breaks: ["FIL-03"],
    ports: {
      target: () => sends(CommandId.CID_FILE_HAS_OFFLINE_RES, (body) => ({ ...body, ip_addr_list: [] })),
    },
  },
  {
    id: "silent-without-a-route-server",
    breaks: ["RTE-11"],
    ports: { target: () => neverSends(CommandId.CID_MSG_DATA) },
  },
  { id: "lost-database-links-kept", breaks: ["DBP-04"], ports: { db: keepsBeating } },
  ...(["db", "login", "route"] as const).map(
    (role): RoleMutant => ({
      id: `loss-of-${role}-not-noticed`,
      breaks: ["LGN-05"],
      ports: { [role]: keepsBeating },
    }),
  ),
  { id: "one-link-for-all-questions", breaks: ["DBP-05", "DBP-04"], ports: { db: usingOneLink } },
  { id: "no-other-link-when-all-are-lost", breaks: ["DBP-05"], ports: { db: keepingToItsKind } },
  ...(["db", "login", "route"] as const).map(
    (role): RoleMutant => ({
      id: `silence-of-${role}-not-noticed`,
      breaks: ["RTE-09"],
      ports: { [role]: hearingHeartbeats },
    }),
  ),
  { id: "every-route-server-is-the-master", breaks: ["RTE-08"], ports: { route: makingMasters } },
  ...(["db", "login"] as const).map(
    (role): RoleMutant => ({
      id: `no-heartbeats-to-${role}`,
      breaks: ["RTE-09"],
      ports: { [role]: () => ignores(CommandId.CID_OTHER_HEARTBEAT) },
    }),
  ),
];
