import { afterEach, describe, expect, it } from "vitest";
import { thresholdOf } from "../../../../src/cli/load/threshold-value.js";
import { Trend } from "../../../../src/runner/load/metrics.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import { FakeMsgServer, type FakeOptions, type Mischief } from "../../../helpers/fake-msg-server.js";
import { loadPlan, run } from "../../../helpers/load-plan.js";
import { named, shardedRun } from "../../../helpers/sharded-run.js";

const USERS = 30;
const servers: FakeMsgServer[] = [];

async function fakeServer(options: Partial<FakeOptions> = {}): Promise<FakeMsgServer> {
  const server = await FakeMsgServer.start({ users: USERS, ...options });
  servers.push(server);
  return server;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

describe("mergeShards", () => {
  it.each([2, 3])("makes of %i shards the run that one process does alone", async (count) => {
    const server = await fakeServer();
    const plan = loadPlan(server.address, USERS, { durationMs: 500 });
    const alone = await run(plan);
    const samples = new Map<string, Trend>();
    const shards = await shardedRun(plan, count, {
      onSample: (metric, value) => {
        const trend = samples.get(metric) ?? new Trend();
        trend.recordMs(value);
        samples.set(metric, trend);
      },
    });
    const merged = mergeShards(named(shards));

    expect(merged.failures).toEqual([]);
    expect(merged.delivery).toEqual({ ...alone.delivery });
    expect(merged).toMatchObject({ users: alone.users, devicesOnline: alone.devicesOnline, rate: alone.rate });
    expect(merged.metrics.iterations).toMatchObject({ count: alone.health.iterations });
    // Bit for bit what one histogram of all values says.
    for (const name of ["msg_ack_duration", "msg_delivery_duration", "login_duration", "connect_duration"]) {
      const { rate: _, ...expected } = (samples.get(name) as Trend).result(1000);
      expect(merged.metrics[name]).toMatchObject(expected);
    }
    expect(merged.series.reduce((sum, { sentPerSecond }) => sum + sentPerSecond, 0)).toBeGreaterThan(0);
  });
});
