import { encodeMessage } from "../../src/codec/body-codec.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { encodePdu, framePdu } from "../../src/codec/pdu.js";
import { alsoTells, ignores, sends, sendsHeader } from "./fault-words.js";
import {
  ignoringZeroLength,
  isUndecodable,
  isUnknown,
  losing,
  losingTheRest,
  onReceived,
  pdusOf,
  requiring,
  stalling,
} from "./framing-faults.js";
import type { Mutant } from "./mutant.js";
import type { PassingPdu } from "./passing-pdu.js";
import type { FaultyLine } from "./wire-fault.js";

/** Tag and value of a field 99, which no message has. */
const UNKNOWN_FIELD = Buffer.from("98060a", "hex");

const isNotification = (commandId: number) =>
  commandId === CommandId.CID_BUDDY_LIST_STATUS_NOTIFY || commandId === CommandId.CID_MSG_DATA;

const pulls = new Set<number>([
  CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE,
  CommandId.CID_GROUP_NORMAL_LIST_RESPONSE,
  CommandId.CID_MSG_UNREAD_CNT_RESPONSE,
]);

/** Framing faults: what one read brings, what a header says, what a body may hold. */
export const frmMutants: readonly Mutant[] = [
  { id: "rest-of-segment-lost", breaks: ["FRM-02"], clients: () => losingTheRest },
  {
    id: "segment-handled-backwards",
    breaks: ["FRM-02"],
    clients: () => ({ read: (bytes) => Buffer.concat(pdusOf(bytes).toReversed()) }),
  },
  { id: "split-header-lost", breaks: ["FRM-03"], clients: () => losing("header") },
  { id: "split-body-lost", breaks: ["FRM-03"], clients: () => losing("body") },
  {
    id: "zero-length-ignored",
    breaks: ["FRM-04"],
    clients: () => ignoringZeroLength,
  },
  { id: "wrong-version-sent", breaks: ["FRM-01"], clients: () => sendsHeader(() => ({ version: 2 })) },
  { id: "wrong-service-id-sent", breaks: ["FRM-01"], clients: () => sendsHeader(() => ({ serviceId: 0x0007 })) },
  {
    id: "short-header-length-sent",
    breaks: ["FRM-01"],
    clients: () => ({
      sent: (pdu) =>
        pdu.commandId === CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE
          ? [Buffer.concat([pdu.withHeader({ length: pdu.bytes.length + 1 }), Buffer.alloc(1)])]
          : undefined,
    }),
  },
  { id: "version-checked", breaks: ["FRM-07"], clients: () => requiring((pdu) => pdu.header.version === 1) },
  { id: "flag-checked", breaks: ["FRM-07"], clients: () => requiring((pdu) => pdu.header.flag === 0) },
  {
    id: "dispatch-on-service-id",
    breaks: ["FRM-07"],
    clients: () => requiring(({ header }) => header.serviceId === header.commandId >>> 8),
  },
  { id: "reserved-checked", breaks: ["FRM-07"], clients: () => requiring((pdu) => pdu.header.reserved === 0) },
  {
    id: "wrong-seq-num",
    breaks: ["FRM-08"],
    clients: () =>
      sendsHeader(({ seqNum, commandId }) =>
        commandId === CommandId.CID_OTHER_HEARTBEAT || isNotification(commandId)
          ? undefined
          : { seqNum: (seqNum + 1) & 0xffff },
      ),
  },
  {
    id: "seq-num-of-15-bits",
    breaks: ["FRM-08"],
    clients: () => sendsHeader(({ seqNum }) => (seqNum > 0x7fff ? { seqNum: seqNum & 0x7fff } : undefined)),
  },
  {
    id: "seq-num-0-replaced",
    breaks: ["FRM-08"],
    clients: () =>
      sendsHeader(({ seqNum, commandId }) => (seqNum === 0 && !isNotification(commandId) ? { seqNum: 1 } : undefined)),
  },
  {
    id: "seq-num-lost-by-the-database",
    breaks: ["FRM-08"],
    clients: () =>
      sendsHeader(({ commandId }) =>
        commandId === CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE ? { seqNum: 0 } : undefined,
      ),
  },
  {
    id: "unknown-command-closes",
    breaks: ["FRM-09"],
    clients: () => onReceived(isUnknown, (_, line) => line.close()),
  },
  {
    id: "unknown-command-echoed",
    breaks: ["FRM-09"],
    clients: () => onReceived(isUnknown, (pdu, line) => line.toClient(pdu.bytes)),
  },
  {
    id: "undecodable-body-closes",
    breaks: ["FRM-10"],
    clients: () => onReceived(isUndecodable, (_, line) => line.close()),
  },
  {
    id: "missing-fields-defaulted",
    breaks: ["FRM-10"],
    clients: () => ({
      received(pdu, line) {
        const request = pdu.rawBody.length === 0 ? defaulted(pdu, line) : undefined;
        return request === undefined ? undefined : [request];
      },
    }),
  },
  {
    id: "undecodable-body-stalls",
    breaks: ["FRM-10"],
    clients: stalling,
  },
  {
    id: "unknown-fields-refused",
    breaks: ["FRM-11"],
    clients: () => requiring((pdu) => !pdu.rawBody.includes(UNKNOWN_FIELD)),
  },
  {
    id: "enum-out-of-range-read-as-first",
    breaks: ["FRM-12"],
    clients: () => ({
      received(pdu) {
        const mended = isUndecodable(pdu) ? withEnumsInRange(pdu) : undefined;
        return mended === undefined ? undefined : [mended];
      },
    }),
  },
  {
    id: "packed-list-refused",
    breaks: ["FRM-13"],
    clients: () =>
      requiring(
        (pdu) =>
          pdu.commandId !== CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST ||
          pdu.asWeEncode()?.equals(pdu.rawBody) === true,
      ),
  },
  {
    id: "lists-sent-packed",
    breaks: ["FRM-13"],
    clients: () =>
      sends(CommandId.CID_GROUP_INFO_RESPONSE, ({ user_id, group_info_list }, _, pdu) => {
        const groups = group_info_list.map((group) => {
          const { group_member_list, ...rest } = group;
          const members = Buffer.concat(group_member_list.map(varint));
          const plain = encodeMessage("IM.BaseDefine.GroupInfo", { ...rest, group_member_list: [] });
          return field(2, Buffer.concat([plain, field(8, members)]));
        });
        const body = Buffer.concat([Buffer.from([0x08]), varint(user_id), ...groups]);
        return [framePdu(pdu.commandId, body, { seqNum: pdu.header.seqNum })];
      }),
  },
  {
    id: "notifications-numbered",
    breaks: ["FRM-14"],
    clients: () => sendsHeader(({ commandId }) => (isNotification(commandId) ? { seqNum: 7 } : undefined)),
  },
  {
    id: "answers-sent-twice",
    breaks: ["FRM-08"],
    clients: () => ({ sent: (pdu) => (pulls.has(pdu.commandId) ? [pdu.bytes, pdu.bytes] : undefined) }),
  },
  {
    id: "answers-sent-to-own-devices",
    breaks: ["FRM-08"],
    clients: () => alsoTells(CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE, (other, line) => other.userId === line.userId),
  },
  {
    id: "pull-of-phones-not-answered",
    breaks: ["FRM-08"],
    clients: () => ignores(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, (_, { isMobile }) => isMobile),
  },
  ...(
    [
      ["kick-numbered", "LGN-10", CommandId.CID_LOGIN_KICK_USER],
      ["signature-numbered", "PRE-04", CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY],
      ["removed-session-numbered", "MSG-22", CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY],
      ["file-numbered", "FIL-01", CommandId.CID_FILE_NOTIFY],
    ] as const
  ).map(([id, told, command]) => ({
    id,
    breaks: ["FRM-14", told] as const,
    clients: () => sendsHeader(({ commandId }) => (commandId === command ? { seqNum: 7 } : undefined)),
  })),
];

