import { hostname } from "node:os";
import { defaultTextKey } from "../../codec/text-content.js";
import { type ListenOptions, listen, type PduListener } from "../../net/listen.js";
import type { PduLink } from "../../net/pdu-link.js";
import { databaseAt } from "../db/remote-database.js";
import { deviatingLink } from "../deviating-link.js";
import { strict } from "../deviations.js";
import { drainLinks } from "../drain-links.js";
import type { Inspection } from "../inspection.js";
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
  const addresses = { clients: options.listen };
  const context = contextOf(options, () => addresses.clients.port);
  const clients = new ClientPort(context);
  const accept = (link: PduLink) => clients.accept(link);
  const listener = await listen(options.listen, clientLinks(context), accept).catch(async (error) => {
    // It dials db_proxy_servers already.
    await Promise.all([context.database.stop(0), clients.stop(0)]);
    throw error;
  });
  addresses.clients = listener.address;
  const { route, login, files, push } = context;
  for (const { links } of [route, login, files, push]) links.start();
  return {
    role: "msg",
    addresses,
    counters: () => ({ ...linkCounters(listener), ...countersOf(context), ...clients.counters() }),
    lacking: () => [
      ...context.database.lacking,
      ...(login.links.isOpen ? [] : ["login_server"]),
      ...(route.isOpen ? [] : ["route_server"]),
    ],
    inspection: inspectionOf(context),
    stop: (graceMs) => stop(context, clients, listener, graceMs),
  };
}

/** What its handlers share; nothing is dialled yet, but db_proxy_servers. @param clientPort asked at each registration */
function contextOf(options: MsgServerOptions, clientPort: () => number): MsgContext {
  const { log = silentLog, clock, advertise, deviates = strict } = options;
  const limits = { ...msgServerLimits, ...options.limits };
  const common = { role: "msg", log, link: { ...pduTrace("msg", log), ...options.serverLink } } as const;
  const database = databaseAt(options.database, {
    ...common,
    linksPerProxy: options.linksPerDbProxy,
    clientsPendingMax: limits.pendingRequestsMax,
  });
  const users = new UserTable();
  const counts = new MsgCounts();
  const registration = () => ({
    ...advertise,
    port: clientPort(),
    max_conn_cnt: limits.connectionsMax,
    cur_conn_cnt: users.all.size,
    host_name: hostname(),
  });
  const routeOptions = {
    ...common,
    servers: options.routeServers,
    pendingStatusMax: limits.pendingStatusMax,
    statusTimeoutMs: limits.statusTimeoutMs,
    healDelayMs: limits.presenceHealDelayMs,
  };
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
    counts,
    files: new FileClient({ ...common, servers: options.fileServers ?? [] }),
    push: new PushClient({ ...common, servers: options.pushServers ?? [] }, limits.pendingPushesMax),
    login: new LoginClient({ ...common, servers: options.loginServers }, registration),
    route: new RouteClient(routeOptions, {
      loggedIn: () => users.all,
      onRoutePdu: (bytes, start, end) => {
        if (!handleRouteNews(context, bytes, start, end)) counts.routeIgnored++;
      },
      onUndecodable: () => counts.routeIgnored++,
    }),
  };
  return context;
}

function clientLinks({ limits, log, deviates }: MsgContext): ListenOptions {
  return deviatingLink(
    {
      limits: { pduSizeMaxBytes: limits.clientPduSizeMaxBytes },
      ...pduTrace("msg", log),
      outboxSizeMaxBytes: limits.clientOutboxSizeMaxBytes,
      connectionsMax: limits.connectionsMax,
      connectionsPerSecondMax: limits.connectionsPerSecondMax,
    },
    deviates,
  );
}

function countersOf({ counts, users, delivery, database, login, route, files, push }: MsgContext) {
  return {
    ...counts,
    users: users.users,
    delivered: delivery.delivered,
    databaseOpen: database.isOpen ? 1 : 0,
    loginLinks: login.links.openCount,
    routeLinks: route.openLinks,
    fileLinks: files.links.openCount,
    pushLinks: push.links.openCount,
    pushesSent: push.pushesSent,
    pushesDropped: push.pushesDropped,
    pendingPushes: push.pending,
    ...database.counters(),
  };
}

function inspectionOf(context: MsgContext): Inspection {
  const { database, login, route, files, push } = context;
  return {
    ...linkInspection([
      { to: "login", links: login.links.all },
      { to: "route", links: route.links.all, isMaster: (link) => route.isMaster(link) },
      { to: "db", links: database.links ?? [] },
      { to: "file", links: files.links.all },
      { to: "push", links: push.links.all },
    ]),
    ...clientInspection(context),
    deviationsChanged: () => database.deviationsChanged?.(),
  };
}

/** Clients first, so that what is pending for them still reaches the other servers. */
async function stop(
  { database, delivery, route, login, files, push }: MsgContext,
  clients: ClientPort,
  listener: PduListener,
  graceMs: number,
): Promise<void> {
  const deadlineMs = performance.now() + graceMs;
  const left = () => Math.max(0, deadlineMs - performance.now());
  listener.close();
  await clients.stop(left());
  await drainLinks(listener.connections, left());
  await database.stop(left());
  delivery.stop();
  for (const client of [route, login, files, push]) client.stop();
}
