import { decodeBody } from "../codec/body-codec.js";
import { type CommandBody, CommandId } from "../codec/generated/commands.js";
import { type KickReasonType, MsgType, ResultType, SessionType, UserStatType } from "../codec/generated/enums.js";
import type {
  IMLoginRes,
  IMMsgData,
  IMMsgDataAck,
  IMMsgDataReadNotify,
  UserInfo,
} from "../codec/generated/messages.js";
import { sizeOfAck, sizeOfMessage, writeAck, writeMessageHead } from "../codec/message-bytes.js";
import { loginPassword } from "../codec/password.js";
import { encodePdu } from "../codec/pdu.js";
import { HEADER_SIZE, readCommandId, readSeqNum, serverLimits } from "../codec/pdu-header.js";
import { ProtocolError } from "../codec/protocol-error.js";
import type { Address } from "../net/address.js";
import { dial } from "../net/dial.js";
import type { CloseReason, LinkHandler, PduLink } from "../net/pdu-link.js";
import { ClientError } from "./client-error.js";
import { type ClientTypeName, clientTypes } from "./client-type.js";
import { PendingRequests } from "./pending-requests.js";
import { type RequestId, type ResponseBody, responseOf } from "./requests.js";

/** One object may serve thousands of devices. */
export interface DeviceOptions {
  readonly clientType: ClientTypeName;
  readonly clientVersion?: string;
  /** How long an awaited answer may take; 10,000 unless given. Looked at every 250 ms. */
  readonly requestTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** A heartbeat goes out after sending nothing for so long (CON-01); 30,000 unless given, 0 = only `sendHeartbeat`. */
  readonly heartbeatIntervalMs?: number;
  /** Source address: one address has no more than about 64,000 ports towards one server. */
  readonly localAddress?: string;
  /** Acknowledge each message received with 0x0302, as the shipped clients do (MSG-13); true unless given. */
  readonly acknowledges?: boolean;
  /** What a server may send; 64 MiB a PDU unless given. */
  readonly pduSizeMaxBytes?: number;
}

/**
 * What comes in unasked, and the answers to what was sent without waiting. Every callback is optional, runs inside the
 * read of the socket, and must not keep the bytes that it is shown (`msg_data` is a view): one handler may serve all
 * devices of a process. What nobody listens for is not decoded.
 */
export interface DeviceHandler {
  /** 0x0301 from anybody, or from another device of the same user, as `bytes[start, end)`. Its 0x0302 is queued already. */
  onMessage?(device: Device, message: IMMsgData, seqNum: number, bytes: Buffer, start: number, end: number): void;
  /** 0x0302: the server has stored the message that `sendMessage` returned this seq_num for (MSG-01, MSG-10). */
  onAck?(device: Device, seqNum: number, ack: IMMsgDataAck, bytes: Buffer, start: number, end: number): void;
  /** 0x0304: another device of this user has read a session (MSG-14). */
  onRead?(device: Device, notify: IMMsgDataReadNotify): void;
  /** 0x0203 (PRE-01); a busy server sends one to every PC for each login of anybody. */
  onPresence?(device: Device, userId: number, status: UserStatType): void;
  /** 0x0107; the device closes its connection right after it (LGN-10, LGN-14). */
  onKick?(device: Device, reason: KickReasonType): void;
  /** The echo of `sendHeartbeat`. */
  onHeartbeat?(device: Device, seqNum: number): void;
  /** Any other PDU `bytes[start, end)`, header included: answers to `sendRequest`, and further notifications. */
  onOther?(device: Device, commandId: number, seqNum: number, bytes: Buffer, start: number, end: number): void;
  /** A PDU that cannot be decoded. */
  onMalformed?(device: Device, commandId: number, error: ProtocolError): void;
  /** Exactly once for each connection that was open. */
  onClose?(device: Device, reason: CloseReason): void;
}

export interface Credentials {
  readonly userName: string;
  /** As typed; the MD5 of it goes over the wire. */
  readonly password: string;
  readonly onlineStatus?: UserStatType;
}

