import type { Account } from "../../client/account.js";
import type { PduPeer } from "../../client/peer.js";
import { responseOf } from "../../client/requests.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { type GroupModifyType, GroupType, MsgType, SessionType } from "../../codec/generated/enums.js";
import type {
  ContactSessionInfo,
  GroupInfo,
  IMGroupChangeMemberRsp,
  IMMsgData,
  IMValidateRsp,
  MsgInfo,
} from "../../codec/generated/messages.js";
import { loginPassword } from "../../codec/password.js";
import { hexId } from "../../codec/registry.js";
import { BaseContext } from "./base-context.js";
import type { LeasedGroup } from "./conformance-case.js";
import { definer } from "./define-case.js";
import { expectEqual } from "./expect-that.js";

/** Which command answers which request of a msg_server (DBP-01 … DBP-03). */
export const databaseAnswerOf = {
  ...responseOf,
  [CommandId.CID_MSG_DATA]: CommandId.CID_MSG_DATA,
  [CommandId.CID_OTHER_VALIDATE_REQ]: CommandId.CID_OTHER_VALIDATE_RSP,
  [CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ]: CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP,
  [CommandId.CID_OTHER_GET_SHIELD_REQ]: CommandId.CID_OTHER_GET_SHIELD_RSP,
} as const;
export type DatabaseQuestion = keyof typeof databaseAnswerOf;
type Answer<C extends DatabaseQuestion> = CommandBody[(typeof databaseAnswerOf)[C]];

export const { SESSION_TYPE_SINGLE: SINGLE, SESSION_TYPE_GROUP: GROUP } = SessionType;
const { MSG_TYPE_SINGLE_TEXT, MSG_TYPE_GROUP_TEXT } = MsgType;

/** What the bodies of a db_proxy_server's cases use: the suite plays a msg_server, and asks in users' names. */
export class DatabaseContext extends BaseContext {
  #link: PduPeer | undefined;
  readonly #userIds = new Map<Account, number>();

  get group(): LeasedGroup {
    const { group } = this.environment;
    if (group === undefined) throw new Error("the case has not asked for a group");
    return group;
  }

  /** The case's link, the same each time. */
  async link(): Promise<PduPeer> {
    this.#link ??= await this.connectServer("msg_server");
    return this.#link;
  }

  /**
   * Asks with an attach_data of its own, which must come back unchanged with the answer, like seq_num (DBP-02), and like what
   * the question says of whom and what it is about.
   */
  async ask<C extends DatabaseQuestion>(commandId: C, body: CommandBody[C], on?: PduPeer): Promise<Answer<C>> {
    const link = on ?? (await this.link());
    const attach_data = Buffer.from(this.uniqueWord(), "hex");
    const seqNum = link.send(commandId, { ...body, attach_data } as CommandBody[C]);
    const answer = databaseAnswerOf[commandId];
    const { body: answered } = await link.expect(answer, (_, pdu) => pdu.seqNum === seqNum, {
      what: `with seq_num ${seqNum}`,
    });
    const { attach_data: returned, ...told } = answered as { attach_data?: Buffer };
    expectEqual("attach_data", returned ?? Buffer.alloc(0), attach_data);
    expectEqual(`what ${hexId(answer)} is about`, subjectOf(told, body), subjectOf(body, told));
    return told as Answer<C>;
  }

  validate({ name, password }: Account): Promise<IMValidateRsp> {
    return this.ask(CommandId.CID_OTHER_VALIDATE_REQ, { user_name: name, password: loginPassword(password) });
  }

  /** The user id of the nth account; a case whose users cannot be validated is blocked. */
  async userId(n: number): Promise<number> {
    const account = this.account(n);
    const known = this.#userIds.get(account);
    if (known !== undefined) return known;
    const { result_code, user_info } = await this.precondition(
      `${account.name} cannot be validated`,
      this.validate(account),
    );
    if (user_info === undefined) return this.block(`${account.name} cannot be validated: result_code ${result_code}`);
    this.#userIds.set(account, user_info.user_id);
    return user_info.user_id;
  }

  async userIds(...ns: number[]): Promise<number[]> {
    const ids: number[] = [];
    for (const n of ns) ids.push(await this.userId(n));
    return ids;
  }

  /** Has a message stored; `msg_id` 0 in the answer = it was not (DBP-02). */
  store(from_user_id: number, to_session_id: number, options: Partial<IMMsgData> = {}): Promise<IMMsgData> {
    return this.ask(CommandId.CID_MSG_DATA, {
      from_user_id,
      to_session_id,
      msg_id: 0,
      create_time: Math.floor(this.nowSeconds()),
      msg_type: MSG_TYPE_SINGLE_TEXT,
      msg_data: this.uniqueText(),
      ...options,
    });
  }

