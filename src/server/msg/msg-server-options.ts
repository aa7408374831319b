import type { Address, ListenAddress } from "../../net/address.js";
import type { PersistentLinkOptions } from "../../net/persistent-link.js";
import type { Clock } from "../clock.js";
import type { DatabasePort } from "../db/database-port.js";
import type { Deviations } from "../deviations.js";
import type { ServerLog } from "../server-log.js";

export interface MsgServerOptions {
  readonly listen: ListenAddress;
  /** A database in this process, or the db_proxy_servers to dial. */
  readonly database: DatabasePort | { readonly dbProxies: readonly Address[] };
  readonly routeServers: readonly Address[];
  readonly loginServers: readonly Address[];
  /** FIL; none unless given. */
  readonly fileServers?: readonly Address[];
  /** PSH; none unless given. */
  readonly pushServers?: readonly Address[];
  /** What login_server tells clients to dial. */
  readonly advertise: { readonly ip1: string; readonly ip2: string };
  readonly clock: Clock;
  readonly log?: ServerLog;
  readonly limits?: Partial<MsgServerLimits>;
  /** Links to other servers: heartbeats, timeouts, redial delays. */
  readonly serverLink?: Partial<PersistentLinkOptions>;
  readonly deviates?: Deviations;
  /** Tells route_server the members of a group with each message to it. */
  readonly tellsMembers?: boolean;
  /** 32 bytes; the shipped one unless given. */
  readonly textKey?: string;
  /** Links to each db_proxy_server (DBP-05). */
  readonly linksPerDbProxy?: number;
}

export interface MsgServerLimits {
  readonly connectionsMax: number;
  /** CON-02: a connection that has not logged in after so long is closed. */
  readonly loginTimeoutMs: number;
  /** CON-03. */
  readonly pcIdleTimeoutMs: number;
  readonly mobileIdleTimeoutMs: number;
  /** MSG-08: messages accepted from one connection in one second; 0 = no limit. */
  readonly messagesPerSecondMax: number;
  /** 0x0601 taken from one connection in one second, others go nowhere; 0 = no limit. */
  readonly peerCommandsPerSecondMax: number;
  /** 0x0506, 0x050b and 0x050c in the same way; a 0x0506 beyond it is answered with result 1. */
  readonly fileRequestsPerSecondMax: number;
  /** FRM-06: largest PDU from a client. */
  readonly clientPduSizeMaxBytes: number;
  /** FRM-15: held for a client that does not read. */
  readonly clientOutboxSizeMaxBytes: number;
  /** Connections accepted in one second; further ones are closed as they come. */
  readonly connectionsPerSecondMax: number;
  /** Connections that have not logged in yet; beyond it the oldest of them gives way. */
  readonly strangersMax: number;
  /** Requests of clients that wait for an answer of another server; further ones are not answered. */
  readonly pendingRequestsMax: number;
  /** Those of one client; with so many it is not read until one is answered. */
  readonly pendingPerClientMax: number;
  /** Requests to route_server that wait for an answer. */
  readonly pendingStatusMax: number;
  /** After which nobody waits for it any more. */
  readonly statusTimeoutMs: number;
  /** Messages for which it is asked whom to push them to (PSH-01); further ones are pushed to nobody. */
  readonly pendingPushesMax: number;
  /** How long after the return of a route_server those are looked for who left meanwhile. */
  readonly presenceHealDelayMs: number;
  /** Of a group made by a client; more gives result 1. */
  readonly groupMembersMax: number;
  /** Code points. */
  readonly groupNameMaxChars: number;
  /** A longer login name is refused like an unknown one, without asking the database. */
  readonly userNameMaxChars: number;
}

export const msgServerLimits: MsgServerLimits = {
  connectionsMax: 20_000,
  loginTimeoutMs: 15_000,
  pcIdleTimeoutMs: 120_000,
  mobileIdleTimeoutMs: 300_000,
  messagesPerSecondMax: 20,
  // More than a person does, or a call's signalling; each reaches a whole cluster.
  peerCommandsPerSecondMax: 100,
  fileRequestsPerSecondMax: 100,
  clientPduSizeMaxBytes: 1 << 20,
  clientOutboxSizeMaxBytes: 8 << 20,
  connectionsPerSecondMax: 10_000,
  strangersMax: 10_000,
  pendingRequestsMax: 200_000,
  // Of the largest requests, so many fit into the outbox of a link between servers.
  pendingPerClientMax: 64,
  pendingStatusMax: 100_000,
  statusTimeoutMs: 10_000,
  pendingPushesMax: 2_000,
  presenceHealDelayMs: 10_000,
  groupMembersMax: 5_000,
  groupNameMaxChars: 256,
  userNameMaxChars: 16 << 10,
};
