import { didYouMean } from "../../codec/did-you-mean.js";
import type { Address } from "../../net/address.js";
import type { RemoteServers } from "../../server/cluster.js";
import { type ClusterLayout, clusterLayout } from "../../server/cluster-layout.js";
import { type RoleName, roleNames } from "../../server/role-name.js";
import { usageError } from "../command-error.js";

/** What decides which servers run, as given on the command line or by configuration files. */
export interface ServeChoice {
  /** Empty: the whole cluster. */
  readonly roles: readonly string[];
  /** Roles that run beside the whole cluster's. */
  readonly with?: readonly string[];
  readonly host: string;
  readonly ports: "default" | "auto";
  readonly listen?: Address;
  readonly msgServers?: number;
  readonly routeServers?: number;
  readonly dbProxies?: number;
  readonly login?: readonly Address[];
  readonly route?: readonly Address[];
  readonly dbProxy?: readonly Address[];
  readonly fileServer?: readonly Address[];
  readonly pushServer?: readonly Address[];
  /** What single servers listen on, in place of their default ports. */
  readonly listenOn?: Partial<ClusterLayout>;
}

export interface ServePlan {
  readonly layout: ClusterLayout;
  readonly remote: RemoteServers;
  /** Whether any of the servers keeps users and messages itself. */
  readonly needsStorage: boolean;
  /** Whether any of the servers keeps files. */
  readonly needsFolder: boolean;
}

const MSG_SERVERS_IN_A_CLUSTER = 2;
const clusterRoles: readonly RoleName[] = ["login", "route", "msg"];
/** Those with one port, so that `--listen` says it all. */
const singlePortRoles: ReadonlySet<RoleName> = new Set(["route", "db", "msg", "push", "http-msg", "msfs"]);

/** @throws CommandError usage, when the servers asked for cannot work together */
export function servePlan(choice: ServeChoice): ServePlan {
  const roles = rolesOf(choice);
  const { login = [], route = [], dbProxy: db = [], fileServer: file = [], pushServer: push = [] } = choice;
  const remote = { login, route, db, file, push };
  requireSense(choice, roles, remote);
  const wholeCluster = choice.roles.length === 0;
  const layout = clusterLayout({
    roles,
    host: choice.host,
    ports: choice.ports,
    msgServers: choice.msgServers ?? (wholeCluster ? MSG_SERVERS_IN_A_CLUSTER : 1),
    routeServers: choice.routeServers ?? 1,
    dbProxies: choice.dbProxies ?? 1,
  });
  const asksDatabase = roles.has("msg") || roles.has("http-msg");
  return {
    layout: { ...(choice.listen === undefined ? layout : listeningOn(layout, choice.listen)), ...choice.listenOn },
    remote,
    needsStorage: roles.has("db") || (asksDatabase && db.length === 0),
    needsFolder: roles.has("file") || roles.has("msfs"),
  };
}

/**
 * What is wrong with the addresses that servers of a plan tell clients.
 * @param fileAdvertise what is told of file_server, in place of what it listens on
 */
export function addressWarning(
  { layout }: ServePlan,
  advertise: string | undefined,
  fileAdvertise?: readonly string[],
): string | undefined {
  const ofFiles = layout.file === undefined ? [] : (fileAdvertise?.map((host) => ({ host })) ?? layout.file.clients);
  const told: { readonly host: string }[] = [...layout.msg, ofFiles].flat();
  const nowhere = told.map(({ host }) => host).find((host) => host === "0.0.0.0" || host === "::");
  if (advertise !== undefined || nowhere === undefined) return undefined;
  return `clients are told to dial ${nowhere}, which is no machine: name it by --advertise HOST`;
}

function rolesOf({ roles, with: beside = [], dbProxies }: ServeChoice): Set<RoleName> {
  const named = roles.map(roleCalled);
  if (named.length > 0) {
    if (beside.length > 0) throw usageError("--with adds to the whole cluster; name the roles one beside the other");
    return new Set(named);
  }
  const added = beside.flatMap((names) => names.split(",")).map((name) => roleCalled(name.trim()));
  return new Set([...clusterRoles, ...(dbProxies === undefined ? [] : ["db" as const]), ...added]);
}

function roleCalled(name: string): RoleName {
  const role = roleNames.find((known) => known === name);
  if (role !== undefined) return role;
  throw usageError(`there is no role "${name}" among ${roleNames.join(", ")}${didYouMean(name, roleNames)}`);
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
    const forMsg = ["msgServers", "login", "fileServer", "pushServer"] as const;
    const forBoth = roles.has("http-msg") ? [] : (["route", "dbProxy"] as const);
    const pointless = [...forMsg, ...forBoth].find((name) => choice[name] !== undefined);
    if (pointless !== undefined) throw usageError(`--${kebab(pointless)} needs the role msg`);
  }
  if (choice.dbProxies !== undefined && !roles.has("db")) throw usageError("--db-proxies needs the role db");
  if (choice.routeServers !== undefined && !roles.has("route"))
    throw usageError("--route-servers needs the role route");
  if (choice.listen === undefined) return;
  const [only] = roles;
  const instances = choice.msgServers ?? choice.dbProxies ?? choice.routeServers ?? 1;
  if (roles.size !== 1 || only === undefined || !singlePortRoles.has(only) || instances !== 1) {
    throw usageError(`--listen is for one ${[...singlePortRoles].join(", ")} server alone; use --host and --ports`);
  }
}

function listeningOn(layout: ClusterLayout, address: Address): ClusterLayout {
  const { push, httpMsg, msfs } = layout;
  return {
    ...layout,
    route: layout.route.map(() => address),
    db: layout.db.map(() => address),
    msg: layout.msg.map(() => address),
    ...(push === undefined ? {} : { push: address }),
    ...(httpMsg === undefined ? {} : { httpMsg: address }),
    ...(msfs === undefined ? {} : { msfs: address }),
  };
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
