import { AttachType, decodeAttachData, encodeAttachData } from "../../codec/attach-data.js";
import { decodeBody } from "../../codec/body-codec.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { type ClientType, UserStatType } from "../../codec/generated/enums.js";
import type { UserStat } from "../../codec/generated/messages.js";
import { encodePdu } from "../../codec/pdu.js";
import { HEADER_SIZE, readCommandId } from "../../codec/pdu-header.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import type { PduLink } from "../../net/pdu-link.js";
import { roomIn } from "../../net/room-in.js";
import { ServerLinks, type ServerLinksOptions } from "../server-links.js";
import type { NoteDetail } from "../server-log.js";
import type { ClientSession } from "./client-session.js";
import { PendingReplies } from "./pending-replies.js";
import { PresenceFeed, type PresenceNewsId } from "./presence-feed.js";

/** Commands that msg_servers tell each other through route_server (RTE-05). */
export type RelayedCommandId =
  | typeof CommandId.CID_MSG_DATA
  | typeof CommandId.CID_SWITCH_P2P_CMD
  | typeof CommandId.CID_MSG_READ_NOTIFY
  | typeof CommandId.CID_OTHER_SERVER_KICK_USER
  | typeof CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY
  | typeof CommandId.CID_FILE_NOTIFY
  | typeof CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY
  | typeof CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY;

export interface RouteClientOptions extends Omit<ServerLinksOptions, "to"> {
  /** Questions about users' status that may wait for an answer. */
  readonly pendingStatusMax: number;
  readonly statusTimeoutMs: number;
  /** How long after a route_server came back the others have had time to tell it who is online at theirs. */
  readonly healDelayMs: number;
}

export interface RouteClientHandler {
  /** News, or a relayed command. Valid only during the call. */
  onRoutePdu(bytes: Buffer, start: number, end: number): void;
  /** One that cannot be decoded (RTE-10). */
  onUndecodable(): void;
  /** RTE-01: everybody who is logged in here. */
  loggedIn(): Iterable<ClientSession>;
}

/** Users asked about in one 0x020a. */
const USERS_PER_QUESTION = 1000;

/**
 * The links to route_servers. The oldest open one is the master (RTE-08): commands go over it alone, presence goes to all.
 * What is heard may come over any of them: a relayed command comes once, because its sender has one master, and news of
 * presence goes through a PresenceFeed.
 */
export class RouteClient {
  readonly links: ServerLinks;
  /** In the order they opened. */
  readonly #open: PduLink[] = [];
  readonly #feed = new PresenceFeed();
  readonly #questions: PendingReplies<readonly UserStat[]>;
  #healing: NodeJS.Timeout | undefined;
  #hasLostOne = false;

  constructor(
    private readonly options: RouteClientOptions,
    private readonly handler: RouteClientHandler,
  ) {
    this.#questions = new PendingReplies(options.pendingStatusMax, options.statusTimeoutMs);
    this.links = new ServerLinks(
      { ...options, to: "route_server" },
      {
        opened: (link) => this.#opened(link),
        onPdu: (link, bytes, start, end) => this.#received(link, bytes, start, end),
        lost: (link) => this.#lost(link),
      },
    );
  }

  /** RTE-08. */
  isMaster(link: PduLink): boolean {
    return this.#open[0] === link;
  }

  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /** Those that are closing included, until they are lost. */
  get openLinks(): number {
    return this.#open.length;
  }

