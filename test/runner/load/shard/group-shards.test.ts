import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connect } from "../../../../src/runner/load/load-plan.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import { groupChat } from "../../../../src/scenarios/load/group-chat.js";
import { groupMembers } from "../../../../src/scenarios/load/group-members.js";
import { seededRandom } from "../../../../src/scenarios/load/random.js";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import { loadPlan, run } from "../../../helpers/load-plan.js";
import { ReferenceCluster } from "../../../helpers/reference-cluster.js";
import { named, shardedRun } from "../../../helpers/sharded-run.js";

const USERS = 12;
let cluster: ReferenceCluster;

beforeAll(async () => {
  cluster = await ReferenceCluster.start({ fixture: crowdFixture(USERS), msgServers: 2 });
});
afterAll(() => cluster.stop());

/** A user's devices meet across servers. */
const connect: Connect = async (device, user, place, signal) => {
  const address = cluster.msg((user + place) % 2);
  await device.connect(address, signal);
  return `${address.host}:${address.port}`;
};

describe("group-chat in shards", () => {
  it.each([2, 3])("makes of %i shards the run that one process does alone", async (count) => {
    const plan = loadPlan(cluster.msg(0), USERS, {
      scenario: groupChat,
      behaviour: { ...loadPlan(cluster.msg(0), USERS).behaviour, groupShare: 1, readShare: 0.3 },
      // Some groups have members in one shard alone, some in all.
      groups: groupMembers(USERS, { count: 8, sizeFrom: 2, sizeTo: 6 }, seededRandom(3)),
      connect,
      durationMs: 1500,
      actsPerSecond: 24,
      drainTimeoutMs: 10_000,
    });
    const alone = await run(plan);
    expect(alone.failures).toEqual([]);
    expect(alone.delivery.sent).toBeGreaterThan(15);

    const merged = mergeShards(named(await shardedRun(plan, count)));
    expect(merged.failures).toEqual([]);
    expect(merged.delivery).toEqual(alone.delivery);
    expect(merged.delivery.readsExpected).toBeGreaterThan(0);
    expect(merged.metrics.group_delivery_duration).toMatchObject({ count: alone.delivery.delivered });
    expect(merged.metrics.iterations).toMatchObject({ count: alone.health.iterations });
  });
});
