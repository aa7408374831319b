import type { Address } from "../../src/net/address.js";
import { type ClusterOptions, type RunningCluster, startCluster } from "../../src/server/cluster.js";
import { clusterLayout } from "../../src/server/cluster-layout.js";
import { deviatingIn } from "../../src/server/deviations.js";
import { type MsgServerLimits, msgServerLimits } from "../../src/server/msg/msg-server-options.js";
import type { RoleName } from "../../src/server/role-name.js";
import { MemoryStorage } from "../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../src/server/storage/seed-fixture.js";
import { withLeaver } from "../helpers/leaver.js";
import { FaultyWire, type Line } from "./faulty-wire.js";
import type { Mutant } from "./mutant.js";
import type { WireFault } from "./wire-fault.js";

export interface MutatedClusterOptions {
  /** YAML. */
  readonly fixture: string;
  /** Of the server's own time limits. */
  readonly timeScale: number;
  /** For file_server. */
  readonly folder: string;
}

/** A reference cluster of two msg_servers with the fault of one mutant, or with none. */
export class MutatedCluster {
  private constructor(
    private readonly clusters: readonly RunningCluster[],
    private readonly wires: readonly FaultyWire[],
    /** Where clients dial the two msg_servers. */
    readonly msgServers: readonly Address[],
  ) {}

  static async start(mutant: Mutant | undefined, options: MutatedClusterOptions): Promise<MutatedCluster> {
    const clock = { nowMs: () => Date.now() };
    const sound = new MemoryStorage(parseSeedFixture(withLeaver(options.fixture), "the mutants' fixture"), clock);
    const limits = scaledLimits(options.timeScale);
    const common: Omit<ClusterOptions, "layout"> = {
      clock,
      storage: mutant?.storage?.(sound) ?? sound,
      msgLimits: { ...limits, ...mutant?.limits?.(limits) },
      folder: options.folder,
      ...(mutant?.deviation === undefined ? {} : { deviates: deviatingIn([mutant.deviation]) }),
    };
    const behind = await startCluster({ ...common, layout: layoutOf(["login", "route", "file"]) });
    const wires: FaultyWire[] = [];
    /** Connections through a fault, or straight to the server when there is none. */
    const via = async (addresses: readonly Address[], fault: WireFault | undefined) => {
      if (fault === undefined) return addresses;
      const lines = new Set<Line>();
      const started = await Promise.all(addresses.map((address) => FaultyWire.start(address, fault, lines)));
      wires.push(...started);
      return started.map(({ address }) => address);
    };
    const front = await startCluster({
      ...common,
      layout: layoutOf(["msg"]),
      remote: {
        login: addressesOf(behind, "login"),
        route: await via(addressesOf(behind, "route"), mutant?.route?.()),
        file: addressesOf(behind, "file"),
      },
    });
    const msgServers = front.roles.map(({ addresses }) => addresses.clients as Address);
    return new MutatedCluster([front, behind], wires, await via(msgServers, mutant?.clients?.(limits)));
  }

  async stop(): Promise<void> {
    for (const cluster of this.clusters) await cluster.stop(0);
    for (const wire of this.wires) await wire.stop();
  }
}

function layoutOf(roles: readonly RoleName[]) {
  const choice = { roles: new Set(roles), host: "127.0.0.1", ports: "auto", msgServers: 2, dbProxies: 0 } as const;
  return clusterLayout(choice);
}

function addressesOf({ roles }: RunningCluster, name: RoleName): Address[] {
  return roles.filter(({ role }) => role === name).map(({ addresses }) => addresses.servers as Address);
}

function scaledLimits(timeScale: number): MsgServerLimits {
  const { loginTimeoutMs, pcIdleTimeoutMs, mobileIdleTimeoutMs } = msgServerLimits;
  return {
    ...msgServerLimits,
    loginTimeoutMs: loginTimeoutMs * timeScale,
    pcIdleTimeoutMs: pcIdleTimeoutMs * timeScale,
    mobileIdleTimeoutMs: mobileIdleTimeoutMs * timeScale,
  };
}
