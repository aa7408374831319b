/** What kinds of server the suite judges. `msg-isolated` is a msg_server around which the suite plays every other server. */
export const caseRoles = ["msg", "route", "login", "db", "file", "msg-isolated"] as const;
export type CaseRole = (typeof caseRoles)[number];

/**
 * Ports of the server under test. `target` is the address that the run is about: clients' for a msg_server, msg_servers' for
 * all others. `peer` is another msg_server of the cluster.
 */
export type PortName = "target" | "peer" | "clients" | "http";

/** Servers that the suite plays around a msg_server in isolation. */
export const playedRoles = ["db", "route", "login", "file", "push"] as const;
export type PlayedRole = (typeof playedRoles)[number];

/** LGN-05: without links to these no user can log in. */
export const essentialRoles: readonly PlayedRole[] = ["db", "route", "login"];

export interface RoleFacts {
  /** As people say it: "route_server". */
  readonly title: string;
  /** Ports that it has beside `target`, with the protocol's default number. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  /** Whether cases need users that the server knows. */
  readonly hasUsers: boolean;
  /** Its cases change something that all of them see, so they run one after the other. */
  readonly isSerial: boolean;
}

export const roleFacts: Readonly<Record<CaseRole, RoleFacts>> = {
  msg: { title: "msg_server", ports: {}, hasUsers: true, isSerial: false },
  route: { title: "route_server", ports: {}, hasUsers: false, isSerial: false },
  login: { title: "login_server", ports: { clients: 8008, http: 8080 }, hasUsers: false, isSerial: true },
  db: { title: "db_proxy_server", ports: {}, hasUsers: true, isSerial: false },
  file: { title: "file_server", ports: { clients: 8600 }, hasUsers: false, isSerial: false },
  "msg-isolated": { title: "msg_server in isolation", ports: {}, hasUsers: false, isSerial: true },
};

/** What the suite listens as for a msg_server in isolation; ports are the protocol's defaults. */
export const playedFacts: Readonly<Record<PlayedRole, { readonly title: string; readonly port: number }>> = {
  db: { title: "db_proxy_server", port: 10600 },
  route: { title: "route_server", port: 8200 },
  login: { title: "login_server", port: 8100 },
  file: { title: "file_server", port: 8601 },
  push: { title: "push_server", port: 8500 },
};
