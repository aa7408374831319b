import { CommandId } from "../../src/codec/generated/commands.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { ignores, neverSends, sends, sendsHeader, takes, together } from "./fault-words.js";
import type { Mutant } from "./mutant.js";
import type { FaultyLine, WireFault } from "./wire-fault.js";

const NEVER_MS = 3_600_000;
const HOUR_S = 3600;

/** Connection life: heartbeats, time limits, who may ask what. */
export const conMutants: readonly Mutant[] = [
  { id: "heartbeat-not-echoed", breaks: ["CON-01"], clients: () => ignores(CommandId.CID_OTHER_HEARTBEAT) },
  {
    id: "heartbeat-needs-login",
    breaks: ["CON-01"],
    clients: () => ignores(CommandId.CID_OTHER_HEARTBEAT, (_, { userId }) => userId === 0),
  },
  {
    id: "heartbeat-without-seq-num",
    breaks: ["CON-01"],
    clients: () =>
      sendsHeader(({ commandId }) => (commandId === CommandId.CID_OTHER_HEARTBEAT ? { seqNum: 0 } : undefined)),
  },
  { id: "login-timeout-ignored", breaks: ["CON-02"], limits: () => ({ loginTimeoutMs: NEVER_MS }) },
  {
    id: "login-timeout-too-early",
    breaks: ["CON-02"],
    limits: ({ loginTimeoutMs }) => ({ loginTimeoutMs: loginTimeoutMs / 3 }),
  },
  {
    id: "heartbeat-extends-login-timeout",
    breaks: ["CON-02"],
    clients: () => {
      const beats = new WeakMap<FaultyLine, number>();
      return {
        ...takes(CommandId.CID_OTHER_HEARTBEAT, (_, line) => {
          beats.set(line, (beats.get(line) ?? 0) + 1);
          return undefined;
        }),
        staysOpen: (line) => line.userId === 0 && (beats.get(line) ?? 0) > 1,
      };
    },
  },
  {
    id: "idle-pc-stays",
    breaks: ["CON-03"],
    limits: () => ({ pcIdleTimeoutMs: NEVER_MS }),
  },
  {
    id: "idle-phone-stays",
    breaks: ["CON-03"],
    limits: () => ({ mobileIdleTimeoutMs: NEVER_MS }),
  },
  {
    id: "idle-phone-treated-as-pc",
    breaks: ["CON-03"],
    limits: ({ pcIdleTimeoutMs }) => ({ mobileIdleTimeoutMs: pcIdleTimeoutMs }),
  },
  {
    id: "only-heartbeats-are-signs-of-life",
    breaks: ["CON-03"],
    clients: ({ pcIdleTimeoutMs }) => closesWithoutHeartbeat(pcIdleTimeoutMs),
  },
  { id: "close-is-no-logout", breaks: ["CON-04"], clients: () => ({ missesClose: ({ userId }) => userId !== 0 }) },
  {
    id: "time-off-by-an-hour",
    breaks: ["CON-05"],
    clients: () => sends(CommandId.CID_MSG_TIME_RESPONSE, ({ server_time }) => ({ server_time: server_time + HOUR_S })),
  },
  { id: "time-not-told", breaks: ["CON-05"], clients: () => neverSends(CommandId.CID_MSG_TIME_RESPONSE) },
  {
    id: "stranger-is-answered",
    breaks: ["CON-06"],
    clients: () =>
      takes(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, ({ user_id }, line, pdu) => {
        if (line.userId !== 0) return undefined;
        const answer = { user_id, latest_update_time: 0, dept_list: [] };
        line.toClient(pdu.with(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, answer));
        return "nothing";
      }),
  },
  {
    id: "stranger-writes-messages",
    breaks: ["CON-06"],
    clients: () =>
      takes(CommandId.CID_MSG_DATA, (body, line) => {
        if (line.userId !== 0) return undefined;
        const delivered = encodePdu(CommandId.CID_MSG_DATA, { ...body, msg_id: 1 });
        for (const each of line.all) if (each.userId === body.to_session_id) each.toClient(delivered);
        return "nothing";
      }),
  },
  {
    id: "user-id-of-unread-request-trusted",
    breaks: ["CON-07"],
    clients: () => trusting(),
  },
  {
    id: "user-id-of-departments-request-trusted",
    breaks: ["CON-07"],
    clients: () => {
      const asked = new WeakMap<FaultyLine, number>();
      return together(
        takes(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, ({ user_id }, line) => {
          asked.set(line, user_id);
          return undefined;
        }),
        sends(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, (body, line) => ({
          ...body,
          user_id: asked.get(line) ?? body.user_id,
        })),
      );
    },
  },
  {
    id: "half-closed-client-is-stuck",
    breaks: ["CON-08"],
    clients: () => {
      const halfClosed = new WeakSet<FaultyLine>();
      return {
        missesClose(line) {
          halfClosed.add(line);
          return true;
        },
        staysOpen: (line) => halfClosed.has(line),
        sent: (_, line) => (halfClosed.has(line) ? [] : undefined),
      };
    },
  },
  {
    id: "user-id-of-history-request-trusted",
    breaks: ["CON-07"],
    clients: () => actingForWhomTheBodyNames(CommandId.CID_MSG_LIST_REQUEST),
  },
  {
    id: "user-id-of-read-ack-trusted",
    breaks: ["CON-07"],
    clients: () => actingForWhomTheBodyNames(CommandId.CID_MSG_READ_ACK),
  },
  {
    id: "user-id-of-signature-trusted",
    breaks: ["CON-07"],
    clients: () => actingForWhomTheBodyNames(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST),
  },
  {
    id: "answer-in-the-name-of-user-0",
    breaks: ["CON-07"],
    clients: () => sends(CommandId.CID_GROUP_NORMAL_LIST_RESPONSE, (body) => ({ ...body, user_id: 0 })),
  },
];

