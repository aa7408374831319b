import { CommandId } from "../../generated/commands.js";
import type { UserTokenInfo } from "../../generated/messages.js";
import { hexId } from "../../registry.js";
import { answerRule, type Rule } from "./define-rule.js";

/** What a msg_server deals with itself, although it may send it to a route_server by mistake. */
const notPassedOn: ReadonlySet<number> = new Set<number>([CommandId.CID_MSG_DATA_ACK, CommandId.CID_MSG_READ_ACK]);

/** Answers between servers: found by seq_num and attach_data, so one that changes either has no request (RTE-06, DBP-02). */
export const serverRules: readonly Rule[] = [
  {
    requirement: "LSV-01",
    level: "must",
    dir: "s2s",
    commands: [CommandId.CID_OTHER_USER_CNT_UPDATE],
    violatedBy: ({ body }) =>
      body === undefined || body.user_action === 1 || body.user_action === 2
        ? undefined
        : `user_action ${body.user_action} is neither 1 (one more) nor 2 (one less)`,
  },
  answerRule("LSV-02", "should", CommandId.CID_LOGIN_RES_MSGSERVER, ({ result_code, prior_ip, port }) =>
    result_code === 0 && (!prior_ip || !port) ? "result 0 without an address" : undefined,
  ),
  {
    requirement: "PSH-01",
    level: "must",
    dir: "s2s",
    commands: [CommandId.CID_OTHER_PUSH_TO_USER_REQ],
    violatedBy: ({ body }) => {
      const tokens = (body?.user_token_list ?? []) as readonly UserTokenInfo[];
      const odd = tokens.find(({ push_type }) => push_type !== 1 && push_type !== 2);
      return odd === undefined ? undefined : `push_type ${odd.push_type} is neither 1 nor 2 (silent)`;
    },
  },
  {
    requirement: "RTE-05",
    level: "must",
    dir: "s2s",
    violatedBy: ({ listener, towardsServer, commandId }) =>
      listener === "R" && !towardsServer && notPassedOn.has(commandId)
        ? `route_server passes ${hexId(commandId)} on`
        : undefined,
  },
  {
    requirement: "RTE-06",
    level: "must",
    dir: "s2s",
    commands: [CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE],
    violatedBy: ({ request, body }) => {
      const asked = request?.body?.user_id_list;
      if (!Array.isArray(asked) || !Array.isArray(body?.user_stat_list)) return undefined;
      return asked.length === body.user_stat_list.length ? undefined : "not one status for each user asked for";
    },
  },
  {
    requirement: "DBP-01",
    level: "must",
    dir: "s2s",
    commands: [CommandId.CID_OTHER_VALIDATE_RSP],
    violatedBy: ({ body }) =>
      body?.result_code === 0 && body.user_info === undefined ? "a valid login without user_info" : undefined,
  },
  {
    requirement: "DBP-03",
    level: "must",
    dir: "s2s",
    commands: [CommandId.CID_OTHER_GET_SHIELD_RSP],
    violatedBy: ({ request, body }) => {
      const asked = request?.body?.user_id;
      if (!Array.isArray(asked) || !Array.isArray(body?.shield_status_list)) return undefined;
      return asked.length === body.shield_status_list.length ? undefined : "not one shield for each user asked for";
    },
  },
];
