import type { Address } from "../net/address.js";
import type { RoleName } from "./running-role.js";

/** Which servers run here and what each listens on; port 0 takes a free one. A role that is left out does not run here. */
export interface ClusterLayout {
  readonly login?: { readonly clients: Address; readonly http: Address; readonly servers: Address };
  readonly route?: Address;
  readonly db: readonly Address[];
  readonly msg: readonly Address[];
}

/** protocol.md, "Servers, default ports". Further instances of a role take the ports that follow. */
const defaultPorts = { login: { clients: 8008, http: 8080, servers: 8100 }, route: 8200, db: 10600, msg: 8000 };

export interface LayoutChoice {
  readonly roles: ReadonlySet<RoleName>;
  readonly host: string;
  readonly ports: "default" | "auto";
  readonly msgServers: number;
  readonly dbProxies: number;
}

export function clusterLayout({ roles, host, ports, msgServers, dbProxies }: LayoutChoice): ClusterLayout {
  const at = (port: number): Address => ({ host, port: ports === "auto" ? 0 : port });
  const several = (count: number, first: number) => Array.from({ length: count }, (_, index) => at(first + index));
  const { clients, http, servers } = defaultPorts.login;
  return {
    ...(roles.has("login") ? { login: { clients: at(clients), http: at(http), servers: at(servers) } } : {}),
    ...(roles.has("route") ? { route: at(defaultPorts.route) } : {}),
    db: roles.has("db") ? several(dbProxies, defaultPorts.db) : [],
    msg: roles.has("msg") ? several(msgServers, defaultPorts.msg) : [],
  };
}
