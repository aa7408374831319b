import type { ListenAddress } from "../../net/address.js";
import { type ListenOptions, listen } from "../../net/listen.js";
import { deviatingLink } from "../deviating-link.js";
import { type Deviations, strict } from "../deviations.js";
import { drainLinks } from "../drain-links.js";
import { linkCounters } from "../link-counters.js";
import { linkInspection } from "../link-inspection.js";
import { pduTrace } from "../pdu-log.js";
import type { RunningRole } from "../running-role.js";
import { serverLinkDefaults } from "../server-link.js";
import { type ServerLog, silentLog } from "../server-log.js";
import { RouteHub } from "./route-hub.js";

export interface RouteServerOptions {
  /** For msg_servers; port 0 takes a free one. */
  readonly listen: ListenAddress;
  readonly log?: ServerLog;
  /** What differs from the defaults of links between servers: heartbeat, timeout, limits. */
  readonly link?: Partial<ListenOptions>;
  readonly deviates?: Deviations;
  /** Relays go to the msg_servers that have a receiver, in place of all others (RTE-05). */
  readonly sendsWhereNeeded?: boolean;
}

const CONNECTIONS_MAX = 1024;

/** Starts a route_server (RTE-01 … RTE-10). @throws ListenError */
export async function startRouteServer(options: RouteServerOptions): Promise<RunningRole> {
  const { log = silentLog, deviates = strict, sendsWhereNeeded = false } = options;
  const hub = new RouteHub({ log, deviates, sendsWhereNeeded });
  const linkOptions = deviatingLink(
    { ...serverLinkDefaults, ...pduTrace("route", log), connectionsMax: CONNECTIONS_MAX, ...options.link },
    deviates,
  );
  const listener = await listen(options.listen, linkOptions, (link) => hub.accept(link));
  return {
    role: "route",
    addresses: { servers: listener.address },
    counters: () => ({ ...linkCounters(listener), ...hub.counters() }),
    inspection: linkInspection([], [{ listener, isMaster: (link) => hub.isMaster(link) }]),
    stop: async (graceMs) => {
      listener.close();
      await drainLinks(listener.connections, graceMs);
    },
  };
}
