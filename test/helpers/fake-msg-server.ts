import { decodeBody } from "../../src/codec/body-codec.js";
import { type CommandBody, CommandId } from "../../src/codec/generated/commands.js";
import {
  type ClientType,
  KickReasonType,
  ResultType,
  SessionType,
  UserStatType,
} from "../../src/codec/generated/enums.js";
import type { IMMsgData, UnreadInfo, UserInfo } from "../../src/codec/generated/messages.js";
import { loginPassword } from "../../src/codec/password.js";
import { clientLimits, HEADER_SIZE, readCommandId, readSeqNum } from "../../src/codec/pdu-header.js";
import type { Address } from "../../src/net/address.js";
import { listen, type PduListener } from "../../src/net/listen.js";
import type { LinkTrace, PduLink } from "../../src/net/pdu-link.js";

/** One copy of a message on its way to one connection. */
interface Delivery {
  readonly message: IMMsgData;
  readonly toUserId: number;
  readonly clientType: number;
}

/** What is done to a delivery. `swap` holds it back until the next one to the same connection has gone. */
export type Mischief = "deliver" | "drop" | "duplicate" | "alter" | "swap";

export interface FakeOptions {
  readonly users: number;
  readonly password?: string;
  readonly mischief?: (delivery: Delivery) => Mischief;
  /** Whether a user's other connections are told of a read ack (MSG-14); they are unless said otherwise. */
  readonly tellsReads?: boolean;
  /** Called before a message is handled; false = it is neither acknowledged nor delivered. */
  readonly accepts?: (message: IMMsgData) => boolean;
  /** Whether a message that is accepted is in history, and whether it is acknowledged; both unless said otherwise. */
  readonly stores?: (message: IMMsgData) => boolean;
  readonly acks?: (message: IMMsgData) => boolean;
  /** What of a user's is not looked at until `release`, or until the connection that it came over logs out. */
  readonly holds?: (commandId: number, userId: number) => boolean;
  /** What a user has not read yet. */
  readonly unread?: (userId: number) => UnreadInfo[];
  /** Sees every PDU. */
  readonly trace?: LinkTrace;
}

interface Held {
  readonly session: Session;
  readonly handle: () => void;
}

interface Session {
  readonly link: PduLink;
  userId: number;
  clientType: number;
  held: IMMsgData | undefined;
}

/**
 * As much of a msg_server as a load run needs, and misbehaving on request: users user1 … userN, empty pulls but for the
 * users and history, ids for each pair, delivery to everybody concerned. Presence is not told.
 */
export class FakeMsgServer {
  readonly #sessions = new Set<Session>();
  readonly #history = new Map<string, IMMsgData[]>();
  readonly #lastIds = new Map<string, number>();
  readonly #waiting: Array<() => void> = [];
  readonly #held: Held[] = [];
  #listener: PduListener | undefined;
  #stalled = false;

  private constructor(private readonly options: FakeOptions) {}

