import type { Address } from "../../net/address.js";
import type { PersistentLinkOptions } from "../../net/persistent-link.js";
import type { Clock } from "../clock.js";
import type { DatabasePort } from "../db/database-port.js";
import type { ServerLog } from "../server-log.js";

export interface MsgServerOptions {
  readonly listen: Address;
  /** A database in this process, or the db_proxy_servers to dial. */
  readonly database: DatabasePort | { readonly dbProxies: readonly Address[] };
  readonly routeServers: readonly Address[];
  readonly loginServers: readonly Address[];
  /** What login_server tells clients to dial. */
  readonly advertise: { readonly ip1: string; readonly ip2: string };
  readonly clock: Clock;
  readonly log?: ServerLog;
  readonly limits?: Partial<MsgServerLimits>;
  /** Links to other servers: heartbeats, timeouts, redial delays. */
  readonly serverLink?: Partial<PersistentLinkOptions>;
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
  /** FRM-06: largest PDU from a client. */
  readonly clientPduSizeMaxBytes: number;
  /** FRM-15: held for a client that does not read. */
  readonly clientOutboxSizeMaxBytes: number;
  /** Requests to route_server that wait for an answer. */
  readonly pendingStatusMax: number;
}

export const msgServerLimits: MsgServerLimits = {
  connectionsMax: 20_000,
  loginTimeoutMs: 15_000,
  pcIdleTimeoutMs: 120_000,
  mobileIdleTimeoutMs: 300_000,
  messagesPerSecondMax: 20,
  clientPduSizeMaxBytes: 1 << 20,
  clientOutboxSizeMaxBytes: 8 << 20,
  pendingStatusMax: 100_000,
};
