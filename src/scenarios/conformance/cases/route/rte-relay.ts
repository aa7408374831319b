import { type CommandBody, CommandId } from "../../../../codec/generated/commands.js";
import {
  ClientType,
  GroupModifyType,
  MsgType,
  SessionType,
  TransferFileType,
} from "../../../../codec/generated/enums.js";
import { encodePdu, framePdu } from "../../../../codec/pdu.js";
import { commandById, hexId } from "../../../../codec/registry.js";
import type { ConformanceCase } from "../../conformance-case.js";
import { expectEqual } from "../../expect-that.js";
import { defineRouteCase, type MsgServerLink, type RouteContext } from "../../route-context.js";

/** A PDU that route_server passes on, and how to know it again among those of others. */
interface Relayed<C extends CommandId = CommandId> {
  readonly commandId: C;
  readonly make: (context: RouteContext) => { body: CommandBody[C]; isIt: (body: CommandBody[C]) => boolean };
}

function relayed<C extends CommandId>(
  commandId: C,
  bodyOf: (userId: number, context: RouteContext) => CommandBody[C],
  userOf: (body: CommandBody[C]) => number,
): Relayed {
  const make = (context: RouteContext) => {
    const userId = context.unknownId();
    return { body: bodyOf(userId, context), isIt: (body: CommandBody[C]) => userOf(body) === userId };
  };
  return { commandId, make } as unknown as Relayed;
}

const toOthers: readonly Relayed[] = [
  relayed(CommandId.CID_MSG_DATA, messageFrom, ({ from_user_id }) => from_user_id),
  relayed(
    CommandId.CID_SWITCH_P2P_CMD,
    (from_user_id, context) => ({ from_user_id, to_user_id: context.unknownId(), cmd_msg_data: "a command" }),
    ({ from_user_id }) => from_user_id,
  ),
  relayed(
    CommandId.CID_MSG_READ_NOTIFY,
    (user_id) => ({ user_id, session_id: 7, msg_id: 9, session_type: SessionType.SESSION_TYPE_SINGLE }),
    ({ user_id }) => user_id,
  ),
  relayed(
    CommandId.CID_OTHER_SERVER_KICK_USER,
    (user_id) => ({ user_id, client_type: ClientType.CLIENT_TYPE_WINDOWS, reason: 1 }),
    ({ user_id }) => user_id,
  ),
  relayed(
    CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
    (user_id) => ({
      user_id,
      change_type: GroupModifyType.GROUP_MODIFY_TYPE_ADD,
      group_id: 5,
      cur_user_id_list: [user_id, 2, 3],
      chg_user_id_list: [3],
    }),
    ({ user_id }) => user_id,
  ),
  relayed(
    CommandId.CID_FILE_NOTIFY,
    (from_user_id, context) => ({
      from_user_id,
      to_user_id: context.unknownId(),
      file_name: "a file",
      file_size: 12,
      task_id: context.uniqueWord(),
      ip_addr_list: [{ ip: "127.0.0.1", port: 8600 }],
      trans_mode: TransferFileType.FILE_TYPE_ONLINE,
      offline_ready: 0,
    }),
    ({ from_user_id }) => from_user_id,
  ),
  relayed(
    CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY,
    (user_id) => ({ user_id, session_type: SessionType.SESSION_TYPE_SINGLE, session_id: 7 }),
    ({ user_id }) => user_id,
  ),
];

function messageFrom(from_user_id: number, context: RouteContext): CommandBody[typeof CommandId.CID_MSG_DATA] {
  return {
    from_user_id,
    to_session_id: context.unknownId(),
    msg_id: 17,
    create_time: 1_700_000_000,
    msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
    msg_data: context.uniqueText(),
    attach_data: Buffer.from("000000010000002a00000000", "hex"),
  };
}

const relays: readonly ConformanceCase[] = toOthers.map(({ commandId, make }) =>
  defineRouteCase({
    id: `rte.relay.${hexId(commandId)}`,
    requirements: ["RTE-05"],
    level: "must",
    title: `passes ${commandById(commandId)?.name} on to every other msg_server, unchanged and once, and not back`,
    sends: `${hexId(commandId)} with seq_num 0 and 4711, from one of three msg_servers`,
    why: "what is lost here never reaches users of another msg_server; what comes twice they see twice",
    async run(context) {
      const [origin, ...others] = await context.msgServers("A", "B", "C");
      for (const seqNum of [0, 4711]) {
        const { body, isIt } = make(context);
        const sent = encodePdu(commandId, body, { seqNum });
        origin.peer.sendBytes(sent);
        for (const other of others) await other.expectRelayed(commandId, sent, isIt, origin);
        await expectNotHere(origin, commandId, isIt, origin);
      }
    },
  }),
);