  static async start(options: FakeOptions): Promise<FakeMsgServer> {
    const server = new FakeMsgServer(options);
    server.#listener = await listen(
      { host: "127.0.0.1", port: 0 },
      { limits: clientLimits, ...(options.trace === undefined ? {} : { trace: options.trace }) },
      (link) => server.#accept(link),
    );
    return server;
  }

  get address(): Address {
    return (this.#listener as PduListener).address;
  }

  get logins(): number {
    return [...this.#sessions].filter(({ userId }) => userId > 0).length;
  }

  /** Answers nothing for so long, then everything at once, in order. */
  stall(durationMs: number): void {
    this.#stalled = true;
    setTimeout(() => {
      this.#stalled = false;
      for (const work of this.#waiting.splice(0)) work();
    }, durationMs);
  }

  /** Cuts a user's connections, or that of one kind of device. */
  cut(userId: number, clientType?: ClientType): void {
    for (const session of this.#sessions) {
      if (session.userId === userId && session.clientType === (clientType ?? session.clientType))
        session.link.destroy();
    }
  }

  /** Tells a user's connections to go (LGN-10). */
  kick(userId: number): void {
    const kick_reason = KickReasonType.KICK_REASON_DUPLICATE_USER;
    for (const { link, userId: user_id } of this.#sessions) {
      if (user_id === userId) link.send(CommandId.CID_LOGIN_KICK_USER, { user_id, kick_reason });
    }
  }

  /** How many PDUs are held. */
  get held(): number {
    return this.#held.length;
  }

  /** Handles what is held, also of those who have gone since. */
  release(): void {
    for (const { handle } of this.#held.splice(0)) handle();
  }

  stop(): void {
    this.#listener?.close();
    for (const { link } of this.#sessions) link.destroy();
  }

  #accept(link: PduLink) {
    const session: Session = { link, userId: 0, clientType: 0, held: undefined };
    this.#sessions.add(session);
    return {
      onPdu: (_: PduLink, bytes: Buffer, start: number, end: number) => {
        const kept = Buffer.from(bytes.subarray(start, end));
        const handle = () => this.#handle(session, kept, 0, kept.length);
        if (this.#stalled) this.#waiting.push(handle);
        else if (this.options.holds?.(readCommandId(kept), session.userId)) this.#held.push({ session, handle });
        else handle();
      },
      onClose: () => {
        this.#sessions.delete(session);
      },
    };
  }

  #handle(session: Session, bytes: Buffer, start: number, end: number): void {
    const seqNum = readSeqNum(bytes, start);
    const body = <C extends CommandId>(commandId: C): CommandBody[C] =>
      decodeBody(commandId, bytes, start + HEADER_SIZE, end);
    const { link } = session;
    const user_id = session.userId;
    switch (readCommandId(bytes, start)) {
      case CommandId.CID_LOGIN_REQ_USERLOGIN:
        return this.#login(session, body(CommandId.CID_LOGIN_REQ_USERLOGIN), seqNum);
      case CommandId.CID_LOGIN_REQ_LOGINOUT:
        for (const held of this.#held.filter((other) => other.session === session)) {
          this.#held.splice(this.#held.indexOf(held), 1);
          held.handle();
        }
        link.send(CommandId.CID_LOGIN_RES_LOGINOUT, { result_code: 0 }, seqNum);
        return link.close();
      case CommandId.CID_OTHER_HEARTBEAT:
        return link.send(CommandId.CID_OTHER_HEARTBEAT, {}, seqNum);
      case CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST:
        return link.send(
          CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE,
          { user_id, latest_update_time: 0, dept_list: [] },
          seqNum,
        );
      case CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST: {
        const user_list = Array.from({ length: this.options.users }, (_, index) => userInfo(index + 1));
        return link.send(
          CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE,
          { user_id, latest_update_time: 1, user_list },
          seqNum,
        );
      }
      case CommandId.CID_GROUP_NORMAL_LIST_REQUEST:
        return link.send(CommandId.CID_GROUP_NORMAL_LIST_RESPONSE, { user_id, group_version_list: [] }, seqNum);
      case CommandId.CID_GROUP_INFO_REQUEST:
        return link.send(CommandId.CID_GROUP_INFO_RESPONSE, { user_id, group_info_list: [] }, seqNum);
      case CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST:
        return link.send(
          CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE,
          { user_id, contact_session_list: [] },
          seqNum,
        );
      case CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST: {
        const asked = body(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST).user_id_list;
        const user_stat_list = asked.map((id) => ({ user_id: id, status: UserStatType.USER_STATUS_OFFLINE }));
        return link.send(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, { user_id, user_stat_list }, seqNum);
      }
      case CommandId.CID_MSG_UNREAD_CNT_REQUEST: {
        const unreadinfo_list = this.options.unread?.(user_id) ?? [];
        const total_cnt = unreadinfo_list.reduce((sum, { unread_cnt }) => sum + unread_cnt, 0);
        return link.send(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, { user_id, total_cnt, unreadinfo_list }, seqNum);
      }
      case CommandId.CID_MSG_LIST_REQUEST: {
        const request = body(CommandId.CID_MSG_LIST_REQUEST);
        const newest = request.msg_id_begin || Number.POSITIVE_INFINITY;
        const msg_list = (this.#history.get(pairOf(user_id, request.session_id)) ?? [])
          .filter(({ msg_id }) => msg_id <= newest)
          .slice(-request.msg_cnt)
          .reverse()
          .map((message) => ({ ...message, from_session_id: message.from_user_id }));
        return link.send(CommandId.CID_MSG_LIST_RESPONSE, { ...request, msg_list }, seqNum);
      }
      case CommandId.CID_MSG_DATA:
        return this.#message(session, body(CommandId.CID_MSG_DATA), seqNum);
      case CommandId.CID_MSG_READ_ACK: {
        const { session_id, session_type, msg_id } = body(CommandId.CID_MSG_READ_ACK);
        if (this.options.tellsReads === false) return;
        for (const other of this.#sessions) {
          if (other === session || other.userId !== user_id) continue;
          other.link.send(CommandId.CID_MSG_READ_NOTIFY, { user_id, session_id, session_type, msg_id });
        }
        return;
      }
    }
  }

  #login(session: Session, request: CommandBody[typeof CommandId.CID_LOGIN_REQ_USERLOGIN], seqNum: number): void {
    const userId = Number(/^user(\d+)$/.exec(request.user_name)?.[1] ?? 0);
    const server_time = 1_700_000_000;
    if (userId < 1 || userId > this.options.users || request.password !== loginPassword(this.#password)) {
      const result_code = ResultType.REFUSE_REASON_DB_VALIDATE_FAILED;
      const refusal = { server_time, result_code, result_string: "wrong user name or password" };
      session.link.send(CommandId.CID_LOGIN_RES_USERLOGIN, refusal, seqNum);
      return session.link.close();
    }
    session.userId = userId;
    session.clientType = request.client_type;
    const result_code = ResultType.REFUSE_REASON_NONE;
    const answer = { server_time, result_code, online_status: request.online_status, user_info: userInfo(userId) };
    session.link.send(CommandId.CID_LOGIN_RES_USERLOGIN, answer, seqNum);
  }

  get #password(): string {
    return this.options.password ?? "secret";
  }

  #message(from: Session, message: IMMsgData, seqNum: number): void {
    if (this.options.accepts?.(message) === false) return;
    const pair = pairOf(from.userId, message.to_session_id);
    const history = this.#history.get(pair) ?? [];
    this.#history.set(pair, history);
    const msg_id = (this.#lastIds.get(pair) ?? 0) + 1;
    this.#lastIds.set(pair, msg_id);
    const stored = { ...message, from_user_id: from.userId, msg_id, msg_data: Buffer.from(message.msg_data) };
    if (this.options.stores?.(stored) !== false) history.push(stored);
    const session_type = SessionType.SESSION_TYPE_SINGLE;
    const ack = { user_id: from.userId, session_id: message.to_session_id, msg_id, session_type };
    if (this.options.acks?.(stored) !== false) from.link.send(CommandId.CID_MSG_DATA_ACK, ack, seqNum);
    for (const to of this.#sessions) {
      if (to !== from && (to.userId === from.userId || to.userId === message.to_session_id)) this.#deliver(to, stored);
    }
  }

  #deliver(to: Session, message: IMMsgData): void {
    const delivery = { message, toUserId: to.userId, clientType: to.clientType };
    const mischief = this.options.mischief?.(delivery) ?? "deliver";
    const send = (what: IMMsgData) => to.link.send(CommandId.CID_MSG_DATA, what);
    if (mischief === "swap" && to.held === undefined) {
      to.held = message;
      return;
    }
    if (mischief === "alter") send({ ...message, msg_data: altered(message.msg_data) });
    else if (mischief !== "drop") send(message);
    if (mischief === "duplicate") send(message);
    if (to.held !== undefined) send(to.held);
    to.held = undefined;
  }
}

function pairOf(userId: number, peerId: number): string {
  return [userId, peerId].sort((one, other) => one - other).join();
}

function altered(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  copy[copy.length >> 1] = (copy[copy.length >> 1] as number) ^ 1;
  return copy;
}

function userInfo(userId: number): UserInfo {
  const name = `user${userId}`;
  return {
    user_id: userId,
    user_gender: 1,
    user_nick_name: name,
    avatar_url: "",
    department_id: 1,
    email: "",
    user_real_name: name,
    user_tel: "",
    user_domain: "",
    status: 0,
    sign_info: "",
  };
}
