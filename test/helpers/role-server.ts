import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Address } from "../../src/net/address.js";
import { type CaseRole, type PlayedRole, playedRoles } from "../../src/runner/conformance/case-role.js";
import type { ConformanceOptions } from "../../src/runner/conformance/run-conformance.js";
import { startDbProxyServer } from "../../src/server/db/db-proxy-server.js";
import { strict } from "../../src/server/deviations.js";
import { startFileServer } from "../../src/server/file/file-server.js";
import { startLoginServer } from "../../src/server/login/login-server.js";
import { startMsgServer } from "../../src/server/msg/msg-server.js";
import { msgServerLimits } from "../../src/server/msg/msg-server-options.js";
import { startRouteServer } from "../../src/server/route/route-server.js";
import { MemoryStorage } from "../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../src/server/storage/seed-fixture.js";
import { nobodyAt } from "./odd-server.js";
import { ReferenceCluster } from "./reference-cluster.js";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const clock = { nowMs: () => Date.now() };
/** As judgeRole has it. */
const TIME_SCALE = 0.05;
const link = { heartbeatIntervalMs: 250, idleTimeoutMs: 1500 };
const USERS = 200;

/** What stands between the suite and a port, or between a msg_server in isolation and a server that the suite plays. */
export type Via = (address: Address, port: "target" | "clients" | PlayedRole) => Promise<Address>;

/** A reference server of one role, and how the suite gets at it. */
export interface RoleServer {
  readonly target: Address;
  readonly options: Partial<ConformanceOptions>;
  stop(): Promise<void>;
}

const straight: Via = async (address) => address;

/** Starts a strict server of that role, its time limits a twentieth. */
export async function startRoleServer(role: CaseRole, via: Via = straight): Promise<RoleServer> {
  return starters[role](via);
}

const starters: Readonly<Record<CaseRole, (via: Via) => Promise<RoleServer>>> = {
  async msg() {
    const { loginTimeoutMs, pcIdleTimeoutMs, mobileIdleTimeoutMs } = msgServerLimits;
    const msgLimits = {
      ...msgServerLimits,
      loginTimeoutMs: loginTimeoutMs * TIME_SCALE,
      pcIdleTimeoutMs: pcIdleTimeoutMs * TIME_SCALE,
      mobileIdleTimeoutMs: mobileIdleTimeoutMs * TIME_SCALE,
    };
    const cluster = await ReferenceCluster.start({ fixture: await referenceFixture(), msgServers: 2, msgLimits });
    return {
      target: cluster.msg(0),
      options: { peer: cluster.msg(1), accounts, nowMs: clock.nowMs },
      stop: () => cluster.stop(),
    };
  },
  async route(via) {
    const server = await startRouteServer({ listen: LOOPBACK, deviates: strict, link });
    return {
      target: await via(server.addresses.servers ?? LOOPBACK, "target"),
      options: {},
      stop: () => server.stop(0),
    };
  },
  async login(via) {
    const listen = { clients: LOOPBACK, http: LOOPBACK, servers: LOOPBACK };
    const server = await startLoginServer({ listen, deviates: strict, link });
    const { servers = LOOPBACK, clients = LOOPBACK, http = LOOPBACK } = server.addresses;
    return {
      target: await via(servers, "target"),
      options: { clients: await via(clients, "clients"), http },
      stop: () => server.stop(0),
    };
  },
  async db(via) {
    const storage = new MemoryStorage(parseSeedFixture(await referenceFixture(), "reference.yaml"), clock);
    const server = await startDbProxyServer({ listen: LOOPBACK, storage, clock, deviates: strict, link });
    return {
      target: await via(server.addresses.servers ?? LOOPBACK, "target"),
      options: { accounts, nowMs: clock.nowMs },
      stop: () => server.stop(0),
    };
  },
  async file(via) {
    const folder = await mkdtemp(join(tmpdir(), "ttk-role-server-"));
    const listen = { clients: LOOPBACK, servers: LOOPBACK };
    const server = await startFileServer({ listen, folder, clock, deviates: strict, link });
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
  async "msg-isolated"(via) {
    const played = Object.fromEntries(
      await Promise.all(playedRoles.map(async (role) => [role, [await nobodyAt()]] as const)),
    ) as Record<PlayedRole, [Address]>;
    const at = async (role: PlayedRole) => [await via(played[role][0], role)];
    const server = await startMsgServer({
      listen: LOOPBACK,
      database: { dbProxies: await at("db") },
      routeServers: await at("route"),
      loginServers: await at("login"),
      fileServers: await at("file"),
      pushServers: await at("push"),
      advertise: { ip1: "127.0.0.1", ip2: "127.0.0.1" },
      clock,
      deviates: strict,
      serverLink: { redialDelaysMs: [100], heartbeatIntervalMs: 250 },
    });
    return {
      target: await via(server.addresses.clients ?? LOOPBACK, "target"),
      options: { played },
      stop: () => server.stop(0),
    };
  },
};

const accounts = Array.from({ length: USERS }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));

function referenceFixture(): Promise<string> {
  return readFile(fileURLToPath(new URL("../../fixtures/reference.yaml", import.meta.url)), "utf8");
}
