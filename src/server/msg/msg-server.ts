import { hostname } from "node:os";
import type { Address } from "../../net/address.js";
import { listen } from "../../net/listen.js";
import type { DatabasePort } from "../db/database-port.js";
import { RemoteDatabase } from "../db/remote-database.js";
import { drainLinks } from "../drain-links.js";
import { linkCounters } from "../link-counters.js";
import type { RunningRole } from "../running-role.js";
import { silentLog } from "../server-log.js";
import { ClientPort } from "./client-port.js";
import { Delivery } from "./delivery.js";
import { GroupQueue } from "./group-queue.js";
import { LoginClient } from "./login-client.js";
import { type MsgContext, MsgCounts } from "./msg-context.js";
import { type MsgServerOptions, msgServerLimits } from "./msg-server-options.js";
import { RouteClient } from "./route-client.js";
import { handleRouteNews } from "./route-news.js";
import { StatusRequests } from "./status-requests.js";
import { UserTable } from "./user-table.js";

/**
 * Starts a msg_server: it listens for clients at once, and serves logins as soon as its links to a database, a login_server
 * and a route_server are open (LGN-05; counters `databaseLinks`, `loginLinks`, `routeLinks`).
 * @throws ListenError
 */
export async function startMsgServer(options: MsgServerOptions): Promise<RunningRole> {
  const { log = silentLog, clock, advertise, serverLink = {} } = options;
  const limits = { ...msgServerLimits, ...options.limits };
  const database = databaseFor(options);
  const users = new UserTable();
  let routeIgnored = 0;
  let bound: Address = options.listen;

  const context: MsgContext = {
    database,
    users,
    limits,
    clock,
    log,
    delivery: new Delivery(users),
    groups: new GroupQueue(database),
    statusRequests: new StatusRequests(limits.pendingStatusMax),
    counts: new MsgCounts(),
    login: new LoginClient(options.loginServers, serverLink, log, () => ({
      ...advertise,
      port: bound.port,
      max_conn_cnt: limits.connectionsMax,
      cur_conn_cnt: users.all.size,
      host_name: hostname(),
    })),
    route: new RouteClient(options.routeServers, serverLink, log, {
      loggedIn: () => users.all,
      onRoutePdu: (bytes, start, end) => {
        if (!handleRouteNews(context, bytes, start, end)) routeIgnored++;
      },
    }),
  };
  const clients = new ClientPort(context);
  const listener = await listen(
    options.listen,
    {
      limits: { pduSizeMaxBytes: limits.clientPduSizeMaxBytes },
      outboxSizeMaxBytes: limits.clientOutboxSizeMaxBytes,
      connectionsMax: limits.connectionsMax,
    },
    (link) => clients.accept(link),
  ).catch(async (error: unknown) => {
    // It dials db_proxy_servers already.
    await Promise.all([database.stop(0), clients.stop(0)]);
    throw error;
  });
  bound = listener.address;
  context.route.start();
  context.login.start();

  return {
    role: "msg",
    addresses: { clients: bound },
    counters: () => ({
      ...linkCounters(listener),
      ...context.counts,
      users: users.users,
      delivered: context.delivery.delivered,
      databaseOpen: database.isOpen ? 1 : 0,
      loginLinks: context.login.openLinks,
      routeLinks: context.route.openLinks,
      routeIgnored,
      ...database.counters(),
      ...clients.counters(),
    }),
    stop: async (graceMs) => {
      const deadlineMs = performance.now() + graceMs;
      const left = () => Math.max(0, deadlineMs - performance.now());
      listener.close();
      await clients.stop(left());
      await drainLinks(listener.connections, left());
      await database.stop(left());
      context.delivery.stop();
      context.login.stop();
      context.route.stop();
    },
  };
}

function databaseFor({ database, serverLink, log = silentLog }: MsgServerOptions): DatabasePort {
  if (!("dbProxies" in database)) return database;
  return new RemoteDatabase({
    dbProxies: database.dbProxies,
    log,
    ...(serverLink === undefined ? {} : { link: serverLink }),
  });
}
