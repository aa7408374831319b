import { setImmediate as nextTurn } from "node:timers/promises";
import { type CommandBody, CommandId } from "../../../codec/generated/commands.js";
import { GroupModifyType, MsgType, SessionType } from "../../../codec/generated/enums.js";
import type { ContactSessionInfo, IMMsgData, MsgInfo, UnreadInfo } from "../../../codec/generated/messages.js";
import type { Deviations } from "../../deviations.js";
import type { GroupRecord } from "../../storage/storage.js";
import { storageLimits } from "../../storage/storage-limits.js";
import type { DatabaseRequestId, DatabaseResponseBody } from "../database-port.js";
import type { DatabaseCommands, DatabaseContext } from "./database-command.js";
import { FirstContacts } from "./first-contacts.js";
import { sessionKindOf } from "./message-commands.js";
import { nameByInjection } from "./name-by-injection.js";

type Command<C extends DatabaseRequestId> = (
  context: DatabaseContext,
  body: CommandBody[C],
) => Promise<DatabaseResponseBody<C>>;

/** Wraps the commands that a deviation changes (docs/deviations.md); the others, and all when none is on, are untouched. */
export function deviatingCommands(commands: DatabaseCommands, deviates: Deviations): DatabaseCommands {
  return {
    ...commands,
    ...(deviates["LGN-08"] ? loginBySql(commands) : {}),
    ...(deviates["PUL-06"] ? peerAsSender(commands) : {}),
    ...(deviates["GRP-03"] ? addByAnyone(commands) : {}),
    ...infoCommands(commands, deviates),
    ...historyCommands(commands, deviates),
    ...messageCommand(deviates),
  };
}

/** LGN-08. */
function loginBySql(commands: DatabaseCommands): Partial<DatabaseCommands> {
  const id = CommandId.CID_OTHER_VALIDATE_REQ;
  return {
    [id]: async (context, body) => {
      const user_name = await nameByInjection(context.storage, body.user_name);
      return { ...(await commands[id](context, { ...body, user_name })), user_name: body.user_name };
    },
  };
}

/** PUL-06, in 0x0308 too. */
function peerAsSender(commands: DatabaseCommands): Partial<DatabaseCommands> {
  const recent = CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST;
  const unread = CommandId.CID_MSG_UNREAD_CNT_REQUEST;
  const fromPeer = <Session extends ContactSessionInfo | UnreadInfo>(session: Session): Session =>
    session.session_type === SessionType.SESSION_TYPE_SINGLE
      ? { ...session, latest_msg_from_user_id: session.session_id }
      : session;
  return {
    [recent]: async (context, body) => {
      const answer = await commands[recent](context, body);
      return { ...answer, contact_session_list: answer.contact_session_list.map(fromPeer) };
    },
    [unread]: async (context, body) => {
      const answer = await commands[unread](context, body);
      return { ...answer, unreadinfo_list: answer.unreadinfo_list.map(fromPeer) };
    },
  };
}

/** GRP-03: whoever adds to a temporary group passes for its creator. */
function addByAnyone(commands: DatabaseCommands): Partial<DatabaseCommands> {
  const id = CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST;
  return {
    [id]: async (context, body) => {
      const group = await groupOf(context, body.group_id);
      const isOpenToAll = group?.kind === 2 && body.change_type === GroupModifyType.GROUP_MODIFY_TYPE_ADD;
      const byId = isOpenToAll ? group.creatorId : body.user_id;
      return { ...(await commands[id](context, { ...body, user_id: byId })), user_id: body.user_id };
    },
  };
}

/** GRP-10. */
function infoCommands(commands: DatabaseCommands, deviates: Deviations): Partial<DatabaseCommands> {
  if (!deviates["GRP-10"]) return {};
  const id = CommandId.CID_GROUP_INFO_REQUEST;
  return {
    [id]: async (context, body) => {
      const answer = await commands[id](context, body);
      return { ...answer, group_info_list: answer.group_info_list.map((info) => ({ ...info, shield_status: 0 })) };
    },
  };
}

