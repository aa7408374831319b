import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Address, formatAddress, type ListenAddress } from "../net/address.js";
import { comesTo } from "../net/comes-to.js";
import type { ClusterLayout } from "./cluster-layout.js";
import type { ClusterOptions, RemoteServers } from "./cluster-options.js";
import { startDbProxyServer } from "./db/db-proxy-server.js";
import { EmbeddedDatabase } from "./db/embedded-database.js";
import { strict } from "./deviations.js";
import { fileServerLimits, startFileServer } from "./file/file-server.js";
import { startHttpMsgServer } from "./http-msg/http-msg-server.js";
import { startLoginServer } from "./login/login-server.js";
import { startMsfs } from "./msfs/msfs.js";
import { startMsgServer } from "./msg/msg-server.js";
import { startPushServer } from "./push/push-server.js";
import type { RoleName } from "./role-name.js";
import { startRouteServer } from "./route/route-server.js";
import type { RunningRole } from "./running-role.js";
import { silentLog } from "./server-log.js";
import { stoppingLog } from "./stopping-log.js";

export type { ClusterOptions, RemoteServers };

export interface RunningCluster {
  /** In the order of their start: msfs, login, route, db, file, push, msg, http-msg. */
  readonly roles: readonly RunningRole[];
  /** OBS-03: what clients talk to first, so that what is pending there still reaches the others. */
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
 * @throws ListenError, LinksNotOpenError, the reason of `signal`; nothing is left running then
 */
export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  const roles: RunningRole[] = [];
  const isInFront = (role: RoleName) => role === "msg" || role === "http-msg";
  let isStopping = false;
  const log = stoppingLog(options.log ?? silentLog, () => isStopping);
  const stop = async (graceMs: number) => {
    isStopping = true;
    await stopAll(roles, graceMs, isInFront);
    await stopAll(roles, graceMs, (role) => !isInFront(role));
  };
  try {
    const servers = await startRoles({ ...options, log }, roles);
    const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
    if (timeoutMs > 0) await untilLinked(roles, servers, options.layout, timeoutMs, options.signal);
  } catch (error) {
    await stop(0);
    throw error;
  }
  return { roles, stop };
}

/** Starts role after role and notes each in `roles` at once, so that a failure leaves none forgotten. */
async function startRoles(options: ClusterOptions, roles: RunningRole[]): Promise<RemoteServers> {
  const { layout, clock, log = silentLog, deviates = strict } = options;
  const common = { log, deviates };
  const start = async (starting: Promise<RunningRole>): Promise<Readonly<Record<string, ListenAddress>>> => {
    const role = await starting;
    roles.push(role);
    return role.addresses;
  };
  const servers = new KnownServers(options.remote ?? {});
  const services = { ...options.services };
  if (layout.msfs !== undefined) {
    const { http } = await start(
      startMsfs({
        listen: layout.msfs,
        folder: options.msfsFolder ?? folderFor(options, "msfs"),
        log,
        ...connectionsMaxOf(options),
        clock,
        ...(options.msfsFileSizeMaxBytes === undefined ? {} : { fileSizeMaxBytes: options.msfsFileSizeMaxBytes }),
        ...(options.msfsFolderSizeMaxBytes === undefined ? {} : { folderSizeMaxBytes: options.msfsFolderSizeMaxBytes }),
      }),
    );
    const site = http && `http://${formatAddress({ ...http, host: options.advertiseHost ?? http.host })}/`;
    if (site !== undefined) Object.assign(services, { msfsPrior: site, msfsBackup: site, ...options.services });
  }
  if (layout.login !== undefined) {
    await servers.add(
      "login",
      await start(startLoginServer({ listen: layout.login, services, ...clientLimitsOf(options), ...common })),
    );
  }
  for (const listen of layout.route) {
    const sendsWhereNeeded = options.smartRoute ?? false;
    await servers.add("route", await start(startRouteServer({ listen, sendsWhereNeeded, ...common })));
  }
  for (const listen of layout.db) {
    const { storage, textKey } = options;
    const keyed = textKey === undefined ? {} : { textKey };
    const offlineKeptMs = offlineKeptMsOf(options);
    await servers.add(
      "db",
      await start(startDbProxyServer({ listen, storage, clock, offlineKeptMs, ...common, ...keyed })),
    );
  }
  if (layout.file !== undefined)
    await servers.add("file", await start(startFileServer(fileOptions(options, layout.file))));
  if (layout.push !== undefined) {
    const { pushOutlet: outlet } = options;
    const push = { listen: layout.push, clock, ...common, ...(outlet === undefined ? {} : { outlet }) };
    await servers.add("push", await start(startPushServer(push)));
  }
  await startFront(options, servers, start);
  return servers.known;
}

