import { CommandId } from "../../../codec/generated/commands.js";
import type { ClientType } from "../../../codec/generated/enums.js";
import type { DatabaseCommands, DatabaseNotices } from "./database-command.js";

/** PSH-01: 1 = with sound; whoever sends the push changes it to 2 for a user who has a PC online. */
const PUSH_TYPE_NORMAL = 1;

export const pushAndFileCommands = {
  /** DBP-03. */
  [CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ]: async ({ storage }, { user_id }) => {
    const tokens = await storage.push.pushTokens(user_id);
    return {
      user_token_info: tokens.map(({ userId, clientType, token, totalUnread }) => ({
        user_id: userId,
        user_type: clientType as ClientType,
        token,
        push_count: totalUnread,
        push_type: PUSH_TYPE_NORMAL,
      })),
    };
  },

  /** FIL-03: msg_server fills in the file_server's addresses. */
  [CommandId.CID_FILE_HAS_OFFLINE_REQ]: async ({ storage, clock, offlineKeptMs }, { user_id }) => {
    const addedSince = Math.max(0, Math.ceil((clock.nowMs() - offlineKeptMs) / 1000));
    const files = await storage.offlineFiles.list(user_id, addedSince);
    return {
      user_id,
      offline_file_list: files.map(({ fromId, taskId, name, sizeBytes }) => ({
        from_user_id: fromId,
        task_id: taskId,
        file_name: name,
        file_size: sizeBytes,
      })),
      ip_addr_list: [],
    };
  },
} satisfies Partial<DatabaseCommands>;

export const fileNotices = {
  [CommandId.CID_FILE_ADD_OFFLINE_REQ]: async ({ storage }, body) => {
    await storage.offlineFiles.add({
      fromId: body.from_user_id,
      toId: body.to_user_id,
      taskId: body.task_id,
      name: body.file_name,
      sizeBytes: body.file_size,
    });
  },

  [CommandId.CID_FILE_DEL_OFFLINE_REQ]: async ({ storage }, { from_user_id, to_user_id, task_id }) => {
    await storage.offlineFiles.delete(from_user_id, to_user_id, task_id);
  },
} satisfies Partial<DatabaseNotices>;
