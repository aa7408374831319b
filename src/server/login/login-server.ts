import { clientLimits } from "../../codec/pdu-header.js";
import type { ListenAddress } from "../../net/address.js";
import { type ListenOptions, listen } from "../../net/listen.js";
import type { PduLink } from "../../net/pdu-link.js";
import { deviatingLink } from "../deviating-link.js";
import { type Deviations, strict } from "../deviations.js";
import { drainLinks } from "../drain-links.js";
import { getOnly } from "../http-answer.js";
import { startHttpPort } from "../http-port.js";
import { linkCounters } from "../link-counters.js";
import { linkInspection } from "../link-inspection.js";
import { pduTrace } from "../pdu-log.js";
import { prefixed } from "../prefixed-counters.js";
import type { RunningRole } from "../running-role.js";
import { serverLinkDefaults } from "../server-link.js";
import { type ServerLog, silentLog } from "../server-log.js";
import { discoveryAnswer, type ServiceLinks } from "./discovery-answer.js";
import { DiscoveryPort } from "./discovery-port.js";
import { MsgServerDirectory } from "./msg-server-directory.js";
import { RegistrationPort } from "./registration-port.js";

export interface LoginServerOptions {
  /** Port 0 takes a free one, in each of the three. */
  readonly listen: {
    /** PDU, for clients. */
    readonly clients: ListenAddress;
    /** HTTP, for clients. */
    readonly http: ListenAddress;
    /** PDU, for msg_servers. */
    readonly servers: ListenAddress;
  };
  readonly log?: ServerLog;
  /** What else `GET /msg_server` hands out. */
  readonly services?: Partial<ServiceLinks>;
  /** Clients connected at once, on each of their two ports. */
  readonly clientsMax?: number;
  /** How long a client may take to put its question. */
  readonly clientTimeoutMs?: number;
  /** What differs from the defaults of links between servers. */
  readonly link?: Partial<ListenOptions>;
  /** Connections accepted in one second from clients, by PDU. */
  readonly clientsPerSecondMax?: number;
  readonly deviates?: Deviations;
}

const CLIENTS_MAX = 10_000;
const CLIENTS_PER_SECOND_MAX = 10_000;
const CLIENT_TIMEOUT_MS = 15_000;
const MSG_SERVERS_MAX = 1024;
/** LSV-03. */
const HTTP_REQUEST_SIZE_MAX_BYTES = 1024;
const defaultServices: ServiceLinks = {
  msfsPrior: "http://127.0.0.1:8700/",
  msfsBackup: "http://127.0.0.1:8700/",
  discovery: "http://127.0.0.1/api/discovery",
};

/** Starts a login_server (LSV-01 … LSV-04). @throws ListenError */
export async function startLoginServer(options: LoginServerOptions): Promise<RunningRole> {
  const { log = silentLog, clientsMax = CLIENTS_MAX, clientTimeoutMs = CLIENT_TIMEOUT_MS } = options;
  const { deviates = strict, clientsPerSecondMax = CLIENTS_PER_SECOND_MAX } = options;
  const services = { ...defaultServices, ...options.services };
  const directory = new MsgServerDirectory<PduLink>();
  const registration = new RegistrationPort(directory, log);
  const discovery = new DiscoveryPort(() => directory.choose(), clientTimeoutMs, log, deviates);

  const linkOptions = {
    ...serverLinkDefaults,
    ...pduTrace("login", log),
    connectionsMax: MSG_SERVERS_MAX,
    ...options.link,
  };
  const serverOptions = deviatingLink(linkOptions, deviates);
  const servers = await listen(options.listen.servers, serverOptions, () => registration);
  const clientOptions = deviatingLink(
    {
      limits: clientLimits,
      ...pduTrace("login", log),
      connectionsMax: clientsMax,
      connectionsPerSecondMax: clientsPerSecondMax,
    },
    deviates,
  );
  const clients = await listen(options.listen.clients, clientOptions, (link) => discovery.accept(link)).catch(
    (error) => {
      servers.close();
      throw error;
    },
  );
  const http = await startHttpPort(
    {
      listen: options.listen.http,
      connectionsMax: clientsMax,
      requestTimeoutMs: clientTimeoutMs,
      headersSizeMaxBytes: HTTP_REQUEST_SIZE_MAX_BYTES,
      closesOnBadRequest: deviates["LSV-03"],
    },
    getOnly(
      HTTP_REQUEST_SIZE_MAX_BYTES,
      (path) => {
        // LSV-03: any path that begins so.
        if (path.startsWith("/msg_server")) return { status: 200, body: discoveryAnswer(directory.choose(), services) };
        return deviates["LSV-03"] ? undefined : { status: 404, body: { msg: "not found" } };
      },
      () => (deviates["LSV-03"] ? undefined : { status: 431, body: { msg: "request too large" } }),
    ),
  ).catch((error) => {
    servers.close();
    clients.close();
    throw error;
  });

  return {
    role: "login",
    addresses: { clients: clients.address, http: http.address, servers: servers.address },
    counters: () => ({
      msgServers: directory.size,
      users: directory.userCount,
      httpRequests: http.requests,
      httpRefused: http.refused,
      ...prefixed("clients", { ...linkCounters(clients), ...discovery.counters() }),
      ...prefixed("servers", { ...linkCounters(servers), ...registration.counters() }),
    }),
    inspection: linkInspection([], [{ listener: servers }]),
    stop: async (graceMs) => {
      clients.close();
      servers.close();
      await Promise.all([
        http.stop(graceMs),
        drainLinks(clients.connections, graceMs),
        drainLinks(servers.connections, graceMs),
      ]);
    },
  };
}