/** A request and its answer, with the PDUs that went. */
export interface Exchange<C extends RequestId> {
  readonly answer: ResponseBody<C>;
  readonly sent: Buffer;
  readonly received: Buffer;
}

export type LoginAnswer = IMLoginRes & { readonly user_info: UserInfo };

const REQUEST_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 30_000;
const SEQ_NUM_MAX = 0xffff;
const CLIENT_VERSION = "ttk";
const nobodyListens: DeviceHandler = {};
const emptyBody = {};

/**
 * One device of one user: dials, logs in, pulls, sends, answers. Several devices of a user are several Devices. Set-up
 * steps are promises; `send…` and the handler's callbacks are the hot path, without a promise for each message.
 */
export class Device implements LinkHandler {
  /** 0 until logged in. */
  userId = 0;
  kickedFor: KickReasonType | undefined;
  #link: PduLink | undefined;
  #requests: PendingRequests | undefined;
  #lastSeqNum = 0;
  /** Of the message that is being written. */
  #messageStart = 0;

  constructor(
    readonly options: DeviceOptions,
    private readonly handler: DeviceHandler = nobodyListens,
  ) {}

  get isOpen(): boolean {
    return this.#link?.isOpen ?? false;
  }

  /** The connection, for its addresses and counters; `undefined` while there is none. */
  get link(): PduLink | undefined {
    return this.#link;
  }

