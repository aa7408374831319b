import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import type { DatabaseRequestId, DatabaseResponseBody } from "./database-port.js";

type FailedAnswers = {
  readonly [C in DatabaseRequestId]?: (request: CommandBody[C]) => DatabaseResponseBody<C>;
};

const FAILED = 1;
/** Of 0x0704: neither a wrong password nor too many of them. An original msg_server refuses the login at once. */
const DATABASE_FAILED = 2;

/**
 * What a request gets that the storage did not serve, where its answer has a place to say so. The others are not answered:
 * an empty list would be believed (PUL-09).
 */
export const failedAnswers: FailedAnswers = {
  [CommandId.CID_LOGIN_REQ_PUSH_SHIELD]: ({ user_id }) => ({ user_id, result_code: FAILED }),
  [CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD]: ({ user_id }) => ({ user_id, result_code: FAILED }),
  [CommandId.CID_BUDDY_LIST_REMOVE_SESSION_REQ]: ({ user_id, session_type, session_id }) => ({
    user_id,
    result_code: FAILED,
    session_type,
    session_id,
  }),
  [CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST]: ({ user_id }) => ({ user_id, result_code: FAILED }),
  [CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST]: ({ user_id }) => ({ user_id, result_code: FAILED }),
  [CommandId.CID_GROUP_CREATE_REQUEST]: ({ user_id, group_name }) => ({
    user_id,
    result_code: FAILED,
    group_name,
    user_id_list: [],
  }),
  [CommandId.CID_GROUP_CHANGE_MEMBER_REQUEST]: ({ user_id, change_type, group_id }) => ({
    user_id,
    change_type,
    result_code: FAILED,
    group_id,
    cur_user_id_list: [],
    chg_user_id_list: [],
  }),
  [CommandId.CID_GROUP_SHIELD_GROUP_REQUEST]: ({ user_id, group_id }) => ({ user_id, group_id, result_code: FAILED }),
};

/** The same between servers (DBP-01, DBP-02). */
export const failedDatabaseAnswers: FailedAnswers = {
  ...failedAnswers,
  [CommandId.CID_OTHER_VALIDATE_REQ]: ({ user_name }) => ({
    user_name,
    result_code: DATABASE_FAILED,
    result_string: "the database failed",
  }),
  [CommandId.CID_MSG_DATA]: (message) => ({ ...message, msg_id: 0 }),
};
