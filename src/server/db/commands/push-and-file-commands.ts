import { CommandId } from "../../../codec/generated/commands.js";
import { ClientType } from "../../../codec/generated/enums.js";
import type { PushToken } from "../../storage/storage.js";
import type { DatabaseCommands, DatabaseContext, DatabaseNotices } from "./database-command.js";

/** PSH-01: 1 = with sound; whoever sends the push changes it to 2 for a user who has a PC online. */
const PUSH_TYPE_NORMAL = 1;
const DO_NOT_DISTURB = 1;
/** Hours of this machine's clock, as the original db_proxy_server goes by. */
const NIGHT = { from: 22, to: 8 } as const;

export const pushAndFileCommands = {
  /** DBP-03, LGN-16. */
  [CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ]: async (context, { user_id }) => {
    const tokens = await context.storage.push.pushTokens(user_id);
    const told = isNight(context) ? await withoutQuiet(context, tokens) : tokens;
    return {
      user_token_info: told.map(({ userId, clientType, token, totalUnread }) => ({
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

function isNight({ clock }: DatabaseContext): boolean {
  const hour = new Date(clock.nowMs()).getHours();
  return hour >= NIGHT.from || hour < NIGHT.to;
}

/** LGN-16: without iPhones whose owners are not to be disturbed. An Android app sees to that by itself, as by the original. */
async function withoutQuiet({ storage }: DatabaseContext, tokens: readonly PushToken[]): Promise<PushToken[]> {
  const isQuiet = await Promise.all(
    tokens.map(
      async ({ clientType, userId }) =>
        clientType === ClientType.CLIENT_TYPE_IOS && (await storage.push.pushShield(userId)) === DO_NOT_DISTURB,
    ),
  );
  return tokens.filter((_, index) => !isQuiet[index]);
}
