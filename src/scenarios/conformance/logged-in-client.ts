import type { Account } from "../../client/account.js";
import type { ClientTypeName } from "../../client/client-type.js";
import type { ExpectOptions, PduPeer, ReceivedPdu } from "../../client/peer.js";
import type { RequestId, ResponseBody } from "../../client/requests.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { MsgType, SessionType, UserStatType } from "../../codec/generated/enums.js";
import type { ContactSessionInfo, IMMsgDataAck, MsgInfo, UnreadInfo } from "../../codec/generated/messages.js";
import type { BaseContext } from "./base-context.js";

export interface SentMessage {
  readonly ack: IMMsgDataAck;
  readonly content: Buffer;
}

export interface MessageOptions {
  readonly msgType?: MsgType;
  readonly content?: Buffer;
}

/** A case's connection of a logged-in user. */
export class LoggedInClient {
  constructor(
    private readonly context: BaseContext,
    readonly peer: PduPeer,
    readonly account: Account,
    readonly clientType: ClientTypeName,
    readonly userId: number,
  ) {}

  request<C extends RequestId>(commandId: C, body: CommandBody[C]): Promise<ResponseBody<C>> {
    return this.peer.request(commandId, body);
  }

  /** The body of a message as the shipped clients send it. */
  messageTo(sessionId: number, { msgType, content }: MessageOptions = {}): CommandBody[typeof CommandId.CID_MSG_DATA] {
    return {
      from_user_id: this.userId,
      to_session_id: sessionId,
      msg_id: 0,
      create_time: 0,
      msg_type: msgType ?? MsgType.MSG_TYPE_SINGLE_TEXT,
      msg_data: content ?? this.context.uniqueText(),
    };
  }

  /** Sends a message and awaits its ack (MSG-01). */
  async say(sessionId: number, options: MessageOptions = {}): Promise<SentMessage> {
    const message = this.messageTo(sessionId, options);
    const ack = await this.request(CommandId.CID_MSG_DATA, message);
    return { ack, content: message.msg_data };
  }

  sayInGroup(groupId: number): Promise<SentMessage> {
    return this.say(groupId, { msgType: MsgType.MSG_TYPE_GROUP_TEXT });
  }

  /** Takes the delivery of the message with that content. */
  expectMessage(content: Buffer, options: ExpectOptions = {}): Promise<ReceivedPdu<typeof CommandId.CID_MSG_DATA>> {
    return this.peer.expect(CommandId.CID_MSG_DATA, ({ msg_data }) => msg_data.equals(content), {
      what: `with ${content.toString("latin1", 0, 40)}`,
      ...options,
    });
  }

  /** The message with that content has not come, and does not before a probe that must. */
  expectNoMessage(content: Buffer, probe?: () => Promise<unknown>): Promise<void> {
    return this.peer.expectNothing(CommandId.CID_MSG_DATA, ({ msg_data }) => msg_data.equals(content), {
      what: `with ${content.toString("latin1", 0, 40)}`,
      ...(probe === undefined ? {} : { probe }),
    });
  }

  /** Takes a presence notification about a user (PRE-01). */
  expectPresence(userId: number, status: UserStatType): Promise<ReceivedPdu> {
    return this.peer.expect(
      CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
      ({ user_stat }) => user_stat.user_id === userId && user_stat.status === status,
      { what: `user ${userId} ${status === UserStatType.USER_STATUS_ONLINE ? "online" : "offline"}` },
    );
  }

  /** No presence notification about that user has come, or none with that status, and none comes before the probe. */
  expectNoPresence(userId: number, probe?: () => Promise<unknown>, status?: UserStatType): Promise<void> {
    return this.peer.expectNothing(
      CommandId.CID_BUDDY_LIST_STATUS_NOTIFY,
      ({ user_stat }) => user_stat.user_id === userId && (status === undefined || user_stat.status === status),
      { what: `about user ${userId}`, ...(probe === undefined ? {} : { probe }) },
    );
  }

  /** What has been told of presence so far counts no more. */
  forgetPresence(): void {
    this.peer.forget(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY);
  }

  /** Newest first (MSG-15). */
  async history(
    sessionId: number,
    { begin = 0, count = 10, type = SessionType.SESSION_TYPE_SINGLE as SessionType } = {},
  ): Promise<MsgInfo[]> {
    const answer = await this.request(CommandId.CID_MSG_LIST_REQUEST, {
      user_id: this.userId,
      session_type: type,
      session_id: sessionId,
      msg_id_begin: begin,
      msg_cnt: count,
    });
    return answer.msg_list;
  }

  async latestMsgId(sessionId: number, type: SessionType = SessionType.SESSION_TYPE_SINGLE): Promise<number> {
    const answer = await this.request(CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, {
      user_id: this.userId,
      session_type: type,
      session_id: sessionId,
    });
    return answer.latest_msg_id;
  }

  /** Entries of the unread answer (PUL-08); a session without unread messages has none. */
  async unread(): Promise<{ total: number; list: UnreadInfo[] }> {
    const answer = await this.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: this.userId });
    return { total: answer.total_cnt, list: answer.unreadinfo_list };
  }

  async unreadIn(sessionId: number, type: SessionType = SessionType.SESSION_TYPE_SINGLE): Promise<number> {
    const { list } = await this.unread();
    return list.find((entry) => entry.session_id === sessionId && entry.session_type === type)?.unread_cnt ?? 0;
  }

  async sessions(since = 0): Promise<ContactSessionInfo[]> {
    const answer = await this.request(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, {
      user_id: this.userId,
      latest_update_time: since,
    });
    return answer.contact_session_list;
  }

  async statusOf(...userIds: number[]): Promise<UserStatType[]> {
    const answer = await this.request(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, {
      user_id: this.userId,
      user_id_list: userIds,
    });
    return answer.user_stat_list.map(({ status }) => status);
  }

  /** Marks a session as read up to a message (MSG-14). Has no answer. */
  readUpTo(msgId: number, sessionId: number, type: SessionType = SessionType.SESSION_TYPE_SINGLE): void {
    this.peer.send(CommandId.CID_MSG_READ_ACK, {
      user_id: this.userId,
      session_id: sessionId,
      msg_id: msgId,
      session_type: type,
    });
  }

  /** The server knows by now, cluster-wide, that this user is on a PC. */
  async untilSeenOnline(): Promise<void> {
    await this.context.eventually(
      `user ${this.userId} ONLINE in 0x020b`,
      () => this.statusOf(this.userId),
      ([status]) => status === UserStatType.USER_STATUS_ONLINE,
    );
  }

  close(): Promise<void> {
    return this.peer.close();
  }
}
