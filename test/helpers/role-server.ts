import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Address } from "../../src/net/address.js";
import type { ConformanceOptions } from "../../src/runner/conformance/run-conformance.js";
import { type CaseRole, type PlayedRole, playedRoles } from "../../src/scenarios/conformance/case-role.js";
import { startDbProxyServer } from "../../src/server/db/db-proxy-server.js";
import { type Deviations, strict } from "../../src/server/deviations.js";
import { startFileServer } from "../../src/server/file/file-server.js";
import { startHttpMsgServer } from "../../src/server/http-msg/http-msg-server.js";
import { startLoginServer } from "../../src/server/login/login-server.js";
import { startMsfs } from "../../src/server/msfs/msfs.js";
import { startMsgServer } from "../../src/server/msg/msg-server.js";
import { msgServerLimits } from "../../src/server/msg/msg-server-options.js";
import { startRouteServer } from "../../src/server/route/route-server.js";
import { MemoryStorage } from "../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../src/server/storage/seed-fixture.js";
import { leaver, withLeaver } from "./leaver.js";
import { nobodyAt } from "./odd-server.js";
import { ReferenceCluster } from "./reference-cluster.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const clock = { nowMs: () => Date.now() };
/** As judgeRole has it. */
const TIME_SCALE = 0.05;
/** RTE-09 */
const HEARTBEAT_INTERVAL_MS = 5000;
const IDLE_TIMEOUT_MS = 30_000;
const USERS = 200;

/** What stands between the suite and a port, or between a server and one that the suite plays around it. */
type Via = (address: Address, port: "target" | "clients" | "http" | PlayedRole) => Promise<Address>;

/** A reference server of one role, and how the suite gets at it. */
export interface RoleServer {
  readonly target: Address;
  readonly options: Partial<ConformanceOptions>;
  stop(): Promise<void>;
}

const straight: Via = async (address) => address;

export interface RoleServerOptions {
  readonly via?: Via;
  /** Of its time limits; a twentieth unless given. */
  readonly timeScale?: number;
  /** Strict unless given. */
  readonly deviates?: Deviations;
}

/** Starts a server of that role, as the suite's options for it expect. */
export async function startRoleServer(
  role: CaseRole,
  { via = straight, timeScale = TIME_SCALE, deviates = strict }: RoleServerOptions = {},
): Promise<RoleServer> {
  const link = { heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS * timeScale, idleTimeoutMs: IDLE_TIMEOUT_MS * timeScale };
  const server = await starters[role]({ via, timeScale, deviates, link });
  return { ...server, options: { ...server.options, timeScale } };
}

interface Given extends Required<RoleServerOptions> {
  readonly link: { readonly heartbeatIntervalMs: number; readonly idleTimeoutMs: number };
}

const starters: Readonly<Record<CaseRole, (given: Given) => Promise<RoleServer>>> = {
  async msg({ timeScale }) {
    const { loginTimeoutMs, pcIdleTimeoutMs, mobileIdleTimeoutMs } = msgServerLimits;
    const msgLimits = {
      ...msgServerLimits,
      loginTimeoutMs: loginTimeoutMs * timeScale,
      pcIdleTimeoutMs: pcIdleTimeoutMs * timeScale,
      mobileIdleTimeoutMs: mobileIdleTimeoutMs * timeScale,
    };
    const cluster = await ReferenceCluster.start({ fixture: await suiteFixture(), msgServers: 2, msgLimits });
    return {
      target: cluster.msg(0),
      options: { peer: cluster.msg(1), accounts, leavers: [leaver], nowMs: clock.nowMs },
      stop: () => cluster.stop(),
    };
  },
  async route({ via, deviates, link }) {
    const server = await startRouteServer({ listen: LOOPBACK, deviates, link });
    return {
      target: await via(server.addresses.servers ?? LOOPBACK, "target"),
      options: {},
      stop: () => server.stop(0),
    };
  },
  async login({ via, deviates, link }) {
    const listen = { clients: LOOPBACK, http: LOOPBACK, servers: LOOPBACK };
    const server = await startLoginServer({ listen, deviates, link });
    const { servers = LOOPBACK, clients = LOOPBACK, http = LOOPBACK } = server.addresses;
    return {
      target: await via(servers, "target"),
      options: { clients: await via(clients, "clients"), http: await via(http, "http") },
      stop: () => server.stop(0),
    };
  },
  async db({ via, deviates, link }) {
    const storage = new MemoryStorage(parseSeedFixture(await suiteFixture(), "reference.yaml"), clock);
    const server = await startDbProxyServer({ listen: LOOPBACK, storage, clock, deviates, link });
    return {
      target: await via(server.addresses.servers ?? LOOPBACK, "target"),
      options: { accounts, leavers: [leaver], nowMs: clock.nowMs },
      stop: () => server.stop(0),
    };
  },
  async file({ via, deviates, link }) {
    const folder = await mkdtemp(join(tmpdir(), "ttk-role-server-"));
    const listen = { clients: LOOPBACK, servers: LOOPBACK };
    const server = await startFileServer({ listen, folder, clock, deviates, link });
    const { servers = LOOPBACK, clients = LOOPBACK } = server.addresses;
    return {
      target: await via(servers, "target"),
      options: { clients: await via(clients, "clients") },
      async stop() {
        await server.stop(0);
        await rm(folder, { recursive: true });
      },
    };
  },
  async "http-msg"({ via, deviates, link }) {
    const played = { db: [await nobodyAt()], route: [await nobodyAt()] };
    const at = (role: keyof typeof played) => Promise.all(played[role].map((address) => via(address, role)));
    const server = await startHttpMsgServer({
      listen: LOOPBACK,
      database: { dbProxies: await at("db") },
      routeServers: await at("route"),
      deviates,
      serverLink: { redialDelaysMs: [100], ...link },
    });
    return {
      target: await via(server.addresses.http ?? LOOPBACK, "target"),
      options: { played },
      stop: () => server.stop(0),
    };
  },
  async msfs({ via }) {
    const folder = await mkdtemp(join(tmpdir(), "ttk-role-server-"));
    const server = await startMsfs({ listen: LOOPBACK, folder, clock });
    return {
      target: await via(server.addresses.http ?? LOOPBACK, "target"),
      options: {},
      async stop() {
        await server.stop(0);
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
  async "msg-isolated"({ via, deviates, link }) {
    // Two route_servers, of which the second is there only for cases about it.
    const playedAt = async (role: PlayedRole) =>
      role === "route" ? [await nobodyAt(), await nobodyAt()] : [await nobodyAt()];
    const played = Object.fromEntries(
      await Promise.all(playedRoles.map(async (role) => [role, await playedAt(role)] as const)),
    ) as Record<PlayedRole, Address[]>;
    const at = (role: PlayedRole) => Promise.all(played[role].map((address) => via(address, role)));
    const server = await startMsgServer({
      listen: LOOPBACK,
      database: { dbProxies: await at("db") },
      routeServers: await at("route"),
      loginServers: await at("login"),
      fileServers: await at("file"),
      pushServers: await at("push"),
      advertise: { ip1: "127.0.0.1", ip2: "127.0.0.1" },
      clock,
      deviates,
      serverLink: { redialDelaysMs: [100], ...link },
    });
    return {
      target: await via(server.addresses.clients ?? LOOPBACK, "target"),
      options: { played },
      stop: () => server.stop(0),
    };
  },
};

const accounts = Array.from({ length: USERS }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));

async function suiteFixture(): Promise<string> {
  return withLeaver(await readFile(fileURLToPath(new URL("../../fixtures/reference.yaml", import.meta.url)), "utf8"));
}
