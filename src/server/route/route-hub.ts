import { CommandId } from "../../codec/generated/commands.js";
import { UserStatType } from "../../codec/generated/enums.js";
import type {
  IMOnlineUserInfo,
  IMRoleSet,
  IMUserStatusUpdate,
  IMUsersStatReq,
} from "../../codec/generated/messages.js";
import { encodePdu } from "../../codec/pdu.js";
import { formatAddress } from "../../net/address.js";
import type { CloseReason, LinkHandler, PduLink } from "../../net/pdu-link.js";
import { CommandIntake } from "../command-intake.js";
import type { Deviations } from "../deviations.js";
import type { ServerLog } from "../server-log.js";
import { applyLostLink, applySnapshot, applyUpdate, type PresenceNews } from "./presence-news.js";
import { PresenceTable } from "./presence-table.js";
import { receiversOf } from "./receivers-of.js";

/** RTE-05: these go on to every other msg_server, byte for byte; route_server reads nothing but the command id. */
const relayedToOthers: ReadonlySet<number> = new Set([
  CommandId.CID_MSG_DATA,
  CommandId.CID_SWITCH_P2P_CMD,
  CommandId.CID_MSG_READ_NOTIFY,
  CommandId.CID_OTHER_SERVER_KICK_USER,
  CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY,
  CommandId.CID_FILE_NOTIFY,
  CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY,
]);
/** RTE-05: this one comes back to its origin, too. */
const relayedToAll: ReadonlySet<number> = new Set([CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY]);

export interface RouteHubOptions {
  readonly log: ServerLog;
  readonly deviates: Deviations;
  /** `--smart-route`: relays go to the msg_servers that have a receiver, not to all (RTE-05). */
  readonly sendsWhereNeeded: boolean;
}

/** What joins the msg_servers of a cluster: knows which user is where, and passes on what concerns other msg_servers. */
export class RouteHub implements LinkHandler {
  readonly #links = new Set<PduLink>();
  readonly #masters = new Set<PduLink>();
  readonly #presence: PresenceTable<PduLink>;
  readonly #intake: CommandIntake;
  #pdusRelayed = 0;
  #relaysSpared = 0;

  constructor(private readonly options: RouteHubOptions) {
    const { log, deviates } = options;
    this.#presence = new PresenceTable(deviates["RTE-02"]);
    this.#intake = new CommandIntake("route", log, {
      [CommandId.CID_OTHER_ONLINE_USER_INFO]: (link, body) => this.#snapshot(link, body),
      [CommandId.CID_OTHER_USER_STATUS_UPDATE]: (link, body) => this.#update(link, body),
      [CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST]: (link, body, seqNum) => this.#usersStatus(link, body, seqNum),
      [CommandId.CID_OTHER_ROLE_SET]: (link, body) => this.#setRole(link, body),
    });
  }

  accept(link: PduLink): LinkHandler {
    this.#links.add(link);
    this.options.log.note("route", "msg_server connected", { peer: formatAddress(link.remote) });
    return this;
  }

  // Hot: one call for each message that crosses msg_servers.
  onPdu(link: PduLink, bytes: Buffer, start: number, end: number): void {
    const commandId = this.#intake.note(link, bytes, start, end);
    if (relayedToOthers.has(commandId)) {
      const receivers = this.options.sendsWhereNeeded ? receiversOf(commandId, bytes, start, end) : undefined;
      return this.#relay(bytes, start, end, link, receivers);
    }
    if (relayedToAll.has(commandId)) return this.#relay(bytes, start, end);
    this.#intake.handle(link, commandId, bytes, start, end);
  }

  /** RTE-07: the others are told who is no longer on a PC. */
  onClose(link: PduLink, reason: CloseReason): void {
    this.#links.delete(link);
    this.#masters.delete(link);
    this.options.log.trouble("route", "msg_server lost", { peer: formatAddress(link.remote), reason });
    const silent = this.options.deviates["RTE-07"];
    for (const news of applyLostLink(this.#presence, link)) if (!silent) this.#announce(news);
  }

  /** RTE-08: whether this link's msg_server says so. */
  isMaster(link: PduLink): boolean {
    return this.#masters.has(link);
  }

  counters(): Record<string, number> {
    return {
      users: this.#presence.userCount,
      masterLinks: this.#masters.size,
      pdusRelayed: this.#pdusRelayed,
      relaysSpared: this.#relaysSpared,
      ...this.#intake.counters(),
    };
  }

  /** @param receivers users; a link without any of them is left out. `undefined`: everybody */
  #relay(bytes: Buffer, start: number, end: number, except?: PduLink, receivers?: Iterable<number>): void {
    for (const link of this.#links) {
      if (link === except) continue;
      if (receivers !== undefined && !this.#presence.isAnyAt(link, receivers)) {
        this.#relaysSpared++;
        continue;
      }
      link.sendBytes(bytes, start, end);
      this.#pdusRelayed++;
    }
  }

  #snapshot(from: PduLink, { user_stat_list }: IMOnlineUserInfo): void {
    for (const news of applySnapshot(this.#presence, from, user_stat_list)) this.#announce(news, from);
  }

  #update(from: PduLink, update: IMUserStatusUpdate): void {
    const news = applyUpdate(this.#presence, from, update);
    if (news === undefined) return this.#intake.countUndecodable();
    this.#announce(news);
  }

  /** PUL-07, RTE-06: one answer for each id asked, in the order asked; attach_data and seq_num go back as they came. */
  #usersStatus(link: PduLink, { user_id, user_id_list, attach_data }: IMUsersStatReq, seqNum: number): void {
    const user_stat_list = user_id_list.map((id) => ({
      user_id: id,
      status: this.#presence.isOnPc(id) ? UserStatType.USER_STATUS_ONLINE : UserStatType.USER_STATUS_OFFLINE,
    }));
    const answer = { user_id, user_stat_list, ...(attach_data === undefined ? {} : { attach_data }) };
    link.send(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, answer, seqNum);
  }

  /** RTE-08: a msg_server with several route_servers sends messages over its master only; nothing here depends on it. */
  #setRole(link: PduLink, { master }: IMRoleSet): void {
    if (master === 0) this.#masters.delete(link);
    else this.#masters.add(link);
  }

  /** 0x070e before 0x0203, as the original does. Encoded once for all links. */
  #announce({ userId, pcLogin, status }: PresenceNews, except?: PduLink): void {
    if (pcLogin !== undefined) {
      const body = { user_id: userId, login_status: pcLogin };
      this.#tell(encodePdu(CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY, body), except);
    }
    if (status !== undefined) {
      const body = { user_stat: { user_id: userId, status } };
      this.#tell(encodePdu(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, body), except);
    }
  }

  #tell(pdu: Buffer, except?: PduLink): void {
    for (const link of this.#links) if (link !== except) link.sendBytes(pdu);
  }
}