const neverRelayed: readonly Relayed[] = [
  relayed(
    CommandId.CID_MSG_DATA_ACK,
    (user_id) => ({ user_id, session_id: 7, msg_id: 9, session_type: SessionType.SESSION_TYPE_SINGLE }),
    ({ user_id }) => user_id,
  ),
  relayed(
    CommandId.CID_MSG_READ_ACK,
    (user_id) => ({ user_id, session_id: 7, msg_id: 9, session_type: SessionType.SESSION_TYPE_SINGLE }),
    ({ user_id }) => user_id,
  ),
];

const notRelayed: readonly ConformanceCase[] = neverRelayed.map(({ commandId, make }) =>
  defineRouteCase({
    id: `rte.not-relayed.${hexId(commandId)}`,
    requirements: ["RTE-05"],
    level: "must",
    title: `does not pass ${commandById(commandId)?.name} on`,
    sends: `${hexId(commandId)} from one of two msg_servers, then a command that is passed on`,
    why: "acks are between a client and its msg_server; elsewhere they would count for other messages",
    async run(context) {
      const [origin, other] = await context.msgServers("A", "B");
      const { body, isIt } = make(context);
      origin.peer.send(commandId, body, { seqNum: 0 });
      for (const link of [other, origin]) await expectNotHere(link, commandId, isIt, origin);
    },
  }),
);

const LARGE_BYTES = 512 * 1024;
const PIPELINED = 200;
/** Field 99, which no message has. */
const unknownField = Buffer.from("9a0603787978", "hex");
const UNKNOWN_COMMAND = 0x0999;