  /** Hot: what commands go over. A link that is closing takes none any more, though it is not lost yet. */
  #openMaster(): PduLink | undefined {
    const first = this.#open[0];
    return first?.isOpen ? first : this.#open.find(({ isOpen }) => isOpen);
  }

  stop(): void {
    clearTimeout(this.#healing);
    this.#questions.stop();
    this.links.stop();
  }

  /** A promise where the caller should wait before it says more. */
  relay<C extends RelayedCommandId>(commandId: C, body: CommandBody[C]): Promise<void> | undefined {
    const master = this.#openMaster();
    master?.send(commandId, body);
    return master && roomIn(master);
  }

  /** The same of a PDU that is encoded already. */
  relayBytes(bytes: Buffer, start = 0, end = bytes.length): Promise<void> | undefined {
    const master = this.#openMaster();
    master?.sendBytes(bytes, start, end);
    return master && roomIn(master);
  }

  /**
   * RTE-06: who of the users is on a PC anywhere. `answered` is called once, with `undefined` when no route_server can be
   * asked now or none answers in time; a question that went to one that is lost goes to the next.
   */
  askStatus(user_id: number, user_id_list: number[], answered: (stats: readonly UserStat[] | undefined) => void): void {
    const master = this.#openMaster();
    if (master === undefined) return answered(undefined);
    const room = roomIn(master);
    if (room !== undefined) {
      void room.then(() => this.askStatus(user_id, user_id_list, answered));
      return;
    }
    const handle = this.#questions.add(master, (stats) => {
      if (stats === undefined && !master.isOpen) this.askStatus(user_id, user_id_list, answered);
      else answered(stats);
    });
    const attach_data = encodeAttachData({ type: AttachType.HANDLE, handle, serviceType: 0 });
    master.send(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, { user_id, user_id_list, attach_data });
  }

  cameOnline(userId: number, clientType: ClientType): void {
    this.#presence(userId, clientType, UserStatType.USER_STATUS_ONLINE);
  }

  wentOffline(userId: number, clientType: ClientType): void {
    this.#presence(userId, clientType, UserStatType.USER_STATUS_OFFLINE);
  }

  #presence(user_id: number, client_type: ClientType, user_status: UserStatType): void {
    const pdu = encodePdu(CommandId.CID_OTHER_USER_STATUS_UPDATE, { user_status, user_id, client_type });
    for (const link of this.#open) link.sendBytes(pdu);
  }

  #received(link: PduLink, bytes: Buffer, start: number, end: number): void {
    const commandId = readCommandId(bytes, start);
    try {
      if (commandId === CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE) return this.#answered(bytes, start, end);
      if (!this.#isNews(link, commandId, bytes, start, end)) return;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      // What would go on to every PC as it is, above all.
      return this.handler.onUndecodable();
    }
    this.handler.onRoutePdu(bytes, start, end);
  }

  #answered(bytes: Buffer, start: number, end: number): void {
    const body = decodeBody(CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE, bytes, start + HEADER_SIZE, end);
    if (body.attach_data === undefined) return;
    this.#questions.settle(decodeAttachData(body.attach_data).handle, body.user_stat_list);
  }

  /** Everything is, but presence that was heard from another route_server already. */
  #isNews(link: PduLink, commandId: number, bytes: Buffer, start: number, end: number): boolean {
    const isMaster = link === this.#open[0];
    if (commandId === CommandId.CID_BUDDY_LIST_STATUS_NOTIFY) {
      const { user_stat } = decodeBody(commandId, bytes, start + HEADER_SIZE, end);
      return this.#feed.admits(
        isMaster,
        commandId as PresenceNewsId,
        user_stat.user_id,
        user_stat.status,
        link.lastInMs,
      );
    }
    if (commandId === CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY) {
      const { user_id, login_status } = decodeBody(commandId, bytes, start + HEADER_SIZE, end);
      return this.#feed.admits(isMaster, commandId as PresenceNewsId, user_id, login_status, link.lastInMs);
    }
    return true;
  }

  #opened(link: PduLink): NoteDetail {
    this.#open.push(link);
    if (this.#open.length === 1) this.#makeMaster(link);
    const user_stat_list = [...this.handler.loggedIn()].map(({ userId, clientType }) => ({
      user_id: userId,
      status: UserStatType.USER_STATUS_ONLINE,
      client_type: clientType,
    }));
    link.send(CommandId.CID_OTHER_ONLINE_USER_INFO, { user_stat_list });
    if (this.#hasLostOne) this.#healLater();
    return { users: user_stat_list.length };
  }

  #lost(link: PduLink): void {
    this.#hasLostOne = true;
    const wasMaster = this.#open[0] === link;
    this.#open.splice(this.#open.indexOf(link), 1);
    if (wasMaster && this.#open[0] !== undefined) this.#makeMaster(this.#open[0]);
    this.#questions.lost(link);
  }

  #makeMaster(link: PduLink): void {
    this.#feed.masterChanged();
    link.send(CommandId.CID_OTHER_ROLE_SET, { master: 1 });
  }

  /** Who left while no route_server was there to say so is asked for, once the other msg_servers are back, too. */
  #healLater(): void {
    clearTimeout(this.#healing);
    this.#healing = setTimeout(() => this.#heal(), this.options.healDelayMs);
    this.#healing.unref();
  }

  #heal(): void {
    const believed = [...this.#feed.online];
    for (let at = 0; at < believed.length; at += USERS_PER_QUESTION) {
      this.askStatus(0, believed.slice(at, at + USERS_PER_QUESTION), (stats = []) => {
        for (const { user_id, status } of stats) {
          if (status === UserStatType.USER_STATUS_OFFLINE && this.#feed.online.has(user_id)) this.#tellGone(user_id);
        }
      });
    }
  }

  #tellGone(user_id: number): void {
    const master = this.#open[0];
    if (master === undefined) return;
    const user_stat = { user_id, status: UserStatType.USER_STATUS_OFFLINE };
    for (const pdu of [
      encodePdu(CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY, { user_id, login_status: 0 }),
      encodePdu(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, { user_stat }),
    ]) {
      this.#received(master, pdu, 0, pdu.length);
    }
  }
}
