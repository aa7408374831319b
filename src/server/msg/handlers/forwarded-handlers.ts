import { CommandId } from "../../../codec/generated/commands.js";
import { type DatabaseRequestId, databaseResponse } from "../../db/database-port.js";
import { type ClientHandler, defineHandler, onceLoggedIn } from "../define-handler.js";

/** Requests that the database answers as they are, but for the user id (CON-07): PUL-01 … 06, 08, MSG-15 … 18, GRP-09, LGN-16. */
const forwarded = [
  CommandId.CID_LOGIN_REQ_PUSH_SHIELD,
  CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD,
  CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST,
  CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST,
  CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST,
  CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST,
  CommandId.CID_MSG_UNREAD_CNT_REQUEST,
  CommandId.CID_MSG_LIST_REQUEST,
  CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ,
  CommandId.CID_MSG_GET_BY_MSG_ID_REQ,
  CommandId.CID_GROUP_NORMAL_LIST_REQUEST,
  CommandId.CID_GROUP_INFO_REQUEST,
  CommandId.CID_GROUP_SHIELD_GROUP_REQUEST,
] as const;

type ForwardedId = (typeof forwarded)[number];

function forward<C extends ForwardedId & DatabaseRequestId>(command: C): ClientHandler {
  return defineHandler<C>({
    command,
    allowedIn: onceLoggedIn,
    async handle({ database }, { userId, link }, body, seqNum) {
      const answer = await database.request(command, withoutAttachment({ ...body, user_id: userId }));
      // MSG-24: attach_data is between servers, so it never goes on to the client.
      link.send(databaseResponse[command], withoutAttachment(answer), seqNum);
    },
  });
}

function withoutAttachment<Body extends object>(body: Body): Body {
  if ("attach_data" in body) delete (body as { attach_data?: unknown }).attach_data;
  return body;
}

/** PUL-07: route_server knows who is on a PC. */
const usersStatus = defineHandler({
  command: CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST,
  allowedIn: onceLoggedIn,
  handle({ route, counts }, { userId: user_id, link }, { user_id_list }, seqNum) {
    // Sent when the answer comes, not a turn later: news of presence that came behind it must stay behind it.
    return new Promise((resolve) => {
      route.askStatus(user_id, user_id_list, (stats) => {
        if (stats === undefined) counts.statusFailures++;
        else {
          const answer = { user_id, user_stat_list: [...stats] };
          link.send(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, answer, seqNum);
        }
        resolve();
      });
    });
  },
});

export const forwardedHandlers: readonly ClientHandler[] = [
  ...forwarded.map((command) => forward(command)),
  usersStatus,
];