/** What a decoder makes of no bytes at all that takes missing fields for 0. */
function defaulted(pdu: PassingPdu, { userId: user_id }: FaultyLine): Buffer | undefined {
  const header = { seqNum: pdu.header.seqNum };
  switch (pdu.commandId) {
    case CommandId.CID_GROUP_NORMAL_LIST_REQUEST:
      return encodePdu(CommandId.CID_GROUP_NORMAL_LIST_REQUEST, { user_id }, header);
    case CommandId.CID_MSG_UNREAD_CNT_REQUEST:
      return encodePdu(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }, header);
    case CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST:
      return encodePdu(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, { user_id, latest_update_time: 0 }, header);
    default:
      return undefined;
  }
}

/** In protobuf the last value of a field wins, so one that is appended mends it. */
function withEnumsInRange(pdu: PassingPdu): Buffer | undefined {
  const mends: Readonly<Record<number, string>> = {
    [CommandId.CID_MSG_DATA]: "2801",
    [CommandId.CID_MSG_LIST_REQUEST]: "1001",
    [CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ]: "1001",
    [CommandId.CID_LOGIN_REQ_USERLOGIN]: "18012001",
  };
  const mend = mends[pdu.commandId];
  if (mend === undefined || pdu.rawBody.length === 0) return undefined;
  return framePdu(pdu.commandId, Buffer.concat([pdu.rawBody, Buffer.from(mend, "hex")]), {
    seqNum: pdu.header.seqNum,
  });
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