/** MSG-05, MSG-18. */
function historyCommands(commands: DatabaseCommands, deviates: Deviations): Partial<DatabaseCommands> {
  if (!deviates["MSG-05"] && !deviates["MSG-18"]) return {};
  const list = CommandId.CID_MSG_LIST_REQUEST;
  const byIds = CommandId.CID_MSG_GET_BY_MSG_ID_REQ;
  const kept = deviates["MSG-05"] ? asColumnKeeps : (content: Buffer) => content;
  const pick: Command<typeof byIds> = async (context, body) => {
    const isGroup = body.session_type === SessionType.SESSION_TYPE_GROUP;
    const group = deviates["MSG-18"] && isGroup ? await groupOf(context, body.session_id) : undefined;
    const asWhom = group === undefined || group.members.includes(body.user_id) ? body.user_id : group.members[0];
    return { ...(await commands[byIds](context, { ...body, user_id: asWhom ?? body.user_id })), user_id: body.user_id };
  };
  return {
    [list]: async (context, body) => {
      const answer = await commands[list](context, body);
      return {
        ...answer,
        msg_list: answer.msg_list.map((each) => ({
          ...each,
          msg_data: isAudio(each) ? each.msg_data : kept(each.msg_data),
        })),
      };
    },
    [byIds]: async (context, body) => {
      const answer = await pick(context, body);
      return {
        ...answer,
        msg_list: answer.msg_list.map((each) => ({
          ...each,
          msg_data: isAudio(each) ? each.msg_data : kept(each.msg_data),
        })),
      };
    },
  };
}

/** Audio is kept as a file of its own, not in a column (MSG-19). */
function isAudio({ msg_type }: MsgInfo): boolean {
  return msg_type === MsgType.MSG_TYPE_SINGLE_AUDIO || msg_type === MsgType.MSG_TYPE_GROUP_AUDIO;
}

/** Of a message's text column. */
const COLUMN_CHARS = 4096;

/** MSG-05: a text column cuts at NUL and at 4096 characters, and holds valid UTF-8 only. */
function asColumnKeeps(content: Buffer): Buffer {
  const nul = content.indexOf(0);
  const text = (nul < 0 ? content : content.subarray(0, nul)).toString("utf8");
  // A character is one or two UTF-16 units, so most texts need no counting.
  const kept = text.length <= COLUMN_CHARS ? text : [...text].slice(0, COLUMN_CHARS).join("");
  return Buffer.from(kept, "utf8");
}

/** MSG-02, MSG-09, MSG-12, MSG-23. */
function messageCommand(deviates: Deviations): Partial<DatabaseCommands> {
  if (!deviates["MSG-02"] && !deviates["MSG-09"] && !deviates["MSG-12"] && !deviates["MSG-23"]) return {};
  const id = CommandId.CID_MSG_DATA;
  const firstContacts = new FirstContacts();
  let count = 0;
  const append = async ({ storage }: DatabaseContext, body: IMMsgData): Promise<number> => {
    const msgId = await storage.messages.append({
      fromId: body.from_user_id,
      to: { kind: sessionKindOf(body.msg_type), id: body.to_session_id },
      type: body.msg_type,
      content: deviates["MSG-23"] ? body.msg_data.subarray(0, storageLimits.contentBytes) : body.msg_data,
      created: body.create_time,
      evenToUnknown: deviates["MSG-12"],
    });
    return msgId ?? 0;
  };
  return {
    [id]: async (context, request) => {
      // The bytes may be views of a read buffer, and this waits.
      const body = { ...request, msg_data: Buffer.from(request.msg_data) };
      // MSG-09: of three that come together the first is stored last.
      if (deviates["MSG-09"]) for (let turns = 2 - (count++ % 3); turns > 0; turns--) await nextTurn();
      const store = () => append(context, body);
      const isFirst = deviates["MSG-02"] && sessionKindOf(body.msg_type) === 1;
      const msg_id = isFirst ? await firstContacts.store(context.storage, body, store) : await store();
      return { ...body, msg_id };
    },
  };
}

async function groupOf({ storage }: DatabaseContext, id: number): Promise<GroupRecord | undefined> {
  const [group] = await storage.groups.infos(0, [{ id, version: 0 }]);
  return group;
}
