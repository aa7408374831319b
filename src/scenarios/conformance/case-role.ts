/**
 * What kinds of server the suite judges. Around some of them it plays other servers: `msg-isolated` is a msg_server that has
 * nothing else around it.
 */
export const caseRoles = ["msg", "route", "login", "db", "file", "http-msg", "msfs", "msg-isolated"] as const;
export type CaseRole = (typeof caseRoles)[number];

/**
 * Ports of the server under test. `target` is the address that the run is about: clients' for a msg_server, that for HTTP
 * where it is the only one, msg_servers' for all others. `peer` is another msg_server of the cluster.
 */
export type PortName = "target" | "peer" | "clients" | "http";

/** Servers that the suite plays around one that it judges. */
export const playedRoles = ["db", "route", "login", "file", "push"] as const;
export type PlayedRole = (typeof playedRoles)[number];

export interface RoleFacts {
  /** As people say it: "route_server". */
  readonly title: string;
  /** Ports that it has beside `target`, with the protocol's default number. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  /** Whether cases need users that the server knows. */
  readonly hasUsers: boolean;
  /** Its cases change something that all of them see, so they run one after the other. */
  readonly isSerial: boolean;
  /** `target` speaks HTTP, and no PDUs. */
  readonly isHttp: boolean;
  /** What the suite plays around it, for it to dial. */
  readonly plays: readonly PlayedRole[];
  /** Those of them without links to which nothing can be judged. */
  readonly essential: readonly PlayedRole[];
}

const byItself: Pick<RoleFacts, "isHttp" | "plays" | "essential"> = { isHttp: false, plays: [], essential: [] };

export const roleFacts: Readonly<Record<CaseRole, RoleFacts>> = {
  msg: { ...byItself, title: "msg_server", ports: {}, hasUsers: true, isSerial: false },
  route: { ...byItself, title: "route_server", ports: {}, hasUsers: false, isSerial: false },
  login: {
    ...byItself,
    title: "login_server",
    ports: { clients: 8008, http: 8080 },
    hasUsers: false,
    isSerial: true,
  },
  db: { ...byItself, title: "db_proxy_server", ports: {}, hasUsers: true, isSerial: false },
  file: { ...byItself, title: "file_server", ports: { clients: 8600 }, hasUsers: false, isSerial: false },
  "http-msg": {
    title: "http_msg_server",
    ports: {},
    hasUsers: false,
    isSerial: true,
    isHttp: true,
    plays: ["db", "route"],
    // It asks the one, and tells the other.
    essential: ["db", "route"],
  },
  msfs: { ...byItself, title: "msfs", ports: {}, hasUsers: false, isSerial: false, isHttp: true },
  "msg-isolated": {
    ...byItself,
    title: "msg_server in isolation",
    ports: {},
    hasUsers: false,
    isSerial: true,
    plays: playedRoles,
    // LGN-05: without these no user can log in.
    essential: ["db", "route", "login"],
  },
};

/** "a route_server", "an msfs" */
export function named(role: CaseRole): string {
  return `${role === "msfs" ? "an" : "a"} ${roleFacts[role].title}`;
}

/** What the suite listens as around a server; ports are the protocol's defaults. */
export const playedFacts: Readonly<Record<PlayedRole, { readonly title: string; readonly port: number }>> = {
  db: { title: "db_proxy_server", port: 10600 },
  route: { title: "route_server", port: 8200 },
  login: { title: "login_server", port: 8100 },
  file: { title: "file_server", port: 8601 },
  push: { title: "push_server", port: 8500 },
};
