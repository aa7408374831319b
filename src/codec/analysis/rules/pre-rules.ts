import { CommandId } from "../../generated/commands.js";
import { isMobile } from "../link-facts.js";
import { answerRule, type Rule } from "./define-rule.js";

const SIGN_INFO_MAX_BYTES = 128;

export const preRules: readonly Rule[] = [
  {
    requirement: "PRE-01",
    level: "must",
    dir: "s2c",
    commands: [CommandId.CID_BUDDY_LIST_STATUS_NOTIFY],
    violatedBy: ({ link }) => (isMobile(link) ? "a mobile connection is told of a PC's presence" : undefined),
  },
  {
    requirement: "PRE-03",
    level: "must",
    dir: "s2c",
    commands: [CommandId.CID_BUDDY_LIST_PC_LOGIN_STATUS_NOTIFY],
    violatedBy: ({ link }) =>
      isMobile(link) === false ? "a PC connection is sent 0x020e, which is for mobile ones" : undefined,
  },
  answerRule(
    "PRE-04",
    "must",
    CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_RESPONSE,
    ({ result_code, sign_info }, { request }) => {
      const asked = request?.body?.sign_info;
      if (typeof asked !== "string") return undefined;
      const isTooLong = Buffer.byteLength(asked) > SIGN_INFO_MAX_BYTES;
      if (isTooLong !== (result_code !== 0))
        return `a signature of ${Buffer.byteLength(asked)} bytes gets result ${result_code}`;
      return isTooLong || sign_info === asked ? undefined : "the answer has another signature than was set";
    },
  ),
];