/** Those that dial all the others. */
async function startFront(
  options: ClusterOptions,
  { known }: KnownServers,
  start: (starting: Promise<RunningRole>) => Promise<unknown>,
): Promise<void> {
  const { layout, storage, clock, log = silentLog, deviates = strict, advertiseHost, textKey } = options;
  const keyed = textKey === undefined ? {} : { textKey };
  // One for all of them, so that they count failed logins together as they would at a db_proxy_server (LGN-06).
  const database =
    known.db.length > 0
      ? { dbProxies: known.db }
      : new EmbeddedDatabase({ storage, clock, log, deviates, offlineKeptMs: offlineKeptMsOf(options), ...keyed });
  const { linksPerDbProxy, serverLink = {} } = options;
  const common = { database, log, deviates, serverLink, ...(linksPerDbProxy === undefined ? {} : { linksPerDbProxy }) };
  for (const listen of layout.msg) {
    const ip1 = advertiseHost ?? listen.host;
    await start(
      startMsgServer({
        listen,
        routeServers: known.route,
        loginServers: known.login,
        fileServers: known.file,
        pushServers: known.push,
        advertise: { ip1, ip2: options.advertiseHost2 ?? ip1 },
        clock,
        limits: options.msgLimits ?? {},
        tellsMembers: options.smartRoute ?? false,
        ...common,
        ...keyed,
      }),
    );
  }
  if (layout.httpMsg !== undefined) {
    await start(
      startHttpMsgServer({
        listen: layout.httpMsg,
        routeServers: known.route,
        ...connectionsMaxOf(options),
        ...common,
      }),
    );
  }
}

/** A file_server that runs elsewhere may keep files for ever, as the original does. */
function offlineKeptMsOf({ layout, fileLimits }: ClusterOptions): number {
  const unlessGiven = layout.file === undefined ? Number.POSITIVE_INFINITY : fileServerLimits.offlineKeptMs;
  return fileLimits?.offlineKeptMs ?? unlessGiven;
}

function fileOptions(options: ClusterOptions, listen: NonNullable<ClusterLayout["file"]>) {
  const { log = silentLog, deviates = strict, advertiseHost, fileAdvertiseHosts, fileLimits, clock } = options;
  const advertiseHosts = fileAdvertiseHosts ?? (advertiseHost === undefined ? undefined : [advertiseHost]);
  const limits = { ...clientLimitsOf(options), ...fileLimits };
  return {
    listen,
    clock,
    folder: folderFor(options, "offline-files"),
    log,
    deviates,
    ...(advertiseHosts === undefined ? {} : { advertiseHosts }),
    limits,
  };
}

function clientLimitsOf({ clientsMax, clientsPerSecondMax }: ClusterOptions) {
  return {
    ...(clientsMax === undefined ? {} : { clientsMax }),
    ...(clientsPerSecondMax === undefined ? {} : { clientsPerSecondMax }),
  };
}

function connectionsMaxOf({ clientsMax }: ClusterOptions) {
  return clientsMax === undefined ? {} : { connectionsMax: clientsMax };
}

function folderFor({ folder }: ClusterOptions, name: string): string {
  if (folder === undefined) throw new Error("a role that keeps files needs a folder");
  return join(folder, name);
}

/**
 * Servers to dial: those elsewhere, then those here, each once, whatever it is called. A second link to one route_server
 * would bring a msg_server back what it says there itself: its messages twice, and kicks of who has just logged in.
 */
class KnownServers {
  readonly known: { readonly [role in keyof RemoteServers]: Address[] };

  constructor({ login = [], route = [], db = [], file = [], push = [] }: Partial<RemoteServers>) {
    this.known = { login: [...login], route: [...route], db: [...db], file: [...file], push: [...push] };
  }

  async add(role: keyof RemoteServers, { servers }: Readonly<Record<string, ListenAddress>>): Promise<void> {
    if (servers === undefined) throw new Error(`${role} has no port for servers`);
    const known = await Promise.all(this.known[role].map((address) => comesTo(address, servers)));
    const { host, port } = servers;
    if (!known.includes(true)) this.known[role].push({ host, port });
  }
}

async function untilLinked(
  roles: readonly RunningRole[],
  servers: RemoteServers,
  layout: ClusterLayout,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const missing = missingLink(roles, servers, layout);
    if (missing === undefined) return;
    if (performance.now() >= deadlineMs) throw new LinksNotOpenError(`${missing} after ${timeoutMs} ms`);
    await delay(READY_CHECK_INTERVAL_MS);
  }
}

/** The first link that is not there yet, in words. Both ends are asked: one may be open before the other knows. */
function missingLink(roles: readonly RunningRole[], servers: RemoteServers, layout: ClusterLayout): string | undefined {
  const msgServers = roles.filter(({ role }) => role === "msg");
  for (const { addresses, counters } of msgServers) {
    const toNobody = missingAt(counters(), servers, layout);
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

function missingAt(counters: Readonly<Record<string, number>>, servers: RemoteServers, layout: ClusterLayout) {
  const { databaseOpen, loginLinks, routeLinks, fileLinks, pushLinks } = counters;
  return [
    { open: loginLinks, what: "login_server", at: servers.login },
    { open: routeLinks, what: "route_server", at: servers.route },
    { open: databaseOpen, what: "db_proxy_server", at: servers.db },
    // Logins do without these two, so that only those started here are waited for.
    { open: layout.file === undefined ? 1 : fileLinks, what: "file_server", at: servers.file },
    { open: layout.push === undefined ? 1 : pushLinks, what: "push_server", at: servers.push },
  ].find(({ open }) => open === 0);
}

async function stopAll(
  roles: readonly RunningRole[],
  graceMs: number,
  which: (role: RoleName) => boolean,
): Promise<void> {
  await Promise.all(roles.filter(({ role }) => which(role)).map((role) => role.stop(graceMs)));
}
