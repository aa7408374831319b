import { CommandId } from "../../../codec/generated/commands.js";
import { ClientType, KickReasonType } from "../../../codec/generated/enums.js";
import { encodePdu, framePdu } from "../../../codec/pdu.js";
import { nowSeconds } from "../../clock.js";
import { always, defineHandler, onceLoggedIn } from "../define-handler.js";
import { kickLocally } from "../kick.js";

const nothing = Buffer.alloc(0);

/** LGN-13: answered, the device token cleared, closed. */
const logout = defineHandler({
  command: CommandId.CID_LOGIN_REQ_LOGINOUT,
  allowedIn: always,
  async handle({ database }, session, _, seqNum) {
    const { userId, link } = session;
    if (session.isLoggedIn) {
      // Without client_type: to that an original db_proxy_server joins the token, and would keep one of no characters.
      const cleared = { user_id: userId, device_token: "" };
      await Promise.resolve(database.request(CommandId.CID_LOGIN_REQ_DEVICETOKEN, cleared)).catch(() => {});
    }
    link.send(CommandId.CID_LOGIN_RES_LOGINOUT, { result_code: 0 }, seqNum);
    link.close();
  },
});

/** CON-05. */
const clientTime = defineHandler({
  command: CommandId.CID_MSG_TIME_REQUEST,
  allowedIn: always,
  handle({ clock }, { link }, _, seqNum) {
    link.send(CommandId.CID_MSG_TIME_RESPONSE, { server_time: nowSeconds(clock) }, seqNum);
  },
});

/** LGN-14: from a mobile connection only. */
const kickPc = defineHandler({
  command: CommandId.CID_LOGIN_REQ_KICKPCCLIENT,
  allowedIn: onceLoggedIn,
  handle(context, session, _, seqNum) {
    if (!session.isMobile) return;
    const { userId: user_id, link } = session;
    const reason = KickReasonType.KICK_REASON_MOBILE_KICK;
    // Any PC will do; the original names this one.
    const kick = { user_id, client_type: ClientType.CLIENT_TYPE_MAC, reason };
    kickLocally(context, user_id, kick.client_type, reason);
    const relayed = context.route.relay(CommandId.CID_OTHER_SERVER_KICK_USER, kick);
    link.send(CommandId.CID_LOGIN_RES_KICKPCCLIENT, { user_id, result_code: 0 }, seqNum);
    return relayed;
  },
});

/** LGN-15, LGN-17: from a mobile connection only. */
const deviceToken = defineHandler({
  command: CommandId.CID_LOGIN_REQ_DEVICETOKEN,
  allowedIn: onceLoggedIn,
  async handle({ database, deviates }, session, { device_token }, seqNum) {
    if (!session.isMobile) return;
    const { userId: user_id, clientType: client_type, link } = session;
    await database.request(CommandId.CID_LOGIN_REQ_DEVICETOKEN, { user_id, device_token, client_type });
    if (deviates["LGN-17"]) return link.sendBytes(framePdu(CommandId.CID_LOGIN_RES_DEVICETOKEN, nothing, { seqNum }));
    link.send(CommandId.CID_LOGIN_RES_DEVICETOKEN, { user_id }, seqNum);
  },
});

/**
 * PRE-04: the news comes back from route_server to every connection everywhere, the requester's included; while there is none,
 * those here hear it all the same (RTE-11).
 */
const signInfo = defineHandler({
  command: CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST,
  allowedIn: onceLoggedIn,
  async handle({ database, route, delivery }, { userId, link }, { sign_info }, seqNum) {
    const request = { user_id: userId, sign_info };
    const { result_code } = await database.request(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST, request);
    link.send(CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_RESPONSE, { ...request, result_code }, seqNum);
    if (result_code !== 0) return;
    const news = { changed_user_id: userId, sign_info };
    if (route.isOpen) return route.relay(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, news);
    return delivery.toAll(encodePdu(CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY, news));
  },
});

/** PRE-05. */
const avatar = defineHandler({
  command: CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST,
  allowedIn: onceLoggedIn,
  async handle({ database, delivery, deviates }, session, { avatar_url }, seqNum) {
    const user_id = session.userId;
    const request = { user_id, avatar_url };
    const { result_code } = await database.request(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST, request);
    if (deviates["PRE-05"]) return;
    const answer = { user_id, result_code };
    session.link.send(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_RESPONSE, answer, seqNum);
    delivery.toUser(user_id, encodePdu(CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_RESPONSE, answer), session);
  },
});

export const accountHandlers = [logout, clientTime, kickPc, deviceToken, signInfo, avatar];