/** Closes whoever sends no heartbeat for so long, whatever else he sends. */
function closesWithoutHeartbeat(idleMs: number): WireFault {
  const beats = new WeakMap<FaultyLine, number>();
  const watch = (line: FaultyLine) => {
    const beat = (beats.get(line) ?? 0) + 1;
    beats.set(line, beat);
    line.later(idleMs, () => {
      if (beats.get(line) === beat) line.close();
    });
  };
  return {
    opened: watch,
    ...takes(CommandId.CID_OTHER_HEARTBEAT, (_, line) => {
      watch(line);
      return undefined;
    }),
  };
}

/** Unread messages of whom the body names. */
function trusting(): WireFault {
  const asked = new WeakMap<FaultyLine, number>();
  return together(
    takes(CommandId.CID_MSG_UNREAD_CNT_REQUEST, ({ user_id }, line) => {
      asked.set(line, user_id);
      return undefined;
    }),
    sends(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, (body, line) => ({
      ...body,
      user_id: asked.get(line) ?? body.user_id,
    })),
  );
}

/** Beyond what a connection counts up to in a case. */
const FIRST_ALIAS = 60_000;

/** A request goes on as one of the user whom it names, where he is connected, and its answer comes back to who asked. */
function actingForWhomTheBodyNames(
  request:
    | typeof CommandId.CID_MSG_LIST_REQUEST
    | typeof CommandId.CID_MSG_READ_ACK
    | typeof CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST,
): WireFault {
  const asked = new Map<number, { line: FaultyLine; seqNum: number }>();
  return {
    received(pdu, line) {
      const body = pdu.commandId === request ? pdu.body(request) : undefined;
      const named = line.all.find(({ userId }) => userId === body?.user_id);
      if (named === undefined || named.userId === line.userId) return undefined;
      const alias = FIRST_ALIAS + asked.size;
      asked.set(alias, { line, seqNum: pdu.header.seqNum });
      named.toServer(pdu.withHeader({ seqNum: alias }));
      return [];
    },
    sent(pdu) {
      const by = asked.get(pdu.header.seqNum);
      if (by === undefined) return undefined;
      by.line.toClient(pdu.withHeader({ seqNum: by.seqNum }));
      return [];
    },
  };
}
