import type { Address, ListenAddress } from "../net/address.js";
import type { RoleName } from "./role-name.js";

/** Which servers run here and what each listens on; port 0 takes a free one. A role that is left out does not run here. */
export interface ClusterLayout {
  readonly login?: { readonly clients: ListenAddress; readonly http: ListenAddress; readonly servers: ListenAddress };
  readonly route: readonly ListenAddress[];
  readonly db: readonly ListenAddress[];
  readonly file?: { readonly clients: ListenAddress; readonly servers: ListenAddress };
  readonly push?: ListenAddress;
  readonly msg: readonly ListenAddress[];
  readonly httpMsg?: ListenAddress;
  readonly msfs?: ListenAddress;
}

/** protocol.md, "Servers, default ports". Further instances of a role take the ports that follow. */
const defaultPorts = {
  login: { clients: 8008, http: 8080, servers: 8100 },
  route: 8200,
  db: 10600,
  file: { clients: 8600, servers: 8601 },
  push: 8500,
  msg: 8000,
  httpMsg: 8400,
  msfs: 8700,
};

export interface LayoutChoice {
  readonly roles: ReadonlySet<RoleName>;
  readonly host: string;
  readonly ports: "default" | "auto";
  readonly msgServers: number;
  readonly dbProxies: number;
  /** 1 unless given. */
  readonly routeServers?: number;
}

export function clusterLayout(choice: LayoutChoice): ClusterLayout {
  const { roles, host, ports, msgServers, dbProxies, routeServers = 1 } = choice;
  const at = (port: number): Address => ({ host, port: ports === "auto" ? 0 : port });
  const several = (role: RoleName, count: number, first: number) =>
    roles.has(role) ? Array.from({ length: count }, (_, index) => at(first + index)) : [];
  const { login, file } = defaultPorts;
  return {
    ...(roles.has("login")
      ? { login: { clients: at(login.clients), http: at(login.http), servers: at(login.servers) } }
      : {}),
    route: several("route", routeServers, defaultPorts.route),
    db: several("db", dbProxies, defaultPorts.db),
    ...(roles.has("file") ? { file: { clients: at(file.clients), servers: at(file.servers) } } : {}),
    ...(roles.has("push") ? { push: at(defaultPorts.push) } : {}),
    msg: several("msg", msgServers, defaultPorts.msg),
    ...(roles.has("http-msg") ? { httpMsg: at(defaultPorts.httpMsg) } : {}),
    ...(roles.has("msfs") ? { msfs: at(defaultPorts.msfs) } : {}),
  };
}
