import type { Address } from "../../src/net/address.js";
import { type ClusterOptions, type RunningCluster, startCluster } from "../../src/server/cluster.js";
import { clusterLayout } from "../../src/server/cluster-layout.js";
import type { RoleName } from "../../src/server/role-name.js";
import type { RunningRole } from "../../src/server/running-role.js";
import { crowdFixture } from "../../src/server/storage/crowd-fixture.js";
import { MemoryStorage } from "../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../src/server/storage/seed-fixture.js";

export interface ReferenceClusterOptions
  extends Partial<
    Pick<
      ClusterOptions,
      | "advertiseHost"
      | "clientsMax"
      | "msgLimits"
      | "log"
      | "deviates"
      | "smartRoute"
      | "folder"
      | "pushOutlet"
      | "storage"
      | "serverLink"
    >
  > {
  /** YAML; user1 … user20 with the password `secret` unless given. */
  readonly fixture?: string;
  readonly msgServers?: number;
  readonly dbProxies?: number;
  readonly routeServers?: number;
  /** Beside login, route and msg. */
  readonly with?: readonly RoleName[];
}

/** The reference servers in this process, on free ports of 127.0.0.1. */
export class ReferenceCluster {
  private constructor(private readonly running: RunningCluster) {}

  static async start(options: ReferenceClusterOptions = {}): Promise<ReferenceCluster> {
    const { fixture = crowdFixture(20), msgServers = 1, dbProxies = 0, routeServers = 1 } = options;
    const { with: beside = [], fixture: _, ...rest } = options;
    const roles = new Set<RoleName>(["login", "route", "msg", ...(dbProxies > 0 ? (["db"] as const) : []), ...beside]);
    const clock = { nowMs: () => Date.now() };
    const running = await startCluster({
      layout: clusterLayout({ roles, host: "127.0.0.1", ports: "auto", msgServers, dbProxies, routeServers }),
      storage: new MemoryStorage(parseSeedFixture(fixture, "the test's fixture"), clock),
      clock,
      ...rest,
    });
    return new ReferenceCluster(running);
  }

  get roles(): readonly RunningRole[] {
    return this.running.roles;
  }

  /** Where clients dial the nth msg_server. */
  msg(n: number): Address {
    return this.#roles("msg")[n]?.addresses.clients as Address;
  }

  /** What the nth server of a role listens on. */
  address(role: RoleName, port: string, n = 0): Address {
    return this.#roles(role)[n]?.addresses[port] as Address;
  }

  /** Ends one server and leaves the others. */
  async stopOne(role: RoleName, n = 0): Promise<void> {
    await this.#roles(role)[n]?.stop(0);
  }

  counters(role: RoleName, n = 0): Readonly<Record<string, number>> {
    return this.#roles(role)[n]?.counters() ?? {};
  }

  async stop(graceMs = 0): Promise<void> {
    await this.running.stop(graceMs);
  }

  #roles(name: RoleName): RunningRole[] {
    return this.running.roles.filter(({ role }) => role === name);
  }
}
