import { CommandId } from "../../generated/commands.js";
import { hexId } from "../../registry.js";
import { isMobile, type LinkFacts } from "../link-facts.js";
import { ownAnswers } from "../link-users.js";
import type { Rule } from "./define-rule.js";

const LOGIN_MAX_MS = 17_000;
const PC_SILENCE_MAX_MS = 120_000;
const MOBILE_SILENCE_MAX_MS = 300_000;
/** Servers look around each second, and what they send may be on its way. */
const SILENCE_SLACK_MS = 5_000;

const beforeLogin: ReadonlySet<number> = new Set<number>([
  CommandId.CID_OTHER_HEARTBEAT,
  CommandId.CID_LOGIN_REQ_USERLOGIN,
  CommandId.CID_LOGIN_REQ_LOGINOUT,
  CommandId.CID_MSG_TIME_REQUEST,
]);

export const conRules: readonly Rule[] = [
  {
    requirement: "CON-02",
    level: "must",
    dir: "s2c",
    oncePerLink: true,
    violatedBy: ({ link, listener, timeMs }) => {
      if (listener !== "M" || !isStranger(link) || timeMs === undefined || link.firstMs === undefined) return undefined;
      return timeMs - link.firstMs > LOGIN_MAX_MS
        ? `open without a login for ${((timeMs - link.firstMs) / 1000).toFixed(1)} s`
        : undefined;
    },
  },
  {
    requirement: "CON-03",
    level: "must",
    dir: "s2c",
    oncePerLink: true,
    violatedBy: ({ link, timeMs }) => {
      if (!link.isWhole || link.userId === undefined || timeMs === undefined || link.dialledMs === undefined)
        return undefined;
      // A class that is not known may be the patient one.
      const silenceMaxMs = isMobile(link) === false ? PC_SILENCE_MAX_MS : MOBILE_SILENCE_MAX_MS;
      const silentMs = timeMs - link.dialledMs;
      return silentMs > silenceMaxMs + SILENCE_SLACK_MS
        ? `still open after the client was silent for ${(silentMs / 1000).toFixed(0)} s`
        : undefined;
    },
  },
  {
    requirement: "CON-06",
    level: "should",
    dir: "s2c",
    violatedBy: ({ link, listener, request }) =>
      listener === "M" && isStranger(link) && request !== undefined && !beforeLogin.has(request.commandId)
        ? `answers a request ${hexId(request.commandId)} of somebody who has not logged in`
        : undefined,
  },
  {
    requirement: "CON-07",
    level: "must",
    dir: "s2c",
    commands: [...ownAnswers],
    violatedBy: ({ link, body }) => {
      const { user_id } = body ?? {};
      return link.userId !== undefined && typeof user_id === "number" && user_id !== link.userId
        ? `an answer to user ${link.userId} is for user ${user_id}`
        : undefined;
    },
  },
];

function isStranger({ isWhole, userId, loginAnswers }: LinkFacts): boolean {
  return isWhole && userId === undefined && loginAnswers === 0;
}
