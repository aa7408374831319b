import { CommandId } from "../../../codec/generated/commands.js";
import { TransferFileType } from "../../../codec/generated/enums.js";
import type { IMFileNotify } from "../../../codec/generated/messages.js";
import { encodePdu } from "../../../codec/pdu.js";
import { nowSeconds } from "../../clock.js";
import { attachmentOf } from "../attachment-of.js";
import type { ClientSession } from "../client-session.js";
import { defineHandler, onceLoggedIn } from "../define-handler.js";
import type { MsgContext } from "../msg-context.js";
import { onPcAnywhere } from "../on-pc-anywhere.js";

const READY = { notYet: 0, stored: 1 } as const;

/** FIL-01, FIL-02: a task at a file_server for two clients to meet at, or for one to leave a file. */
const fileRequest = defineHandler({
  command: CommandId.CID_FILE_REQUEST,
  allowedIn: onceLoggedIn,
  async handle(context, session, body, seqNum) {
    const { userId, link } = session;
    const { to_user_id, file_name, file_size } = body;
    const file = { from_user_id: userId, to_user_id, file_name };
    const refuse = (trans_mode: TransferFileType) =>
      link.send(
        CommandId.CID_FILE_RESPONSE,
        { ...file, result_code: 1, task_id: "", ip_addr_list: [], trans_mode },
        seqNum,
      );
    if (isOverRate(context, session)) return refuse(body.trans_mode);
    const trans_mode = await modeFor(context, to_user_id, body.trans_mode);
    const task = await context.files.createTask({ ...file, file_size, trans_mode });
    if (task === undefined) return refuse(trans_mode);
    const task_id = task.answer.task_id ?? "";
    const ip_addr_list = [...task.addresses];
    link.send(CommandId.CID_FILE_RESPONSE, { ...file, result_code: 0, task_id, ip_addr_list, trans_mode }, seqNum);
    notify(context, { ...file, file_size, task_id, ip_addr_list, trans_mode, offline_ready: READY.notYet });
  },
});

/** Each costs other servers work; of one connection's, only so many a second. */
function isOverRate({ clock, limits, counts }: MsgContext, { fileRequestRate }: ClientSession): boolean {
  const isOver = fileRequestRate.isOver(nowSeconds(clock), limits.fileRequestsPerSecondMax);
  if (isOver) counts.fileRequestsOverRate++;
  return isOver;
}

/** FIL-02. */
async function modeFor(context: MsgContext, toUserId: number, asked: TransferFileType): Promise<TransferFileType> {
  if (asked === TransferFileType.FILE_TYPE_OFFLINE) return asked;
  const onPc = await onPcAnywhere(context, [toUserId]);
  return onPc.has(toUserId) ? asked : TransferFileType.FILE_TYPE_OFFLINE;
}

/** The receiver's PC connections, on every msg_server. */
function notify({ delivery, route }: MsgContext, body: IMFileNotify): Promise<void> | undefined {
  const pdu = encodePdu(CommandId.CID_FILE_NOTIFY, body);
  const relayed = route.relayBytes(pdu);
  delivery.toPcsOf(body.to_user_id, pdu);
  return relayed;
}

/** FIL-03. */
const listOffline = defineHandler({
  command: CommandId.CID_FILE_HAS_OFFLINE_REQ,
  allowedIn: onceLoggedIn,
  async handle({ database, files, deviates }, session, _, seqNum) {
    const answer = await database.request(CommandId.CID_FILE_HAS_OFFLINE_REQ, { user_id: session.userId });
    const { user_id, offline_file_list } = answer;
    const listed = { user_id, offline_file_list, ip_addr_list: [...files.addresses] };
    const leaked = deviates["MSG-24"] ? { ...listed, attach_data: attachmentOf(session) } : listed;
    session.link.send(CommandId.CID_FILE_HAS_OFFLINE_RES, leaked, seqNum);
  },
});

/** FIL-03: the uploader says so once the file is at the file_server. */
const addOffline = defineHandler({
  command: CommandId.CID_FILE_ADD_OFFLINE_REQ,
  allowedIn: onceLoggedIn,
  handle(context, session, { to_user_id, task_id, file_name, file_size }) {
    if (isOverRate(context, session)) return undefined;
    const file = { from_user_id: session.userId, to_user_id, task_id, file_name, file_size };
    const told = context.database.tell(CommandId.CID_FILE_ADD_OFFLINE_REQ, file);
    const ip_addr_list = [...context.files.addresses];
    const trans_mode = TransferFileType.FILE_TYPE_OFFLINE;
    const relayed = notify(context, { ...file, ip_addr_list, trans_mode, offline_ready: READY.stored });
    return told ?? relayed;
  },
});

/** FIL-03: only one of the two that the file concerns may delete it (CON-07). */
const deleteOffline = defineHandler({
  command: CommandId.CID_FILE_DEL_OFFLINE_REQ,
  allowedIn: onceLoggedIn,
  handle(context, session, { from_user_id, to_user_id, task_id }) {
    if (session.userId !== from_user_id && session.userId !== to_user_id) return undefined;
    if (isOverRate(context, session)) return undefined;
    return context.database.tell(CommandId.CID_FILE_DEL_OFFLINE_REQ, { from_user_id, to_user_id, task_id });
  },
});

export const fileHandlers = [fileRequest, listOffline, addOffline, deleteOffline];
