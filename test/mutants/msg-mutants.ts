import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../src/codec/generated/enums.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { alsoTells, ignores, neverSends, sends, sendsTwice, takes, together } from "./fault-words.js";
import type { Mutant } from "./mutant.js";
import { storageFault } from "./storage-fault.js";
import type { FaultyLine, WireFault } from "./wire-fault.js";

const { SESSION_TYPE_SINGLE, SESSION_TYPE_GROUP } = SessionType;
const STORED_LATE_MS = 150;
const FIRST_GROUP_TYPE = 0x11;

const isSingle = ({ msg_type }: { msg_type: MsgType }) => msg_type < FIRST_GROUP_TYPE;

/** One-to-one messages, history, unread counts, sessions. */
export const msgMutants: readonly Mutant[] = [
  { id: "ack-missing", breaks: ["MSG-01"], clients: () => neverSends(CommandId.CID_MSG_DATA_ACK) },
  {
    id: "ack-names-the-sender-as-session",
    breaks: ["MSG-01"],
    clients: () => sends(CommandId.CID_MSG_DATA_ACK, (body) => ({ ...body, session_id: body.user_id })),
  },
  {
    id: "ack-names-the-receiver-as-user",
    breaks: ["MSG-01"],
    clients: () => sends(CommandId.CID_MSG_DATA_ACK, (body) => ({ ...body, user_id: body.session_id })),
  },
  {
    id: "ack-of-a-group",
    breaks: ["MSG-01"],
    clients: () => sends(CommandId.CID_MSG_DATA_ACK, (body) => ({ ...body, session_type: SESSION_TYPE_GROUP })),
  },
  { id: "ack-twice", breaks: ["MSG-01"], clients: () => sendsTwice(CommandId.CID_MSG_DATA_ACK) },
  { id: "msg-id-not-increasing", breaks: ["MSG-02"], clients: () => numbering((id) => Math.min(id, 1)) },
  { id: "msg-id-from-0", breaks: ["MSG-02"], clients: () => numbering((id) => id - 1) },
  { id: "msg-id-grows-by-2", breaks: ["MSG-02"], clients: () => numbering((id) => id * 2) },
  {
    id: "msg-id-for-each-direction",
    breaks: ["MSG-02"],
    clients: () =>
      sends(CommandId.CID_MSG_DATA_ACK, (body) =>
        body.user_id > body.session_id ? { ...body, msg_id: body.msg_id + 10_000 } : undefined,
      ),
  },
  { id: "delivered-twice", breaks: ["MSG-03"], clients: () => sendsTwice(CommandId.CID_MSG_DATA) },
  {
    id: "receiver-forgotten",
    breaks: ["MSG-03"],
    clients: () =>
      neverSends(CommandId.CID_MSG_DATA, (body, { userId }) => isSingle(body) && body.to_session_id === userId),
  },
  {
    id: "phone-of-receiver-forgotten",
    breaks: ["MSG-03"],
    clients: () =>
      neverSends(
        CommandId.CID_MSG_DATA,
        (body, line) => isSingle(body) && line.isMobile && body.to_session_id === line.userId,
      ),
  },
  {
    id: "own-device-forgotten",
    breaks: ["MSG-03"],
    clients: () =>
      neverSends(CommandId.CID_MSG_DATA, (body, { userId }) => isSingle(body) && body.from_user_id === userId),
  },
  {
    id: "sender-hears-himself",
    breaks: ["MSG-03"],
    clients: () =>
      takes(CommandId.CID_MSG_DATA, (body, line) => {
        line.toClient(encodePdu(CommandId.CID_MSG_DATA, { ...body, msg_id: 1, create_time: 1 }));
        return undefined;
      }),
  },
  {
    id: "not-delivered-across-servers",
    breaks: ["MSG-03"],
    route: () => ignores(CommandId.CID_MSG_DATA, (body) => isSingle(body)),
  },
  {
    id: "delivered-to-strangers-too",
    breaks: ["MSG-03"],
    clients: () =>
      sends(CommandId.CID_MSG_DATA, (body, line, pdu) => {
        if (!isSingle(body) || body.to_session_id !== line.userId) return undefined;
        for (const each of line.all) {
          const isConcerned = each.userId === body.to_session_id || each.userId === body.from_user_id;
          if (!isConcerned && each.userId !== 0) each.toClient(pdu.bytes);
        }
        return undefined;
      }),
  },
  {
    id: "own-device-on-other-server-forgotten",
    breaks: ["MSG-03"],
    route: () => {
      const users = new WeakMap<FaultyLine, Set<number>>();
      return together(
        takes(CommandId.CID_OTHER_USER_STATUS_UPDATE, ({ user_id }, line) => {
          users.set(line, (users.get(line) ?? new Set()).add(user_id));
          return undefined;
        }),
        // The receiver is there, or the message goes nowhere on that server.
        neverSends(
          CommandId.CID_MSG_DATA,
          (body, line) => isSingle(body) && users.get(line)?.has(body.to_session_id) !== true,
        ),
      );
    },
  },
  { id: "from-user-id-trusted", breaks: ["MSG-04"], clients: () => trusting("from_user_id") },
  { id: "create-time-trusted", breaks: ["MSG-04"], clients: () => trusting("create_time") },
  { id: "msg-id-trusted", breaks: ["MSG-04"], clients: () => trusting("msg_id") },
  { id: "delivered-up-to-nul", breaks: ["MSG-05"], clients: () => altering((data) => data.subarray(0, nulIn(data))) },
  {
    id: "delivered-as-utf8",
    breaks: ["MSG-05"],
    clients: () => altering((data) => Buffer.from(data.toString("utf8"), "utf8")),
  },
  {
    id: "delivered-with-msg-type-2",
    breaks: ["MSG-03"],
    clients: () =>
      sends(CommandId.CID_MSG_DATA, (body) =>
        body.msg_type === MsgType.MSG_TYPE_SINGLE_TEXT
          ? { ...body, msg_type: MsgType.MSG_TYPE_SINGLE_AUDIO }
          : undefined,
      ),
  },
  {
    id: "history-cut-at-1000-bytes",
    breaks: ["MSG-05"],
    storage: historyOf((messages) => messages.map((each) => ({ ...each, content: each.content.subarray(0, 1000) }))),
  },
  {
    id: "history-escaped",
    breaks: ["MSG-05"],
    storage: historyOf((messages) =>
      messages.map((each) => ({
        ...each,
        content: Buffer.from(each.content.toString("latin1").replaceAll("'", "\\'"), "latin1"),
      })),
    ),
  },
  {
    id: "history-in-three-byte-utf8",
    breaks: ["MSG-05"],
    storage: historyOf((messages) =>
      messages.map((each) => ({
        ...each,
        content: Buffer.from(each.content.toString("utf8").replaceAll(/[\u{10000}-\u{10ffff}]/gu, "?")),
      })),
    ),
  },
  { id: "empty-message-acked", breaks: ["MSG-06"], clients: () => acking(({ msg_data }) => msg_data.length === 0) },
  { id: "receiver-0-acked", breaks: ["MSG-06"], clients: () => acking(({ to_session_id }) => to_session_id === 0) },
  {
    id: "empty-message-uses-up-an-id",
    breaks: ["MSG-06"],
    clients: () => {
      let used = 0;
      return together(
        takes(CommandId.CID_MSG_DATA, ({ msg_data }) => {
          if (msg_data.length === 0) used++;
          return undefined;
        }),
        sends(CommandId.CID_MSG_DATA_ACK, (body) => ({ ...body, msg_id: body.msg_id + used })),
      );
    },
  },
  {
    id: "message-to-oneself-acked",
    breaks: ["MSG-07"],
    clients: () => acking((body, { userId }) => isSingle(body) && body.to_session_id === userId),
  },
  {
    id: "message-to-oneself-delivered",
    breaks: ["MSG-07"],
    clients: () =>
      takes(CommandId.CID_MSG_DATA, (body, line) => {
        if (!isSingle(body) || body.to_session_id !== line.userId) return undefined;
        const own = line.all.filter((each) => each.userId === line.userId && each !== line);
        for (const each of own) each.toClient(encodePdu(CommandId.CID_MSG_DATA, { ...body, msg_id: 1 }));
        return undefined;
      }),
  },
  { id: "rate-without-limit", breaks: ["MSG-08"], limits: () => ({ messagesPerSecondMax: 0 }) },
  { id: "rate-of-10", breaks: ["MSG-08"], limits: () => ({ messagesPerSecondMax: 10 }) },
  {
    id: "rate-excess-acked",
    breaks: ["MSG-08"],
    clients: () => {
      const pending = new WeakMap<FaultyLine, number>();
      const count = (line: FaultyLine, by: number) => pending.set(line, (pending.get(line) ?? 0) + by);
      return together(
        takes(CommandId.CID_MSG_DATA, (body, line, pdu) => {
          count(line, 1);
          if ((pending.get(line) ?? 0) <= 20) return undefined;
          const ack = { user_id: line.userId, session_id: body.to_session_id, msg_id: 0 };
          line.toClient(pdu.with(CommandId.CID_MSG_DATA_ACK, { ...ack, session_type: SESSION_TYPE_SINGLE }));
          return "nothing";
        }),
        sends(CommandId.CID_MSG_DATA_ACK, (_, line) => {
          count(line, -1);
          return undefined;
        }),
      );
    },
  },
  {
    id: "rate-excess-closes",
    breaks: ["MSG-08"],
    clients: () => {
      const pending = new WeakMap<FaultyLine, number>();
      return takes(CommandId.CID_MSG_DATA, (_, line) => {
        const count = (pending.get(line) ?? 0) + 1;
        pending.set(line, count);
        if (count > 40) line.close();
        return undefined;
      });
    },
  },
  { id: "delivered-out-of-order", breaks: ["MSG-09"], clients: () => swapping() },
  { id: "ack-before-store", breaks: ["MSG-10"], storage: ackBeforeStore(STORED_LATE_MS) },
  {
    id: "ack-without-store",
    breaks: ["MSG-10"],
    storage: historyOf((messages) => messages.filter(({ msgId }) => msgId % 5 !== 0)),
  },
  {
    id: "message-to-offline-user-lost",
    breaks: ["MSG-11"],
    clients: () =>
      ignores(
        CommandId.CID_MSG_DATA,
        (body, { all }) =>
          isSingle(body) && body.to_session_id !== 0 && !all.some(({ userId }) => userId === body.to_session_id),
      ),
  },
  {
    id: "unread-not-raised",
    breaks: ["MSG-11"],
    storage: storageFault("sessions", () => ({ unread: async () => [] })),
  },
  {
    id: "data-ack-answered",
    breaks: ["MSG-13"],
    clients: () =>
      takes(CommandId.CID_MSG_DATA_ACK, (_, line, pdu) => {
        line.toClient(pdu.bytes);
        return undefined;
      }),
  },
  {
    id: "unread-not-cleared",
    breaks: ["MSG-14"],
    storage: storageFault("sessions", () => ({ markRead: async () => {} })),
  },
  {
    id: "all-unread-cleared",
    breaks: ["MSG-14"],
    storage: storageFault("sessions", (sound) => ({
      async markRead(userId) {
        for (const session of await sound.unread(userId)) await sound.markRead(userId, session);
      },
    })),
  },
  { id: "read-not-told", breaks: ["MSG-14"], clients: () => neverSends(CommandId.CID_MSG_READ_NOTIFY) },
  {
    id: "read-told-to-the-reader",
    breaks: ["MSG-14"],
    clients: () =>
      takes(CommandId.CID_MSG_READ_ACK, (body, line) => {
        line.toClient(encodePdu(CommandId.CID_MSG_READ_NOTIFY, body));
        return undefined;
      }),
  },
  { id: "read-not-told-across-servers", breaks: ["MSG-14"], route: () => ignores(CommandId.CID_MSG_READ_NOTIFY) },
  {
    id: "read-of-message-0",
    breaks: ["MSG-14"],
    clients: () => sends(CommandId.CID_MSG_READ_NOTIFY, (body) => ({ ...body, msg_id: 0 })),
  },
  { id: "history-begins-one-lower", breaks: ["MSG-15"], clients: () => paging(-1, 0) },
  { id: "history-begins-one-higher", breaks: ["MSG-15"], clients: () => paging(1, 0) },
  { id: "history-one-too-many", breaks: ["MSG-15"], clients: () => paging(0, 1) },
  { id: "history-one-too-few", breaks: ["MSG-15"], clients: () => paging(0, -1) },
  { id: "history-oldest-first", breaks: ["MSG-15"], storage: historyOf((messages) => messages.toReversed()) },
  {
    id: "history-names-the-reader",
    breaks: ["MSG-15"],
    storage: historyOf((messages, userId) => messages.map((each) => ({ ...each, fromId: userId }))),
  },
  {
    id: "history-of-strangers-not-answered",
    breaks: ["MSG-15"],
    clients: () => neverSends(CommandId.CID_MSG_LIST_RESPONSE, ({ msg_list }) => msg_list.length === 0),
  },
  {
    id: "history-of-other-sessions",
    breaks: ["MSG-15"],
    clients: () => {
      const said = new Map<number, { data: Buffer; type: MsgType }>();
      return together(
        takes(CommandId.CID_MSG_DATA, ({ msg_data, msg_type }, { userId }) => {
          if (!said.has(userId)) said.set(userId, { data: Buffer.from(msg_data), type: msg_type });
          return undefined;
        }),
        sends(CommandId.CID_MSG_LIST_RESPONSE, (body) => {
          const message = said.get(body.session_id);
          if (message === undefined || body.session_type !== SESSION_TYPE_SINGLE) return undefined;
          const leaked = { msg_id: 1, from_session_id: body.session_id, create_time: 1 };
          return {
            ...body,
            msg_list: [...body.msg_list, { ...leaked, msg_type: message.type, msg_data: message.data }],
          };
        }),
      );
    },
  },
  {
    id: "group-history-for-outsiders",
    breaks: ["MSG-16"],
    storage: storageFault("messages", (sound, { groups }) => ({
      async history(userId, session, begin, count) {
        if (session.kind === 1) return sound.history(userId, session, begin, count);
        const [group] = await groups.infos(userId, [{ id: session.id, version: 0 }]);
        return sound.history(group?.members[0] ?? userId, session, begin, count);
      },
    })),
  },
  {
    id: "group-history-before-joining",
    breaks: ["MSG-16"],
    storage: storageFault("messages", (sound, { groups }) => ({
      async history(userId, session, begin, count) {
        if (session.kind === 1) return sound.history(userId, session, begin, count);
        const [group] = await groups.infos(userId, [{ id: session.id, version: 0 }]);
        const isMember = group?.members.includes(userId) ?? false;
        return sound.history(isMember ? (group?.creatorId ?? userId) : userId, session, begin, count);
      },
    })),
  },
  {
    id: "latest-id-one-too-high",
    breaks: ["MSG-17"],
    storage: storageFault("messages", (sound) => ({
      latestId: async (userId, session) => (await sound.latestId(userId, session)) + 1,
    })),
  },
  {
    id: "latest-id-of-strangers-not-answered",
    breaks: ["MSG-17"],
    clients: () => neverSends(CommandId.CID_MSG_GET_LATEST_MSG_ID_RSP, ({ latest_msg_id }) => latest_msg_id === 0),
  },
  {
    id: "by-id-oldest-first",
    breaks: ["MSG-18"],
    storage: storageFault("messages", (sound) => ({
      byIds: async (userId, session, ids) => (await sound.byIds(userId, session, ids)).toReversed(),
    })),
  },
  {
    id: "by-id-everything-between",
    breaks: ["MSG-18"],
    storage: storageFault("messages", (sound) => ({
      byIds: (userId, session, ids) => {
        const [least, most] = [Math.min(...ids), Math.min(Math.max(...ids), Math.min(...ids) + 50)];
        return sound.byIds(
          userId,
          session,
          Array.from({ length: most - least + 1 }, (_, at) => least + at),
        );
      },
    })),
  },
  {
    id: "by-id-without-limit",
    breaks: ["MSG-18"],
    storage: storageFault("messages", (sound) => ({
      async byIds(userId, session, ids) {
        const found = [];
        for (const id of new Set(ids)) found.push(...(await sound.byIds(userId, session, [id])));
        return found.sort((a, b) => b.msgId - a.msgId);
      },
    })),
  },
  {
    id: "audio-without-its-duration",
    breaks: ["MSG-19"],
    storage: historyOf((messages) =>
      messages.map((each) =>
        each.type === MsgType.MSG_TYPE_SINGLE_AUDIO ? { ...each, content: each.content.subarray(4) } : each,
      ),
    ),
  },
  {
    id: "audio-as-latest-message",
    breaks: ["MSG-19"],
    storage: storageFault("sessions", (sound) => ({
      recent: async (userId, since) =>
        (await sound.recent(userId, since)).map((session) => ({
          ...session,
          last: { ...session.last, type: MsgType.MSG_TYPE_SINGLE_TEXT },
        })),
    })),
  },
  {
    id: "p2p-not-passed-on",
    breaks: ["MSG-20"],
    clients: () => neverSends(CommandId.CID_SWITCH_P2P_CMD),
  },
  {
    id: "p2p-not-to-own-device",
    breaks: ["MSG-20"],
    clients: () => neverSends(CommandId.CID_SWITCH_P2P_CMD, ({ from_user_id }, { userId }) => from_user_id === userId),
  },
  {
    id: "p2p-to-pcs-only",
    breaks: ["MSG-20"],
    clients: () => neverSends(CommandId.CID_SWITCH_P2P_CMD, (_, { isMobile }) => isMobile),
  },
  { id: "p2p-not-across-servers", breaks: ["MSG-20"], route: () => ignores(CommandId.CID_SWITCH_P2P_CMD) },
  {
    id: "p2p-text-in-ascii",
    breaks: ["MSG-20"],
    clients: () =>
      sends(CommandId.CID_SWITCH_P2P_CMD, (body) => ({
        ...body,
        cmd_msg_data: body.cmd_msg_data.replaceAll(/[^ -~]/g, "?"),
      })),
  },
  {
    id: "p2p-acked",
    breaks: ["MSG-20"],
    clients: () =>
      takes(CommandId.CID_SWITCH_P2P_CMD, (_, line, pdu) => {
        line.toClient(pdu.bytes);
        return undefined;
      }),
  },
  {
    id: "p2p-stored",
    breaks: ["MSG-20"],
    clients: () =>
      takes(CommandId.CID_SWITCH_P2P_CMD, (body, line, pdu) => {
        if (line.userId === 0) return undefined;
        const message = { from_user_id: line.userId, to_session_id: body.to_user_id, msg_id: 0, create_time: 0 };
        const data = { msg_type: MsgType.MSG_TYPE_SINGLE_TEXT, msg_data: Buffer.from(body.cmd_msg_data) };
        return [pdu.bytes, encodePdu(CommandId.CID_MSG_DATA, { ...message, ...data })];
      }),
  },
  {
    id: "session-not-removed",
    breaks: ["MSG-22"],
    storage: storageFault("sessions", () => ({ remove: async () => true })),
  },
  {
    id: "removed-session-unread",
    breaks: ["MSG-22"],
    storage: storageFault("sessions", (sound) => {
      const removed = new Map<string, Awaited<ReturnType<typeof sound.unread>>>();
      return {
        async remove(userId, session) {
          const before = (await sound.unread(userId)).filter(
            ({ kind, id }) => kind === session.kind && id === session.id,
          );
          removed.set(String(userId), before);
          return sound.remove(userId, session);
        },
        unread: async (userId) => [...(await sound.unread(userId)), ...(removed.get(String(userId)) ?? [])],
      };
    }),
  },
  {
    id: "removed-session-stays-away",
    breaks: ["MSG-22"],
    storage: storageFault("sessions", (sound) => {
      const removed = new Set<string>();
      return {
        remove(userId, session) {
          removed.add(`${userId} ${session.kind} ${session.id}`);
          return sound.remove(userId, session);
        },
        recent: async (userId, since) =>
          (await sound.recent(userId, since)).filter(({ kind, id }) => !removed.has(`${userId} ${kind} ${id}`)),
      };
    }),
  },
  {
    id: "removal-not-told",
    breaks: ["MSG-22"],
    clients: () => neverSends(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY),
  },
  {
    id: "removal-always-works",
    breaks: ["MSG-22"],
    clients: () => sends(CommandId.CID_BUDDY_LIST_REMOVE_SESSION_RES, (body) => ({ ...body, result_code: 0 })),
  },
  {
    id: "history-without-times",
    breaks: ["MSG-10"],
    clients: () =>
      sends(CommandId.CID_MSG_LIST_RESPONSE, (body) => ({
        ...body,
        msg_list: body.msg_list.map((message) => ({ ...message, create_time: 0 })),
      })),
  },
  {
    id: "history-of-session-0",
    breaks: ["MSG-15"],
    clients: () => sends(CommandId.CID_MSG_LIST_RESPONSE, (body) => ({ ...body, session_id: 0 })),
  },
  {
    id: "by-id-of-session-0",
    breaks: ["MSG-18"],
    clients: () => sends(CommandId.CID_MSG_GET_BY_MSG_ID_RES, (body) => ({ ...body, session_id: 0 })),
  },
  {
    id: "by-id-without-times",
    breaks: ["MSG-18"],
    clients: () =>
      sends(CommandId.CID_MSG_GET_BY_MSG_ID_RES, (body) => ({
        ...body,
        msg_list: body.msg_list.map((message) => ({ ...message, create_time: 0 })),
      })),
  },
  {
    id: "p2p-to-everybody",
    breaks: ["MSG-20"],
    clients: () =>
      alsoTells(
        CommandId.CID_SWITCH_P2P_CMD,
        ({ userId }, _, { from_user_id, to_user_id }) => ![0, from_user_id, to_user_id].includes(userId),
      ),
  },
  {
    id: "removal-told-to-the-asker",
    breaks: ["MSG-22"],
    clients: () =>
      alsoTells(
        CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY,
        ({ userId, isMobile }, _, { user_id }) => userId === user_id && !isMobile,
      ),
  },
  {
    id: "read-told-to-the-other-side",
    breaks: ["MSG-14"],
    clients: () => alsoTells(CommandId.CID_MSG_READ_NOTIFY, ({ userId }, _, { session_id }) => userId === session_id),
  },
];

