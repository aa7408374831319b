import { CommandId } from "../../../codec/generated/commands.js";
import { ClientType } from "../../../codec/generated/enums.js";
import type { IMValidateReq, IMValidateRsp } from "../../../codec/generated/messages.js";
import { FAILURES_MAX } from "../../storage/login-guard.js";
import { passwordMatches } from "../../storage/password-hash.js";
import type { DatabaseCommands, DatabaseContext } from "./database-command.js";
import { userInfo } from "./user-info.js";

/** DBP-01. */
const ValidateResult = { ok: 0, wrong: 1, tooManyFailures: 6 } as const;
const STATUS_MAY_LOG_IN = 0;
const NOBODYS_HASH = "0".repeat(32);

export const loginCommands = {
  [CommandId.CID_OTHER_VALIDATE_REQ]: validate,

  [CommandId.CID_LOGIN_REQ_DEVICETOKEN]: async ({ storage }, { user_id, device_token, client_type }) => {
    await storage.push.setDeviceToken(user_id, client_type ?? ClientType.CLIENT_TYPE_IOS, device_token);
    return { user_id };
  },

  [CommandId.CID_LOGIN_REQ_PUSH_SHIELD]: async ({ storage }, { user_id, shield_status }) => {
    await storage.push.setPushShield(user_id, shield_status);
    return { user_id, result_code: 0, shield_status };
  },

  [CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD]: async ({ storage }, { user_id }) => {
    return { user_id, result_code: 0, shield_status: await storage.push.pushShield(user_id) };
  },
} satisfies Partial<DatabaseCommands>;

/** LGN-01, LGN-02, LGN-06, LGN-07, LGN-08. */
async function validate(context: DatabaseContext, { user_name, password }: IMValidateReq): Promise<IMValidateRsp> {
  const { storage } = context;
  const failures = await storage.loginFailures.recent(user_name);
  if (failures >= FAILURES_MAX) {
    return {
      user_name,
      result_code: ValidateResult.tooManyFailures,
      result_string: "too many failed logins; try again in 30 minutes",
    };
  }
  const known = await storage.accounts.credentials(user_name);
  // Compared for unknown names too, so that the time an answer takes does not say which names exist.
  const matches = passwordMatches(password, known?.salt ?? "", known?.passwordHash ?? NOBODYS_HASH);
  if (known === undefined || !matches || known.user.status !== STATUS_MAY_LOG_IN) {
    await storage.loginFailures.failed(user_name);
    return { user_name, result_code: ValidateResult.wrong, result_string: "wrong user name or password" };
  }
  if (failures > 0) await storage.loginFailures.succeeded(user_name);
  return { user_name, result_code: ValidateResult.ok, result_string: "ok", user_info: userInfo(known.user) };
}
