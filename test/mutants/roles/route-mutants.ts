import { CommandId } from "../../../src/codec/generated/commands.js";
import { ClientType, UserStatType } from "../../../src/codec/generated/enums.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { commandById } from "../../../src/codec/registry.js";
import { ignores, neverSends, sends, sendsHeader, sendsTwice, takes } from "../fault-words.js";
import type { FaultyLine, WireFault } from "../wire-fault.js";
import { missesClose, none, staysOpen } from "./port-faults.js";
import type { RoleMutant } from "./role-mutant.js";

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

const UPDATE = CommandId.CID_OTHER_USER_STATUS_UPDATE;
const { USER_STATUS_ONLINE: ONLINE, USER_STATUS_OFFLINE: OFFLINE } = UserStatType;
const MOBILE_BIT = 0x10;
const pcTypes = [ClientType.CLIENT_TYPE_WINDOWS, ClientType.CLIENT_TYPE_MAC];

/** Whoever comes a second time by a client of the same type, on whichever link, is there already. */
function countingOnce(): WireFault {
  const there = new Set<string>();
  return ignores(UPDATE, ({ user_id, client_type, user_status }) => {
    const key = `${user_id} ${client_type}`;
    if (user_status === OFFLINE) {
      there.delete(key);
      return false;
    }
    const isThere = there.has(key);
    there.add(key);
    return isThere;
  });
}

/** When a link is lost, its users go offline on the others, too. */
function losingUsersEverywhere(): WireFault {
  const users = new WeakMap<FaultyLine, Set<number>>();
  return {
    received(pdu, line) {
      const body = pdu.commandId === UPDATE ? pdu.body(UPDATE) : undefined;
      if (body?.user_status === ONLINE) users.set(line, (users.get(line) ?? new Set()).add(body.user_id));
      return undefined;
    },
    missesClose(line) {
      for (const user_id of users.get(line) ?? []) {
        const gone = { user_id, user_status: OFFLINE, client_type: ClientType.CLIENT_TYPE_WINDOWS };
        for (const other of line.all) if (other !== line) other.toServer(encodePdu(UPDATE, gone));
      }
      users.delete(line);
      return false;
    },
  };
}

/** What comes on a link that has said that it is not the master is left alone. */
function hearingTheMaster(): WireFault {
  const isMaster = new WeakMap<FaultyLine, boolean>();
  return {
    received(pdu, line) {
      const role = CommandId.CID_OTHER_ROLE_SET;
      if (pdu.commandId === role) isMaster.set(line, pdu.body(role)?.master === 1);
      return isMaster.get(line) === false ? [] : undefined;
    },
  };
}

const STATUS = CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE;

export const routeMutants: readonly RoleMutant[] = [
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
      target: () =>
        sends(
          CommandId.CID_MSG_DATA,
          ({ from_user_id, to_session_id, msg_id, create_time, msg_type, msg_data, attach_data }) => ({
            from_user_id,
            to_session_id,
            msg_id,
            create_time,
            msg_type,
            msg_data,
            ...(attach_data === undefined ? {} : { attach_data }),
          }),
        ),
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

  {
    id: "questions-about-nobody-ignored",
    breaks: ["RTE-06"],
    ports: {
      target: () => ignores(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, (body) => body.user_id_list.length === 0),
    },
  },
  {
    id: "departures-ignored",
    breaks: ["RTE-02"],
    ports: { target: () => ignores(UPDATE, ({ user_status }) => user_status === OFFLINE) },
  },
  {
    id: "phones-count-as-pcs",
    breaks: ["RTE-02"],
    ports: {
      target: () => takes(UPDATE, (body) => ({ ...body, client_type: (body.client_type & ~MOBILE_BIT) as ClientType })),
    },
  },
  { id: "second-client-of-a-type-not-counted", breaks: ["RTE-02"], ports: { target: countingOnce } },
  {
    id: "client-types-share-a-flag",
    breaks: ["RTE-02"],
    ports: {
      target: () =>
        takes(UPDATE, (body, _, pdu) =>
          body.user_status === OFFLINE
            ? pcTypes.map((client_type) => pdu.with(UPDATE, { ...body, client_type }))
            : undefined,
        ),
    },
  },
  { id: "lost-link-takes-users-of-others", breaks: ["RTE-07"], ports: { target: losingUsersEverywhere } },
  { id: "only-the-master-is-heard", breaks: ["RTE-08"], ports: { target: hearingTheMaster } },
  {
    id: "presence-numbered",
    breaks: ["RTE-04"],
    ports: {
      target: () =>
        sendsHeader(({ commandId }) =>
          commandId === CommandId.CID_BUDDY_LIST_STATUS_NOTIFY ? { seqNum: 7 } : undefined,
        ),
    },
  },
  {
    id: "pc-login-numbered",
    breaks: ["RTE-03"],
    ports: {
      target: () =>
        sendsHeader(({ commandId }) =>
          commandId === CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY ? { seqNum: 7 } : undefined,
        ),
    },
  },
];