/** Other ids in acks and deliveries; the store keeps its own. */
function numbering(other: (id: number) => number): WireFault {
  return together(
    sends(CommandId.CID_MSG_DATA_ACK, (body) => ({ ...body, msg_id: other(body.msg_id) })),
    sends(CommandId.CID_MSG_DATA, (body) => ({ ...body, msg_id: other(body.msg_id) })),
  );
}

/** What the client wrote into a field is what receivers get. */
function trusting(field: "from_user_id" | "create_time" | "msg_id"): WireFault {
  const claimed = new Map<string, number>();
  return together(
    takes(CommandId.CID_MSG_DATA, (body) => {
      if (body[field] !== 0) claimed.set(body.msg_data.toString("latin1"), body[field]);
      return undefined;
    }),
    sends(CommandId.CID_MSG_DATA, (body) => {
      const value = claimed.get(body.msg_data.toString("latin1"));
      return value === undefined ? undefined : { ...body, [field]: value };
    }),
  );
}

/** Deliveries of one-to-one messages with other bytes. */
function altering(alter: (data: Buffer) => Buffer): WireFault {
  return sends(CommandId.CID_MSG_DATA, (body) => {
    const msg_data = alter(body.msg_data);
    return msg_data.length === 0 ? undefined : { ...body, msg_data };
  });
}

