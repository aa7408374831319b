import { CommandId } from "../../generated/commands.js";
import { KickReasonType } from "../../generated/enums.js";
import { hexId } from "../../registry.js";
import { isMobile } from "../link-facts.js";
import { answerRule, type Rule } from "./define-rule.js";

export const lgnRules: readonly Rule[] = [
  answerRule(
    "LGN-01",
    "must",
    CommandId.CID_LOGIN_RES_USERLOGIN,
    ({ result_code, user_info, result_string, online_status }) => {
      if (result_code !== 0) return undefined;
      const lacks = [
        ...(user_info === undefined ? ["user_info"] : user_info.sign_info === undefined ? ["sign_info"] : []),
        ...(result_string === undefined ? ["result_string"] : []),
        ...(online_status === undefined ? ["online_status"] : []),
      ];
      return lacks.length === 0 ? undefined : `a successful login's answer lacks ${lacks.join(", ")}`;
    },
  ),
  answerRule("LGN-02", "must", CommandId.CID_LOGIN_RES_USERLOGIN, ({ result_code, user_info, result_string }) => {
    if (result_code === 0) return undefined;
    if (user_info !== undefined) return "a refused login's answer has a user_info";
    return result_string ? undefined : "a refused login's answer has no result_string";
  }),
  answerRule("LGN-03", "must", CommandId.CID_LOGIN_RES_USERLOGIN, ({ result_code, online_status }, { request }) => {
    const asked = request?.body?.online_status;
    if (result_code !== 0 || asked === undefined || online_status === asked) return undefined;
    return `online_status ${asked} was asked for, ${online_status} is answered`;
  }),
  {
    requirement: "LGN-02",
    level: "must",
    dir: "s2c",
    oncePerLink: true,
    violatedBy: ({ link, commandId }) =>
      link.saidGoodbye === "refused login"
        ? `sends ${hexId(commandId)} after a refused login, and does not close`
        : undefined,
  },
  {
    requirement: "LGN-04",
    level: "must",
    dir: "s2c",
    commands: [CommandId.CID_LOGIN_RES_USERLOGIN],
    violatedBy: ({ link }) => (link.loginAnswers > 0 ? "answers a second login request of the connection" : undefined),
  },
  answerRule("LGN-10", "must", CommandId.CID_LOGIN_KICK_USER, ({ user_id, kick_reason }, { link }) => {
    if (link.userId !== undefined && link.userId !== user_id)
      return `user ${user_id} is kicked on a connection of user ${link.userId}`;
    return kick_reason === KickReasonType.KICK_REASON_MOBILE_KICK && isMobile(link)
      ? "a mobile connection is kicked by a mobile one's request, which is for PCs (LGN-14)"
      : undefined;
  }),
  {
    requirement: "LGN-12",
    level: "should",
    dir: "s2c",
    oncePerLink: true,
    violatedBy: ({ link, commandId }) =>
      link.isKicked ? `a kicked connection stays open: it is sent ${hexId(commandId)}` : undefined,
  },
  {
    requirement: "LGN-13",
    level: "must",
    dir: "s2c",
    oncePerLink: true,
    violatedBy: ({ link, commandId }) =>
      link.saidGoodbye === "logout" ? `sends ${hexId(commandId)} after the logout, and does not close` : undefined,
  },
  answerRule("LGN-13", "must", CommandId.CID_LOGIN_RES_LOGINOUT, ({ result_code }) =>
    result_code === 0 ? undefined : `a logout is answered with result ${result_code}`,
  ),
  answerRule("LGN-14", "must", CommandId.CID_LOGIN_RES_KICKPCCLIENT, ({ result_code }, { link }) => {
    if (isMobile(link) === false) return "answers a PC that asks to kick PCs";
    return result_code === 0 ? undefined : `result ${result_code} to a request to kick PCs`;
  }),
  {
    requirement: "LGN-15",
    level: "must",
    dir: "s2c",
    commands: [CommandId.CID_LOGIN_RES_DEVICETOKEN],
    violatedBy: ({ link }) => (isMobile(link) === false ? "answers a PC's device token" : undefined),
  },
  answerRule("LGN-16", "must", CommandId.CID_LOGIN_RES_PUSH_SHIELD, ({ result_code, shield_status }, { request }) => {
    const asked = request?.body?.shield_status;
    if (result_code !== 0) return `result ${result_code} to do-not-disturb`;
    return asked === undefined || asked === shield_status
      ? undefined
      : `${asked} was set, ${shield_status} is answered`;
  }),
  {
    requirement: "LGN-17",
    level: "should",
    dir: "s2c",
    commands: [CommandId.CID_LOGIN_RES_DEVICETOKEN],
    violatedBy: ({ lacks }) => (lacks === "user_id" ? "the answer to a device token lacks user_id" : undefined),
  },
];
