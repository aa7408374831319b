import type { Address } from "../../net/address.js";
import { type ListenOptions, listen } from "../../net/listen.js";
import { drainLinks } from "../drain-links.js";
import { linkCounters } from "../link-counters.js";
import type { RunningRole } from "../running-role.js";
import { serverLinkDefaults } from "../server-link.js";
import { type ServerLog, silentLog } from "../server-log.js";
import { RouteHub } from "./route-hub.js";

export interface RouteServerOptions {
  /** For msg_servers; port 0 takes a free one. */
  readonly listen: Address;
  readonly log?: ServerLog;
  /** What differs from the defaults of links between servers: heartbeat, timeout, limits. */
  readonly link?: Partial<ListenOptions>;
}

const CONNECTIONS_MAX = 1024;

/** Starts a route_server (RTE-01 … RTE-10). @throws ListenError */
export async function startRouteServer(options: RouteServerOptions): Promise<RunningRole> {
  const hub = new RouteHub(options.log ?? silentLog);
  const linkOptions = { ...serverLinkDefaults, connectionsMax: CONNECTIONS_MAX, ...options.link };
  const listener = await listen(options.listen, linkOptions, (link) => hub.accept(link));
  return {
    role: "route",
    addresses: { servers: listener.address },
    counters: () => ({ ...linkCounters(listener), ...hub.counters() }),
    stop: async (graceMs) => {
      listener.close();
      await drainLinks(listener.connections, graceMs);
    },
  };
}