  storeInGroup(from_user_id: number, groupId: number, options: Partial<IMMsgData> = {}): Promise<IMMsgData> {
    return this.store(from_user_id, groupId, { msg_type: MSG_TYPE_GROUP_TEXT, ...options });
  }

  /** A group message that must not be stored: an answer has msg_id 0 (DBP-02), and the original servers send none (GRP-07). */
  async expectNotStored(from_user_id: number, groupId: number): Promise<void> {
    const link = await this.link();
    const msg_data = this.uniqueText();
    link.send(CommandId.CID_MSG_DATA, {
      from_user_id,
      to_session_id: groupId,
      msg_id: 0,
      create_time: Math.floor(this.nowSeconds()),
      msg_type: MSG_TYPE_GROUP_TEXT,
      msg_data,
    });
    await link.expectNothing(CommandId.CID_MSG_DATA, (body) => body.msg_id !== 0 && body.msg_data.equals(msg_data), {
      what: "with a msg_id",
      probe: () => this.latestId(from_user_id, groupId, GROUP),
    });
  }

  /** Newest first (MSG-15). */
  async history(
    user_id: number,
    session_id: number,
    { begin = 0, count = 10, type = SINGLE as SessionType, on = undefined as PduPeer | undefined } = {},
  ): Promise<MsgInfo[]> {
    const request = { user_id, session_type: type, session_id, msg_id_begin: begin, msg_cnt: count };
    return (await this.ask(CommandId.CID_MSG_LIST_REQUEST, request, on)).msg_list;
  }

  async latestId(user_id: number, session_id: number, session_type: SessionType = SINGLE): Promise<number> {
    const request = { user_id, session_type, session_id };
    return (await this.ask(CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ, request)).latest_msg_id;
  }

  async unread(user_id: number, session_id: number, type: SessionType = SINGLE): Promise<number> {
    const { unreadinfo_list } = await this.ask(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id });
    const entry = unreadinfo_list.find((each) => each.session_id === session_id && each.session_type === type);
    return entry?.unread_cnt ?? 0;
  }

  /** 0x0303, which has no answer. */
  async read(user_id: number, session_id: number, msg_id: number, session_type: SessionType = SINGLE): Promise<void> {
    const link = await this.link();
    link.send(CommandId.CID_MSG_READ_ACK, { user_id, session_id, msg_id, session_type });
  }

  async session(
    user_id: number,
    session_id: number,
    type: SessionType = SINGLE,
  ): Promise<ContactSessionInfo | undefined> {
    const request = { user_id, latest_update_time: 0 };
    const { contact_session_list } = await this.ask(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, request);
    return contact_session_list.find((each) => each.session_id === session_id && each.session_type === type);
  }

  /** Unix seconds by the database's clock, of now: when a session of two users was changed by a message between them. */
  async databaseTime(from: number, to: number): Promise<number> {
    const { msg_id } = await this.precondition("no message can be stored", this.store(from, to));
    const sessions = [await this.session(from, to), await this.session(to, from)];
    if (sessions.some((session) => session?.latest_msg_id !== msg_id)) {
      return this.block("a message does not show in the sessions of both sides");
    }
    // The original changes the sender's only where the receiver had one, too.
    return Math.max(...sessions.map((session) => session?.updated_time ?? 0));
  }

  /** A temporary group of these users; where none can be made, the case is blocked. */
  async makeGroup(creator: number, members: number[]): Promise<number> {
    const { result_code, group_id = 0 } = await this.precondition(
      "no group can be made",
      this.ask(CommandId.CID_GROUP_CREATE_REQUEST, {
        user_id: creator,
        group_type: GroupType.GROUP_TYPE_TMP,
        group_name: `ttk ${this.uniqueWord()}`,
        group_avatar: "",
        member_id_list: members,
      }),
    );
    if (result_code !== 0 || group_id === 0) return this.block(`no group can be made: result_code ${result_code}`);
    return group_id;
  }

  changeMembers(
    user_id: number,
    change_type: GroupModifyType,
    group_id: number,
    member_id_list: number[],
  ): Promise<IMGroupChangeMemberRsp> {
    const request = { user_id, change_type, group_id, member_id_list };
    return this.ask(CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST, request);
  }

  async groupInfo(user_id: number, group_id: number, version = 0): Promise<GroupInfo | undefined> {
    const request = { user_id, group_version_list: [{ group_id, version }] };
    return (await this.ask(CommandId.CID_GROUP_INFO_REQUEST, request)).group_info_list[0];
  }
}

const subjects = [
  "user_id",
  "session_type",
  "session_id",
  "msg_id_begin",
  "group_id",
  "change_type",
  "from_user_id",
  "to_session_id",
];

/** Those of its fields that the other body has, too. */
function subjectOf(body: object, other: object): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => subjects.includes(name) && name in other));
}

export const defineDatabaseCase = definer("db", DatabaseContext);
