import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import type { PersistentLink } from "../../net/persistent-link.js";

/** What msg_server asks a database, and which command answers it (DBP-01 … DBP-03). */
export const databaseResponse = {
  [CommandId.CID_OTHER_VALIDATE_REQ]: CommandId.CID_OTHER_VALIDATE_RSP,
  [CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ]: CommandId.CID_OTHER_GET_DEVICE_TOKEN_RSP,
  [CommandId.CID_OTHER_GET_SHIELD_REQ]: CommandId.CID_OTHER_GET_SHIELD_RSP,
  [CommandId.CID_LOGIN_REQ_DEVICETOKEN]: CommandId.CID_LOGIN_RES_DEVICETOKEN,
  [CommandId.CID_LOGIN_REQ_PUSH_SHIELD]: CommandId.CID_LOGIN_RES_PUSH_SHIELD,
  [CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD]: CommandId.CID_LOGIN_RES_QUERY_PUSH_SHIELD,
  [CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST]: CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE,
  [CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST]: CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE,
  [CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ]: CommandId.CID_BUDDY_LIST_REMOVE_SESSION_RES,
  [CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST]: CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE,
  [CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST]: CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_RESPONSE,
  [CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST]: CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE,
  [CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST]: CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_RESPONSE,
  [CommandId.CID_MSG_DATA]: CommandId.CID_MSG_DATA,
  [CommandId.CID_MSG_UNREAD_CNT_REQUEST]: CommandId.CID_MSG_UNREAD_CNT_RESPONSE,
  [CommandId.CID_MSG_LIST_REQUEST]: CommandId.CID_MSG_LIST_RESPONSE,
  [CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ]: CommandId.CID_MSG_GET_LATEST_MSG_ID_RSP,
  [CommandId.CID_MSG_GET_BY_MSG_ID_REQ]: CommandId.CID_MSG_GET_BY_MSG_ID_RES,
  [CommandId.CID_GROUP_NORMAL_LIST_REQUEST]: CommandId.CID_GROUP_NORMAL_LIST_RESPONSE,
  [CommandId.CID_GROUP_INFO_REQUEST]: CommandId.CID_GROUP_INFO_RESPONSE,
  [CommandId.CID_GROUP_CREATE_REQUEST]: CommandId.CID_GROUP_CREATE_RESPONSE,
  [CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST]: CommandId.CID_GROUP_CHANGE_MEMBER_RESPONSE,
  [CommandId.CID_GROUP_SHIELD_GROUP_REQUEST]: CommandId.CID_GROUP_SHIELD_GROUP_RESPONSE,
  [CommandId.CID_FILE_HAS_OFFLINE_REQ]: CommandId.CID_FILE_HAS_OFFLINE_RES,
} as const;

export type DatabaseRequestId = keyof typeof databaseResponse;
export type DatabaseResponseBody<C extends DatabaseRequestId> = CommandBody[(typeof databaseResponse)[C]];

/** What msg_server tells a database without an answer. */
export type DatabaseNoticeId =
  | typeof CommandId.CID_MSG_READ_ACK
  | typeof CommandId.CID_FILE_ADD_OFFLINE_REQ
  | typeof CommandId.CID_FILE_DEL_OFFLINE_REQ;

const REQUEST_TIMEOUT_MS = 10_000;
/** What is stored late is acked and delivered late (MSG-03): its sender waits for no longer than this, or a lost link. */
const MESSAGE_TIMEOUT_MS = 60_000;

/** After so long nobody waits for the answer any more. @param otherMs of all but messages */
export function answerTimeoutMs(commandId: DatabaseRequestId, otherMs = REQUEST_TIMEOUT_MS): number {
  return commandId === CommandId.CID_MSG_DATA ? MESSAGE_TIMEOUT_MS : otherMs;
}

/** Asked, and not answered: no link is open, the answer did not come in time, or too much is pending. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
}

/** At once where nothing has to be waited for: a message costs no promise then. */
export type Eventually<Answer> = Answer | Promise<Answer>;

/**
 * The database as msg_server sees it, in PDU bodies: over links to db_proxy_servers, or in this process. Requests of one
 * caller are answered in the order they were made as far as the adapter can promise it (MSG-09).
 */
export interface DatabasePort {
  /** LGN-05: whether logins can be served now. */
  readonly isOpen: boolean;
  /** Why they cannot, in words. */
  readonly lacking: readonly string[];
  /** To db_proxy_servers, where it has any. */
  readonly links?: readonly PersistentLink[];
  /**
   * attach_data in the body is the adapter's own business; byte fields may be views of a read buffer, and those of an answer
   * that comes at once may be the same. Rejects with DatabaseUnavailableError.
   */
  request<C extends DatabaseRequestId>(commandId: C, body: CommandBody[C]): Eventually<DatabaseResponseBody<C>>;
  /** Nothing comes back; a promise where the caller should wait before it says more. */
  tell<C extends DatabaseNoticeId>(commandId: C, body: CommandBody[C]): Promise<void> | undefined;
  /** A deviation was switched while it runs. */
  deviationsChanged?(): void;
  counters(): Readonly<Record<string, number>>;
  /** Waits for what is pending, at most `graceMs`, then lets go. */
  stop(graceMs: number): Promise<void>;
}
