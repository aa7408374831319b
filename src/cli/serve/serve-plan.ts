import type { Address } from "../../net/address.js";
import type { RemoteServers } from "../../server/cluster.js";
import { type ClusterLayout, clusterLayout } from "../../server/cluster-layout.js";
import type { RoleName } from "../../server/running-role.js";
import { didYouMean } from "../../server/storage/did-you-mean.js";
import { usageError } from "../command-error.js";

/** What decides which servers run, as given on the command line. */
export interface ServeChoice {
  /** Empty: the whole cluster. */
  readonly roles: readonly string[];
  readonly host: string;
  readonly ports: "default" | "auto";
  readonly listen?: Address;
  readonly msgServers?: number;
  readonly dbProxies?: number;
  readonly login?: readonly Address[];
  readonly route?: readonly Address[];
  readonly dbProxy?: readonly Address[];
}

export interface ServePlan {
  readonly layout: ClusterLayout;
  readonly remote: RemoteServers;
  /** Whether any of the servers keeps users and messages itself. */
  readonly needsStorage: boolean;
}

const roleNames: readonly RoleName[] = ["login", "route", "db", "msg"];
const MSG_SERVERS_IN_A_CLUSTER = 2;

/** @throws CommandError usage, when the servers asked for cannot work together */
export function servePlan(choice: ServeChoice): ServePlan {
  const roles = rolesOf(choice);
  const remote = { login: choice.login ?? [], route: choice.route ?? [], db: choice.dbProxy ?? [] };
  requireSense(choice, roles, remote);
  const wholeCluster = choice.roles.length === 0;
  const layout = clusterLayout({
    roles,
    host: choice.host,
    ports: choice.ports,
    msgServers: choice.msgServers ?? (wholeCluster ? MSG_SERVERS_IN_A_CLUSTER : 1),
    dbProxies: choice.dbProxies ?? 1,
  });
  const needsStorage = roles.has("db") || (roles.has("msg") && remote.db.length === 0);
  return { layout: choice.listen === undefined ? layout : listeningOn(layout, choice.listen), remote, needsStorage };
}

function rolesOf({ roles, dbProxies }: ServeChoice): Set<RoleName> {
  if (roles.length === 0) return new Set(dbProxies === undefined ? ["login", "route", "msg"] : roleNames);
  return new Set(
    roles.map((name) => {
      const role = roleNames.find((known) => known === name);
      if (role === undefined)
        throw usageError(`there is no role "${name}" among ${roleNames.join(", ")}${didYouMean(name, roleNames)}`);
      return role;
    }),
  );
}

function requireSense(choice: ServeChoice, roles: ReadonlySet<RoleName>, remote: RemoteServers): void {
  if (roles.has("msg")) {
    for (const role of ["login", "route"] as const) {
      if (roles.has(role) || remote[role].length > 0) continue;
      throw usageError(
        `a msg_server refuses every login without a ${role}_server: give --${role} host:port, or serve ${role} here too`,
      );
    }
  } else {
    const pointless = (["msgServers", "login", "route", "dbProxy"] as const).find((name) => choice[name] !== undefined);
    if (pointless !== undefined) throw usageError(`--${kebab(pointless)} needs the role msg`);
  }
  if (choice.dbProxies !== undefined && !roles.has("db")) throw usageError("--db-proxies needs the role db");
  if (choice.listen === undefined) return;
  const [only] = roles;
  if (roles.size !== 1 || only === "login" || (choice.msgServers ?? choice.dbProxies ?? 1) !== 1) {
    throw usageError("--listen is for one route, db or msg server alone; use --host and --ports");
  }
}

function listeningOn(layout: ClusterLayout, address: Address): ClusterLayout {
  if (layout.route !== undefined) return { ...layout, route: address };
  return { ...layout, db: layout.db.map(() => address), msg: layout.msg.map(() => address) };
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