  /** @throws DialError */
  async connect(address: Address, signal?: AbortSignal): Promise<void> {
    if (this.isOpen) throw new Error("this device is connected already");
    const { connectTimeoutMs, localAddress, heartbeatIntervalMs, pduSizeMaxBytes } = this.options;
    this.userId = 0;
    this.kickedFor = undefined;
    this.#requests?.fail(new ClientError("CLOSED"));
    this.#link = await dial(
      address,
      {
        limits: pduSizeMaxBytes === undefined ? serverLimits : { pduSizeMaxBytes },
        heartbeatIntervalMs: heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS,
        ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
        ...(localAddress === undefined ? {} : { localAddress }),
        ...(signal === undefined ? {} : { signal }),
      },
      this,
    );
  }

  /** LGN-01. @throws ClientError LOGIN_REFUSED with the server's reason, TIMEOUT, CLOSED, ANSWER_MALFORMED */
  async login({ userName, password, onlineStatus }: Credentials): Promise<LoginAnswer> {
    const answer = await this.request(CommandId.CID_LOGIN_REQ_USERLOGIN, {
      user_name: userName,
      password: loginPassword(password),
      online_status: onlineStatus ?? UserStatType.USER_STATUS_ONLINE,
      client_type: clientTypes[this.options.clientType],
      client_version: this.options.clientVersion ?? CLIENT_VERSION,
    });
    const { result_code: resultCode, result_string: resultString = "", user_info } = answer;
    if (resultCode !== ResultType.REFUSE_REASON_NONE) {
      throw new ClientError("LOGIN_REFUSED", { resultCode, resultString });
    }
    if (user_info === undefined) throw new ClientError("ANSWER_MALFORMED", { reason: "no user_info" });
    this.userId = user_info.user_id;
    return { ...answer, user_info };
  }

  /** LGN-13: logs out; the server closes the connection after its answer. */
  async logout(): Promise<void> {
    await this.request(CommandId.CID_LOGIN_REQ_LOGINOUT, emptyBody);
    this.close();
  }

  /** Sends a request and awaits its answer. @throws ClientError TIMEOUT, CLOSED, ANSWER_MALFORMED */
  async request<C extends RequestId>(commandId: C, body: CommandBody[C]): Promise<ResponseBody<C>> {
    return (await this.exchange(commandId, body)).answer;
  }

  /** The same, with both PDUs. */
  async exchange<C extends RequestId>(commandId: C, body: CommandBody[C]): Promise<Exchange<C>> {
    if (!this.isOpen) throw new ClientError("CLOSED");
    this.#requests ??= new PendingRequests();
    const seqNum = this.#nextSeqNum();
    const timeoutMs = this.options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    const answered = this.#requests.add(seqNum, responseOf[commandId], timeoutMs);
    const sent = encodePdu(commandId, body, { seqNum });
    this.#link?.sendBytes(sent);
    const { body: answer, pdu: received } = await answered;
    return { answer: answer as ResponseBody<C>, sent, received };
  }

  /** Sends a message and awaits the server's ack, by which it is stored (MSG-01, MSG-10). */
  message(toSessionId: number, msgType: MsgType, content: Buffer): Promise<IMMsgDataAck> {
    return this.request(CommandId.CID_MSG_DATA, {
      from_user_id: this.userId,
      to_session_id: toSessionId,
      msg_id: 0,
      create_time: 0,
      msg_type: msgType,
      msg_data: content,
    });
  }

  /** Hot: sends a message; the ack comes to `onAck` under the seq_num returned. 0 when the connection is closed. */
  sendMessage(toSessionId: number, msgType: MsgType, content: Buffer): number {
    const link = this.#link;
    if (!link?.isOpen) return 0;
    const at = this.beginMessage(link, toSessionId, msgType, content.length);
    content.copy(link.outgoing, at);
    this.endMessage(link);
    return this.#lastSeqNum;
  }

  /**
   * Hot: the same for whoever makes the content in place. Returns where in the link's `outgoing` its `contentBytes` go: they
   * are written at once, and `endMessage` called, with nothing sent in between. Only while the link is open.
   */
  beginMessage(link: PduLink, toSessionId: number, msgType: MsgType, contentBytes: number): number {
    const seqNum = this.#nextSeqNum();
    this.#messageStart = link.reserve(sizeOfMessage(this.userId, toSessionId, contentBytes));
    return writeMessageHead(link.outgoing, this.#messageStart, seqNum, this.userId, toSessionId, msgType, contentBytes);
  }

  endMessage(link: PduLink): void {
    link.appended(CommandId.CID_MSG_DATA, this.#messageStart);
  }

  /** Of what was sent last. */
  get lastSeqNum(): number {
    return this.#lastSeqNum;
  }

  /** Hot: the echo comes to `onHeartbeat` under the seq_num returned (CON-01). 0 when the connection is closed. */
  sendHeartbeat(): number {
    return this.sendRequest(CommandId.CID_OTHER_HEARTBEAT, emptyBody);
  }

  /** Hot: sends without waiting; the answer comes to `onOther` under the seq_num returned. 0 when closed. */
  sendRequest<C extends CommandId>(commandId: C, body: CommandBody[C]): number {
    if (!this.isOpen) return 0;
    const seqNum = this.#nextSeqNum();
    this.#link?.send(commandId, body, seqNum);
    return seqNum;
  }

  /** MSG-14: everything of the session up to `msgId` is read. Has no answer. @returns its seq_num; 0 when closed */
  sendReadAck(sessionId: number, sessionType: SessionType, msgId: number): number {
    const body = { user_id: this.userId, session_id: sessionId, msg_id: msgId, session_type: sessionType };
    return this.sendRequest(CommandId.CID_MSG_READ_ACK, body);
  }

  /** Sends what is queued, then closes; `onClose` follows. */
  close(): void {
    this.#link?.close();
  }

  /** Closes now, whatever is queued: what a crash or a lost network looks like. */
  destroy(): void {
    this.#link?.destroy();
  }

  /** Called by the link. */
  onPdu(link: PduLink, bytes: Buffer, start: number, end: number): void {
    const commandId = readCommandId(bytes, start);
    const seqNum = readSeqNum(bytes, start);
    if (this.#requests?.settle(commandId, seqNum, bytes, start, end)) {
      // Most devices await nothing most of the time, and every PDU asks whether they do.
      if (this.#requests.size === 0) this.#requests = undefined;
      return;
    }
    try {
      this.#handle(link, commandId, seqNum, bytes, start, end);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.handler.onMalformed?.(this, commandId, error);
    }
  }

  /** Called by the link. */
  onClose(link: PduLink, reason: CloseReason, error?: Error): void {
    // A connection that takes its time to close may end after the next one has begun.
    if (link === this.#link) {
      this.#link = undefined;
      this.#requests?.fail(
        new ClientError("CLOSED", { reason: error === undefined ? reason : `${reason}: ${error.message}` }),
      );
    }
    this.handler.onClose?.(this, reason);
  }

  #handle(link: PduLink, commandId: number, seqNum: number, bytes: Buffer, start: number, end: number): void {
    const { handler } = this;
    const bodyAt = start + HEADER_SIZE;
    switch (commandId) {
      case CommandId.CID_MSG_DATA: {
        const message = decodeBody(CommandId.CID_MSG_DATA, bytes, bodyAt, end);
        const { from_user_id, to_session_id, msg_id, msg_type } = message;
        this.acknowledge(link, from_user_id, to_session_id, msg_id, msg_type);
        return handler.onMessage?.(this, message, seqNum, bytes, start, end);
      }
      case CommandId.CID_MSG_DATA_ACK: {
        const ack = decodeBody(CommandId.CID_MSG_DATA_ACK, bytes, bodyAt, end);
        return handler.onAck?.(this, seqNum, ack, bytes, start, end);
      }
      case CommandId.CID_BUDDY_LIST_STATUS_NOTIFY: {
        if (handler.onPresence === undefined) return;
        const { user_stat } = decodeBody(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, bytes, bodyAt, end);
        return handler.onPresence(this, user_stat.user_id, user_stat.status);
      }
      case CommandId.CID_OTHER_HEARTBEAT:
        return handler.onHeartbeat?.(this, seqNum);
      case CommandId.CID_MSG_READ_NOTIFY:
        return handler.onRead?.(this, decodeBody(CommandId.CID_MSG_READ_NOTIFY, bytes, bodyAt, end));
      case CommandId.CID_LOGIN_KICK_USER:
        this.kickedFor = decodeBody(CommandId.CID_LOGIN_KICK_USER, bytes, bodyAt, end).kick_reason;
        handler.onKick?.(this, this.kickedFor);
        return link.close();
      default:
        return handler.onOther?.(this, commandId, seqNum, bytes, start, end);
    }
  }

  /** Whether an answer is awaited: any PDU may be one. */
  protected get isAwaitingAnswer(): boolean {
    return this.#requests !== undefined && this.#requests.size > 0;
  }

  /** Hot. MSG-13, unless the options say otherwise: in a one-to-one session the peer is the session, in a group the group is. */
  protected acknowledge(link: PduLink, fromUserId: number, toSessionId: number, msgId: number, msgType: MsgType): void {
    if (this.options.acknowledges === false || !link.isOpen) return;
    const isGroup = msgType === MsgType.MSG_TYPE_GROUP_TEXT || msgType === MsgType.MSG_TYPE_GROUP_AUDIO;
    const sessionId = isGroup || fromUserId === this.userId ? toSessionId : fromUserId;
    const sessionType = isGroup ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE;
    const seqNum = this.#nextSeqNum();
    const start = link.reserve(sizeOfAck(this.userId, sessionId, msgId));
    writeAck(link.outgoing, start, seqNum, this.userId, sessionId, msgId, sessionType);
    link.appended(CommandId.CID_MSG_DATA_ACK, start);
  }

  /** 1…65535 in turn; 0 is what notifications carry (FRM-14). A number still waited for is not given out again. */
  #nextSeqNum(): number {
    do {
      this.#lastSeqNum = this.#lastSeqNum === SEQ_NUM_MAX ? 1 : this.#lastSeqNum + 1;
    } while (this.isAwaitingAnswer && this.#requests?.has(this.#lastSeqNum));
    return this.#lastSeqNum;
  }
}
