import { CommandId } from "../../../codec/generated/commands.js";
import { DepartmentStatusType, SessionStatusType } from "../../../codec/generated/enums.js";
import type { DatabaseCommands } from "./database-command.js";
import { latestMessage } from "./latest-message.js";
import { userInfo, userListing } from "./user-info.js";

// Whatever a table of others holds, the wire has no third one.
const { DEPT_STATUS_OK, DEPT_STATUS_DELETE } = DepartmentStatusType;

export const buddyCommands = {
  /** PUL-01. */
  [CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST]: async ({ storage }, { user_id, latest_update_time }) => {
    const changed = await storage.departments.changedSince(latest_update_time);
    return {
      user_id,
      latest_update_time: changed.reduce((latest, { updated }) => Math.max(latest, updated), latest_update_time),
      dept_list: changed.map((department) => ({
        dept_id: department.id,
        priority: department.priority,
        dept_name: department.name,
        parent_dept_id: department.parentId,
        dept_status: department.status === DEPT_STATUS_OK ? DEPT_STATUS_OK : DEPT_STATUS_DELETE,
      })),
    };
  },

  /** PUL-02. */
  [CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST]: async ({ storage }, { user_id, latest_update_time }) => {
    const { infos, newest } = userListing(await storage.accounts.changedSince(latest_update_time));
    return { user_id, latest_update_time: Math.max(newest, latest_update_time), user_list: infos };
  },

  /** PUL-03. */
  [CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST]: async ({ storage }, { user_id, user_id_list }) => {
    return { user_id, user_info_list: (await storage.accounts.byIds(user_id_list)).map(userInfo) };
  },

  /** PUL-06. */
  [CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST]: async (context, { user_id, latest_update_time }) => {
    const sessions = await context.storage.sessions.recent(user_id, latest_update_time);
    return {
      user_id,
      contact_session_list: sessions.map(({ id, kind, updated, last }) => ({
        session_id: id,
        session_type: kind,
        session_status: SessionStatusType.SESSION_STATUS_OK,
        updated_time: updated,
        ...latestMessage(last, context.textKey),
      })),
    };
  },

  /** MSG-22. */
  [CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ]: async ({ storage }, { user_id, session_type, session_id }) => {
    const removed = await storage.sessions.remove(user_id, { kind: session_type, id: session_id });
    return { user_id, result_code: removed ? 0 : 1, session_type, session_id };
  },

  /** PRE-04. */
  [CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST]: async ({ storage }, { user_id, sign_info }) => {
    const changed = await storage.accounts.setSignInfo(user_id, sign_info);
    return changed ? { user_id, result_code: 0, sign_info } : { user_id, result_code: 1 };
  },

  /** PRE-05. */
  [CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST]: async ({ storage }, { user_id, avatar_url }) => {
    return { user_id, result_code: (await storage.accounts.setAvatar(user_id, avatar_url)) ? 0 : 1 };
  },
} satisfies Partial<DatabaseCommands>;