function nulIn(data: Buffer): number {
  const at = data.indexOf(0);
  return at < 0 ? data.length : at;
}

/** Messages that are to be ignored, answered with an ack. */
function acking(
  which: (body: { msg_data: Buffer; to_session_id: number; msg_type: MsgType }, line: FaultyLine) => boolean,
): WireFault {
  return takes(CommandId.CID_MSG_DATA, (body, line, pdu) => {
    if (line.userId === 0 || !which(body, line)) return undefined;
    const ack = { user_id: line.userId, session_id: body.to_session_id, msg_id: 1, session_type: SESSION_TYPE_SINGLE };
    line.toClient(pdu.with(CommandId.CID_MSG_DATA_ACK, ack));
    return "nothing";
  });
}

/** Each second message overtakes the one before it. */
function swapping(): WireFault {
  const held = new WeakMap<FaultyLine, Buffer>();
  const HELD_MS = 100;
  return {
    sent(pdu, line) {
      if (pdu.commandId !== CommandId.CID_MSG_DATA) return undefined;
      const before = held.get(line);
      held.delete(line);
      if (before !== undefined) return [pdu.bytes, before];
      held.set(line, pdu.bytes);
      line.later(HELD_MS, () => {
        if (held.get(line) !== pdu.bytes) return;
        held.delete(line);
        line.toClient(pdu.bytes);
      });
      return [];
    },
  };
}

