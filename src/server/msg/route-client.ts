import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { type ClientType, UserStatType } from "../../codec/generated/enums.js";
import { encodePdu } from "../../codec/pdu.js";
import { type Address, formatAddress } from "../../net/address.js";
import type { PduLink } from "../../net/pdu-link.js";
import { PersistentLink, type PersistentLinkOptions } from "../../net/persistent-link.js";
import { serverLinkDefaults } from "../server-link.js";
import type { ServerLog } from "../server-log.js";
import type { ClientSession } from "./client-session.js";

/** Commands that msg_servers tell each other through route_server (RTE-05). */
export type RelayedCommandId =
  | typeof CommandId.CID_MSG_DATA
  | typeof CommandId.CID_SWITCH_P2P_CMD
  | typeof CommandId.CID_MSG_READ_NOTIFY
  | typeof CommandId.CID_OTHER_SERVER_KICK_USER
  | typeof CommandId.CID_GROUP_CHANGE_MEMBER_NOTIFY
  | typeof CommandId.CID_BUDDY_LIST_REMOVE_SESSION_NOTIFY
  | typeof CommandId.CID_BUDDY_LIST_SIGN_INFO_CHANGED_NOTIFY;

export interface RouteClientHandler {
  /** A PDU from the master route_server: news, relayed commands, answers. Valid only during the call. */
  onRoutePdu(bytes: Buffer, start: number, end: number): void;
  /** RTE-01: everybody who is logged in here. */
  loggedIn(): Iterable<ClientSession>;
}

/**
 * The links to route_servers. The oldest open one is the master (RTE-08): commands go over it alone, and only its news are
 * heard, because every route_server tells the same news; presence goes to all.
 */
export class RouteClient {
  readonly #links: readonly PersistentLink[];
  /** In the order they opened. */
  readonly #open: PduLink[] = [];

  constructor(
    servers: readonly Address[],
    options: Partial<PersistentLinkOptions>,
    private readonly log: ServerLog,
    private readonly handler: RouteClientHandler,
  ) {
    this.#links = servers.map((address) => {
      const at = formatAddress(address);
      return new PersistentLink(
        address,
        { ...serverLinkDefaults, ...options },
        {
          onOpen: (link) => this.#opened(link, at),
          onPdu: (link, bytes, start, end) => {
            if (link === this.#open[0]) this.handler.onRoutePdu(bytes, start, end);
          },
          onClose: (link, reason) => {
            this.#lost(link);
            log.note("msg", "route_server link lost", { at, reason });
          },
          onUnreachable: (error, retryInMs) => log.note("msg", error.message, { retryInMs }),
        },
      );
    });
  }

  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  get openLinks(): number {
    return this.#open.length;
  }

  start(): void {
    for (const link of this.#links) link.start();
  }

  stop(): void {
    for (const link of this.#links) link.stop();
  }

  relay<C extends RelayedCommandId>(commandId: C, body: CommandBody[C]): void {
    this.#open[0]?.send(commandId, body);
  }

  /** A PDU that is encoded already. */
  relayBytes(pdu: Buffer): void {
    this.#open[0]?.sendBytes(pdu);
  }

  /** `false` when no route_server can be asked now. */
  ask(request: CommandBody[typeof CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST], seqNum: number): boolean {
    const [master] = this.#open;
    master?.send(CommandId.CID_BUDDY_LIST_USERS_STATUS_REQUEST, request, seqNum);
    return master !== undefined;
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

  #opened(link: PduLink, at: string): void {
    this.#open.push(link);
    if (this.#open.length === 1) this.#makeMaster(link);
    const user_stat_list = [...this.handler.loggedIn()].map(({ userId, clientType }) => ({
      user_id: userId,
      status: UserStatType.USER_STATUS_ONLINE,
      client_type: clientType,
    }));
    link.send(CommandId.CID_OTHER_ONLINE_USER_INFO, { user_stat_list });
    this.log.note("msg", "route_server link open", { at, users: user_stat_list.length });
  }

  #lost(link: PduLink): void {
    const wasMaster = this.#open[0] === link;
    this.#open.splice(this.#open.indexOf(link), 1);
    if (wasMaster && this.#open[0] !== undefined) this.#makeMaster(this.#open[0]);
  }

  #makeMaster(link: PduLink): void {
    link.send(CommandId.CID_OTHER_ROLE_SET, { master: 1 });
  }
}