export const rteRelayCases: readonly ConformanceCase[] = [
  ...relays,
  ...notRelayed,

  defineRouteCase({
    id: "rte.relay.0x0215",
    requirements: ["RTE-05", "PRE-04"],
    level: "must",
    title: "passes a changed signature on to every msg_server, the one that sent it included",
    sends: "0x0215 from one of three msg_servers",
    why: "the origin tells its own clients only when it comes back",
    async run(context) {
      const links = await context.msgServers("A", "B", "C");
      const changed_user_id = context.unknownId();
      const sent = encodePdu(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, { changed_user_id, sign_info: "busy" });
      links[0].peer.sendBytes(sent);
      const isIt = (body: { changed_user_id: number }) => body.changed_user_id === changed_user_id;
      for (const link of links) {
        await link.expectRelayed(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, sent, isIt, links[0]);
      }
    },
  }),

  defineRouteCase({
    id: "rte.relay-group-message",
    requirements: ["RTE-05", "GRP-06"],
    level: "must",
    title: "passes a group message on to every other msg_server",
    sends: "0x0301 of type 0x11 from one of three msg_servers",
    why: "members of a group are on any msg_server",
    async run(context) {
      const [origin, ...others] = await context.msgServers("A", "B", "C");
      const userId = context.unknownId();
      const body = { ...messageFrom(userId, context), msg_type: MsgType.MSG_TYPE_GROUP_TEXT };
      const sent = encodePdu(CommandId.CID_MSG_DATA, body);
      origin.peer.sendBytes(sent);
      for (const other of others) {
        await other.expectRelayed(CommandId.CID_MSG_DATA, sent, ({ from_user_id }) => from_user_id === userId, origin);
      }
    },
  }),

  defineRouteCase({
    id: "rte.relay-byte-for-byte",
    requirements: ["RTE-05", "FRM-11"],
    level: "must",
    title: "passes a PDU on byte for byte, fields that it does not know included",
    sends: "0x0301 with an unknown field and any bytes as content",
    why: "msg_servers of a newer version have more to tell each other",
    async run(context) {
      const [origin, other] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      const content = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const pdu = encodePdu(CommandId.CID_MSG_DATA, { ...messageFrom(userId, context), msg_data: content });
      const sent = framePdu(CommandId.CID_MSG_DATA, Buffer.concat([pdu.subarray(16), unknownField]), { seqNum: 1 });
      origin.peer.sendBytes(sent);
      await other.expectRelayed(CommandId.CID_MSG_DATA, sent, ({ from_user_id }) => from_user_id === userId, origin);
    },
  }),

  defineRouteCase({
    id: "rte.relay-large",
    requirements: ["RTE-05"],
    level: "must",
    title: "passes a PDU of half a megabyte on whole",
    sends: `0x0301 with ${LARGE_BYTES} bytes of content`,
    why: "voice messages are that long",
    async run(context) {
      const [origin, other] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      const body = { ...messageFrom(userId, context), msg_data: Buffer.alloc(LARGE_BYTES, userId & 0xff) };
      const sent = encodePdu(CommandId.CID_MSG_DATA, body);
      origin.peer.sendBytes(sent);
      await other.expectRelayed(CommandId.CID_MSG_DATA, sent, ({ from_user_id }) => from_user_id === userId, origin);
    },
  }),

  defineRouteCase({
    id: "rte.relay-in-order",
    requirements: ["RTE-05", "MSG-09"],
    level: "must",
    title: "passes what one msg_server sends on in the order in which it was sent",
    sends: `${PIPELINED} messages without a pause`,
    why: "messages of a talk would change places on their way to another msg_server",
    async run(context) {
      const [origin, other] = await context.msgServers("A", "B");
      const userId = context.unknownId();
      const message = messageFrom(userId, context);
      for (let n = 1; n <= PIPELINED; n++) {
        origin.peer.send(CommandId.CID_MSG_DATA, { ...message, msg_id: n }, { seqNum: 0 });
      }
      await other.expectMarkerFrom(origin);
      const ids = other.peer.inbox.flatMap(({ commandId, body }) => {
        const { from_user_id, msg_id } = body as CommandBody[typeof CommandId.CID_MSG_DATA];
        return commandId === CommandId.CID_MSG_DATA && from_user_id === userId ? [msg_id] : [];
      });
      expectEqual(
        "ids in the order of arrival:",
        ids,
        Array.from({ length: PIPELINED }, (_, index) => index + 1),
      );
    },
  }),

  defineRouteCase({
    id: "rte.not-relayed.unknown",
    requirements: ["RTE-05", "FRM-09"],
    level: "must",
    title: "neither answers an unknown command nor passes it on, and goes on serving",
    sends: `command ${hexId(UNKNOWN_COMMAND)} with seq_num 77 from one of two msg_servers`,
    why: "a msg_server of a newer version must not confuse the older ones",
    async run(context) {
      const [origin, other] = await context.msgServers("A", "B");
      origin.peer.sendFramed(UNKNOWN_COMMAND, Buffer.from("0801", "hex"), { seqNum: 77 });
      await origin.peer.expectNoAnswer(77, () => origin.settle());
      await other.expectMarkerFrom(origin);
      expectEqual(
        "PDUs of unknown commands on the other link:",
        other.peer.malformed.filter(({ commandId }) => commandId === UNKNOWN_COMMAND).length,
        0,
      );
    },
  }),

  defineRouteCase({
    id: "rte.master",
    requirements: ["RTE-08"],
    level: "must",
    title: "serves links alike whether they are master or not",
    sends: "0x0707 with 1 on one link and with 0 on another, then presence and a command on each",
    why: "a msg_server with several route_servers names one of them its master, and hears over all of them",
    async run(context) {
      const [master, other] = await context.msgServers("A", "B");
      master.peer.send(CommandId.CID_OTHER_ROLE_SET, { master: 1 }, { seqNum: 0 });
      other.peer.send(CommandId.CID_OTHER_ROLE_SET, { master: 0 }, { seqNum: 0 });
      for (const [from, to] of [
        [master, other],
        [other, master],
      ] as const) {
        const userId = context.unknownId();
        from.cameOnline(userId, ClientType.CLIENT_TYPE_WINDOWS);
        for (const link of [from, to]) await link.expectPresence(userId, 1);
        await to.expectMarkerFrom(from);
      }
    },
  }),
];

/** Not come to that link, by the time that something comes which was sent after it. */
async function expectNotHere<C extends CommandId>(
  link: MsgServerLink,
  commandId: C,
  isIt: (body: CommandBody[C]) => boolean,
  origin: MsgServerLink,
): Promise<void> {
  await link.peer.expectNothing(commandId, isIt, {
    what: `that ${origin.peer.label} sent`,
    probe: () => link.expectMarkerFrom(origin),
  });
}