/** Ids are promised at once, and the message is in the history only later. */
function ackBeforeStore(lateMs: number) {
  return storageFault("messages", (sound) => {
    const fresh = new Map<string, number>();
    const seen = (userId: number, kind: number, id: number, msgId: number) =>
      (fresh.get(kind === 2 ? `group ${id} ${msgId}` : `${Math.min(userId, id)} ${Math.max(userId, id)} ${msgId}`) ??
        0) <= Date.now();
    return {
      async append(message) {
        const msgId = await sound.append(message);
        const { kind, id } = message.to;
        const { fromId } = message;
        const key = kind === 2 ? `group ${id} ${msgId}` : `${Math.min(fromId, id)} ${Math.max(fromId, id)} ${msgId}`;
        fresh.set(key, Date.now() + lateMs);
        return msgId;
      },
      history: async (userId, session, begin, count) =>
        (await sound.history(userId, session, begin, count)).filter(({ msgId }) =>
          seen(userId, session.kind, session.id, msgId),
        ),
    };
  });
}

type History = Awaited<ReturnType<import("../../src/server/storage/storage.js").MessageStorage["history"]>>;

function historyOf(alter: (messages: History, userId: number) => History) {
  return storageFault("messages", (sound) => ({
    history: async (userId, session, begin, count) => alter(await sound.history(userId, session, begin, count), userId),
  }));
}

/** History asked for with another begin or count. */
function paging(beginBy: number, countBy: number): WireFault {
  return takes(CommandId.CID_MSG_LIST_REQUEST, (body) => ({
    ...body,
    msg_id_begin: body.msg_id_begin === 0 ? 0 : body.msg_id_begin + beginBy,
    msg_cnt: Math.max(0, body.msg_cnt + countBy),
  }));
}
