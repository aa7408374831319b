import { setTimeout as delay } from "node:timers/promises";
import { type Address, formatAddress } from "../net/address.js";
import type { Clock } from "./clock.js";
import type { ClusterLayout } from "./cluster-layout.js";
import { startDbProxyServer } from "./db/db-proxy-server.js";
import { EmbeddedDatabase } from "./db/embedded-database.js";
import { startLoginServer } from "./login/login-server.js";
import { startMsgServer } from "./msg/msg-server.js";
import type { MsgServerLimits } from "./msg/msg-server-options.js";
import { startRouteServer } from "./route/route-server.js";
import type { RunningRole } from "./running-role.js";
import { type ServerLog, silentLog } from "./server-log.js";
import type { Storage } from "./storage/storage.js";

/** Servers that run elsewhere; the msg_servers of this cluster dial them beside those that run here. */
export interface RemoteServers {
  readonly login: readonly Address[];
  readonly route: readonly Address[];
  readonly db: readonly Address[];
}

export interface ClusterOptions {
  readonly layout: ClusterLayout;
  readonly remote?: Partial<RemoteServers>;
  /** What db_proxy_servers serve; where there is no db_proxy_server, what msg_servers use directly. */
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log?: ServerLog;
  /** What login_server tells clients to dial; the host that a msg_server listens on unless given. */
  readonly advertiseHost?: string;
  /** What differs from the defaults, for every msg_server. */
  readonly msgLimits?: Partial<MsgServerLimits>;
  /** How long msg_servers may take to open their links. */
  readonly readyTimeoutMs?: number;
}

export interface RunningCluster {
  /** In the order of their start: login, route, db, msg. */
  readonly roles: readonly RunningRole[];
  /** OBS-03: msg_servers first, so that what they have pending still reaches the others. */
  stop(graceMs: number): Promise<void>;
}

/** A msg_server could not open the links without which it refuses every login (LGN-05). */
export class LinksNotOpenError extends Error {
  override readonly name = "LinksNotOpenError";
}

const READY_TIMEOUT_MS = 10_000;
const READY_CHECK_INTERVAL_MS = 5;

/**
 * Starts the servers of a layout, joined over TCP as separate processes would be. Resolves once each listens, each
 * msg_server can serve logins (LGN-05), and login_server and route_server know all of them.
 * @throws ListenError, LinksNotOpenError; nothing is left running then
 */
export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  const roles: RunningRole[] = [];
  const stop = async (graceMs: number) => {
    await stopAll(roles, graceMs, (role) => role === "msg");
    await stopAll(roles, graceMs, (role) => role !== "msg");
  };
  try {
    const servers = await startRoles(options, roles);
    await untilLinked(roles, servers, options.readyTimeoutMs ?? READY_TIMEOUT_MS);
  } catch (error) {
    await stop(0);
    throw error;
  }
  return { roles, stop };
}

/** Starts role after role and notes each in `roles` at once, so that a failure leaves none forgotten. */
async function startRoles(options: ClusterOptions, roles: RunningRole[]): Promise<RemoteServers> {
  const { layout, remote, storage, clock, log = silentLog, advertiseHost, msgLimits: limits = {} } = options;
  const start = async (starting: Promise<RunningRole>): Promise<Readonly<Record<string, Address>>> => {
    const role = await starting;
    roles.push(role);
    return role.addresses;
  };
  const login = [...(remote?.login ?? [])];
  const route = [...(remote?.route ?? [])];
  const db = [...(remote?.db ?? [])];
  if (layout.login !== undefined) login.push(portOf(await start(startLoginServer({ listen: layout.login, log }))));
  if (layout.route !== undefined) route.push(portOf(await start(startRouteServer({ listen: layout.route, log }))));
  for (const listen of layout.db) db.push(portOf(await start(startDbProxyServer({ listen, storage, clock, log }))));
  // One for all msg_servers, so that they count failed logins together as they would at a db_proxy_server (LGN-06).
  const database = db.length > 0 ? { dbProxies: db } : new EmbeddedDatabase({ storage, clock });
  for (const listen of layout.msg) {
    const ip = advertiseHost ?? listen.host;
    const advertise = { ip1: ip, ip2: ip };
    await start(
      startMsgServer({ listen, database, routeServers: route, loginServers: login, advertise, clock, log, limits }),
    );
  }
  return { login, route, db };
}

function portOf(addresses: Readonly<Record<string, Address>>): Address {
  const { servers } = addresses;
  if (servers === undefined) throw new Error("a role without a port for servers");
  return servers;
}

async function untilLinked(roles: readonly RunningRole[], servers: RemoteServers, timeoutMs: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const missing = missingLink(roles, servers);
    if (missing === undefined) return;
    if (performance.now() >= deadlineMs) throw new LinksNotOpenError(`${missing} after ${timeoutMs} ms`);
    await delay(READY_CHECK_INTERVAL_MS);
  }
}

/** The first link that is not there yet, in words. Both ends are asked: one may be open before the other knows. */
function missingLink(roles: readonly RunningRole[], { login, route, db }: RemoteServers): string | undefined {
  const msgServers = roles.filter(({ role }) => role === "msg");
  for (const { addresses, counters } of msgServers) {
    const { databaseOpen, loginLinks, routeLinks } = counters();
    const toNobody = [
      { open: loginLinks, what: "login_server", at: login },
      { open: routeLinks, what: "route_server", at: route },
      { open: databaseOpen, what: "db_proxy_server", at: db },
    ].find(({ open }) => open === 0);
    if (toNobody === undefined) continue;
    const name = Object.values(addresses).map(formatAddress).join();
    return `msg_server ${name} has no link to ${toNobody.what} ${toNobody.at.map(formatAddress).join(" or ")}`;
  }
  for (const { role, counters } of roles) {
    const { msgServers: registered, connections } = counters();
    const known = role === "login" ? registered : role === "route" ? connections : undefined;
    if (known !== undefined && known < msgServers.length) return `${role}_server knows ${known} msg_servers only`;
  }
  return undefined;
}

async function stopAll(
  roles: readonly RunningRole[],
  graceMs: number,
  which: (role: RunningRole["role"]) => boolean,
): Promise<void> {
  await Promise.all(roles.filter(({ role }) => which(role)).map((role) => role.stop(graceMs)));
}
