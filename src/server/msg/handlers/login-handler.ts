import { CommandId } from "../../../codec/generated/commands.js";
import { KickReasonType, ResultType, type UserStatType } from "../../../codec/generated/enums.js";
import type { IMLoginReq, IMValidateReq, IMValidateRsp } from "../../../codec/generated/messages.js";
import { nowSeconds } from "../../clock.js";
import { DatabaseUnavailableError } from "../../db/database-port.js";
import { type ClientSession, isMobile } from "../client-session.js";
import { always, defineHandler } from "../define-handler.js";
import { kickLocally } from "../kick.js";
import type { MsgContext } from "../msg-context.js";

const VALIDATED = 0;
/** Those of the shipped clients have 32. */
const PASSWORD_MAX_CHARS = 1024;
const WRONG = "wrong user name or password";

/** LGN-01 … LGN-11. */
export const loginHandler = defineHandler({
  command: CommandId.CID_LOGIN_REQ_USERLOGIN,
  allowedIn: always,
  async handle(context, session, request, seqNum) {
    // LGN-04: one attempt a connection.
    if (session.state !== "connected") return;
    session.state = "loggingIn";
    const missing = missingLink(context);
    if (missing !== undefined) return refuse(context, session, seqNum, missing.result, missing.text);
    const { user_name, password } = request;
    if (user_name.length > context.limits.userNameMaxChars || password.length > PASSWORD_MAX_CHARS) {
      return refuse(context, session, seqNum, ResultType.REFUSE_REASON_DB_VALIDATE_FAILED, WRONG);
    }
    const validated = await validate(context, { user_name, password });
    if (!session.link.isOpen) return;
    if (validated === undefined) {
      return refuse(context, session, seqNum, ResultType.REFUSE_REASON_NO_DB_SERVER, "the database does not answer");
    }
    const { result_code, result_string, user_info } = validated;
    if (result_code !== VALIDATED || user_info === undefined) {
      const text = result_string || WRONG;
      return refuse(context, session, seqNum, ResultType.REFUSE_REASON_DB_VALIDATE_FAILED, text);
    }
    welcome(context, session, request, { ...validated, user_info }, seqNum);
  },
});

/** `undefined` when the database was lost on the way. */
async function validate({ database, counts }: MsgContext, request: IMValidateReq): Promise<IMValidateRsp | undefined> {
  try {
    return await database.request(CommandId.CID_OTHER_VALIDATE_REQ, request);
  } catch (error) {
    if (!(error instanceof DatabaseUnavailableError)) throw error;
    counts.databaseFailures++;
    return undefined;
  }
}

/** LGN-05: which link is missing, in the order that the original checks them. */
function missingLink({ database, login, route }: MsgContext): { result: ResultType; text: string } | undefined {
  if (!database.isOpen) return { result: ResultType.REFUSE_REASON_NO_DB_SERVER, text: "no database is connected" };
  if (!login.links.isOpen)
    return { result: ResultType.REFUSE_REASON_NO_LOGIN_SERVER, text: "no login_server is connected" };
  if (!route.isOpen) return { result: ResultType.REFUSE_REASON_NO_ROUTE_SERVER, text: "no route_server is connected" };
  return undefined;
}

function refuse(
  { clock, counts }: MsgContext,
  { link }: ClientSession,
  seqNum: number,
  result_code: ResultType,
  result_string: string,
): void {
  counts.loginsRefused++;
  link.send(CommandId.CID_LOGIN_RES_USERLOGIN, { server_time: nowSeconds(clock), result_code, result_string }, seqNum);
  link.close();
}

/** The older connection of the class is told first, then presence, then the answer: the original's order. */
function welcome(
  context: MsgContext,
  session: ClientSession,
  request: IMLoginReq,
  { user_info }: IMValidateRsp & Required<Pick<IMValidateRsp, "user_info">>,
  seqNum: number,
): void {
  const { users, route, login, limits, clock, counts } = context;
  const { client_type } = request;
  session.userId = user_info.user_id;
  session.userName = request.user_name;
  session.clientType = client_type;
  session.state = "loggedIn";
  session.link.idleTimeoutMs = isMobile(client_type) ? limits.mobileIdleTimeoutMs : limits.pcIdleTimeoutMs;
  const reason = KickReasonType.KICK_REASON_DUPLICATE_USER;
  kickLocally(context, session.userId, client_type, reason);
  users.add(session);
  route.relay(CommandId.CID_OTHER_SERVER_KICK_USER, { user_id: session.userId, client_type, reason });
  route.cameOnline(session.userId, client_type);
  login.userCame(session.userId);
  counts.logins++;
  session.link.send(
    CommandId.CID_LOGIN_RES_USERLOGIN,
    {
      server_time: nowSeconds(clock),
      result_code: ResultType.REFUSE_REASON_NONE,
      result_string: "ok",
      online_status: request.online_status as UserStatType,
      user_info: { ...user_info, sign_info: user_info.sign_info ?? "" },
    },
    seqNum,
  );
}
