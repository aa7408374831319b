import { CommandId } from "../../../src/codec/generated/commands.js";
import { ClientFileState } from "../../../src/codec/generated/enums.js";
import { neverSends, sends } from "../fault-words.js";
import type { FaultyLine, WireFault } from "../wire-fault.js";
import { none, staysOpen } from "./port-faults.js";
import type { RoleMutant } from "./role-mutant.js";

/** Whatever an uploader sends is taken for what was asked for. */
function takingAnySegment(): WireFault {
  const pull = CommandId.CID_FILE_PULL_DATA_REQ;
  const segment = CommandId.CID_FILE_PULL_DATA_RSP;
  const asked = new WeakMap<FaultyLine, { offset: number; data_size: number }>();
  return {
    sent(pdu, line) {
      const body = pdu.commandId === pull ? pdu.body(pull) : undefined;
      if (body !== undefined) asked.set(line, body);
      return undefined;
    },
    received(pdu, line) {
      const wanted = asked.get(line);
      const body = pdu.commandId === segment ? pdu.body(segment) : undefined;
      if (body === undefined || wanted === undefined) return undefined;
      const file_data = body.file_data.subarray(0, wanted.data_size);
      return [pdu.with(segment, { ...body, offset: wanted.offset, file_data })];
    },
  };
}

const LOGGED_IN = CommandId.CID_FILE_LOGIN_RES;
const STATE = CommandId.CID_FILE_STATE;
const { CLIENT_FILE_DONE, CLIENT_FILE_PEER_READY, CLIENT_FILE_CANCEL, CLIENT_FILE_REFUSE } = ClientFileState;

export const fileMutants: readonly RoleMutant[] = [
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

  {
    id: "task-loses-attach-data",
    breaks: ["FIL-01"],
    ports: { target: () => sends(CommandId.CID_OTHER_FILE_TRANSFER_RSP, (body) => ({ ...body, attach_data: none })) },
  },
  { id: "silent-link-stays-open", breaks: ["RTE-09"], ports: { target: staysOpen } },
  { id: "any-segment-is-taken", breaks: ["FIL-07"], ports: { clients: takingAnySegment } },
];
