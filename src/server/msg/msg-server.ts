import { hostname } from "node:os";
import { defaultTextKey } from "../../codec/text-content.js";
import type { Address } from "../../net/address.js";
import { listen, type PduListener } from "../../net/listen.js";
import type { DatabasePort } from "../db/database-port.js";
import { RemoteDatabase } from "../db/remote-database.js";
import { deviatingLink } from "../deviating-link.js";
import { strict } from "../deviations.js";
import { drainLinks } from "../drain-links.js";
import { linkCounters } from "../link-counters.js";
import { linkInspection } from "../link-inspection.js";
import { pduTrace } from "../pdu-log.js";
import type { RunningRole } from "../running-role.js";
import { silentLog } from "../server-log.js";
import { clientInspection } from "./client-inspection.js";
import { ClientPort } from "./client-port.js";
import { Delivery } from "./delivery.js";
import { FileClient } from "./file-client.js";
import { GroupQueue } from "./group-queue.js";
import { LoginClient } from "./login-client.js";
import type { MsgContext } from "./msg-context.js";
import { MsgCounts } from "./msg-counts.js";
import { type MsgServerOptions, msgServerLimits } from "./msg-server-options.js";
import { PushClient } from "./push-client.js";
import { RouteClient } from "./route-client.js";
import { handleRouteNews } from "./route-news.js";
import { UserTable } from "./user-table.js";

/**
 * Starts a msg_server: it listens for clients at once, and serves logins as soon as its links to a database, a login_server
 * and a route_server are open (LGN-05; counters `databaseLinks`, `loginLinks`, `routeLinks`).
 * @throws ListenError
 */
export async function startMsgServer(options: MsgServerOptions): Promise<RunningRole> {
  const { log = silentLog, clock, advertise, deviates = strict } = options;
  const serverLink = { ...pduTrace("msg", log), ...options.serverLink };
  const limits = { ...msgServerLimits, ...options.limits };
  const database = databaseFor({ ...options, serverLink });
  const users = new UserTable();
  const counts = new MsgCounts();
  let routeIgnored = 0;
  let bound: Address = options.listen;

  const context: MsgContext = {
    database,
    users,
    limits,
    clock,
    log,
    delivery: new Delivery(users),
    groups: new GroupQueue(database, counts),
    deviates,
    tellsMembers: options.tellsMembers ?? false,
    textKey: options.textKey ?? defaultTextKey,
    files: new FileClient(options.fileServers ?? [], serverLink, log),
    push: new PushClient(options.pushServers ?? [], serverLink, log, limits.pendingPushesMax),
    counts,
    login: new LoginClient(options.loginServers, serverLink, log, () => ({
      ...advertise,
      port: bound.port,
      max_conn_cnt: limits.connectionsMax,
      cur_conn_cnt: users.all.size,
      host_name: hostname(),
    })),
    route: new RouteClient(
      {
        servers: options.routeServers,
        link: serverLink,
        log,
        pendingStatusMax: limits.pendingStatusMax,
        statusTimeoutMs: limits.statusTimeoutMs,
        healDelayMs: limits.presenceHealDelayMs,
      },
      {
        loggedIn: () => users.all,
        onRoutePdu: (bytes, start, end) => {
          if (!handleRouteNews(context, bytes, start, end)) routeIgnored++;
        },
        onUndecodable: () => routeIgnored++,
      },
    ),
  };
  const clients = new ClientPort(context);
  const linkOptions = deviatingLink(
    {
      limits: { pduSizeMaxBytes: limits.clientPduSizeMaxBytes },
      ...pduTrace("msg", log),
      outboxSizeMaxBytes: limits.clientOutboxSizeMaxBytes,
      connectionsMax: limits.connectionsMax,
      connectionsPerSecondMax: limits.connectionsPerSecondMax,
    },
    deviates,
  );
  const listeners: PduListener[] = [];
  const open = async (address: Address) => {
    listeners.push(await listen(address, linkOptions, (link) => clients.accept(link)));
  };
  try {
    await open(options.listen);
    bound = listeners[0]?.address ?? bound;
    for (const host of options.alsoListenOn ?? []) await open({ host, port: bound.port });
  } catch (error) {
    for (const listener of listeners) listener.close();
    // It dials db_proxy_servers already.
    await Promise.all([database.stop(0), clients.stop(0)]);
    throw error;
  }
  const links = [context.route, context.login, context.files, context.push];
  for (const link of links) link.start();

  const { route, login, files, push } = context;
  return {
    role: "msg",
    addresses: { clients: bound },
    counters: () => ({
      ...sum(listeners.map(linkCounters)),
      ...context.counts,
      users: users.users,
      delivered: context.delivery.delivered,
      databaseOpen: database.isOpen ? 1 : 0,
      loginLinks: context.login.openLinks,
      routeLinks: context.route.openLinks,
      fileLinks: context.files.openLinks,
      pushLinks: context.push.openLinks,
      pushesSent: context.push.pushesSent,
      pushesDropped: context.push.pushesDropped,
      pendingPushes: context.push.pending,
      routeIgnored,
      ...database.counters(),
      ...clients.counters(),
    }),
    lacking: () => [
      ...database.lacking,
      ...(context.login.isOpen ? [] : ["login_server"]),
      ...(context.route.isOpen ? [] : ["route_server"]),
    ],
    inspection: {
      ...linkInspection([
        { to: "login", links: login.links },
        { to: "route", links: route.links, isMaster: (link) => route.isMaster(link) },
        { to: "db", links: database.links ?? [] },
        { to: "file", links: files.links },
        { to: "push", links: push.links },
      ]),
      ...clientInspection(context),
      deviationsChanged: () => database.deviationsChanged?.(),
    },
    stop: async (graceMs) => {
      const deadlineMs = performance.now() + graceMs;
      const left = () => Math.max(0, deadlineMs - performance.now());
      for (const listener of listeners) listener.close();
      await clients.stop(left());
      await Promise.all(listeners.map(({ connections }) => drainLinks(connections, left())));
      await database.stop(left());
      context.delivery.stop();
      for (const link of links) link.stop();
    },
  };
}

function sum(counters: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of counters) for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count;
  return total;
}

function databaseFor({ database, serverLink, linksPerDbProxy, log = silentLog }: MsgServerOptions): DatabasePort {
  if (!("dbProxies" in database)) return database;
  return new RemoteDatabase({
    role: "msg",
    dbProxies: database.dbProxies,
    log,
    ...(serverLink === undefined ? {} : { link: serverLink }),
    ...(linksPerDbProxy === undefined ? {} : { linksPerProxy: linksPerDbProxy }),
  });
}
