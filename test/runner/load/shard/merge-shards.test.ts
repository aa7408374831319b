import { afterEach, describe, expect, it } from "vitest";
import { thresholdOf } from "../../../../src/cli/load/threshold-value.js";
import type { LoadPlan } from "../../../../src/runner/load/load-plan.js";
import { Trend } from "../../../../src/runner/load/metrics/metrics.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import { FakeMsgServer, type FakeOptions, type Mischief } from "../../../helpers/fake-msg-server.js";
import { loadPlan, run } from "../../../helpers/load-plan.js";
import { schemaErrors } from "../../../helpers/schema-check.js";
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
    const plan = loadPlan(server.address, USERS, { durationMs: 1500 });
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
    expect([alone, merged].map(({ processes }) => processes)).toEqual([1, count]);
    expect(merged.delivery.readsExpected).toBeGreaterThan(10);
    expect(merged.delivery).toEqual(alone.delivery);
    expect(merged).toMatchObject({ users: alone.users, devicesOnline: alone.devicesOnline, rate: alone.rate });
    expect(merged.metrics.iterations).toMatchObject({ count: alone.health.iterations });
    // Bit for bit what one histogram of all values says.
    for (const name of ["msg_ack_duration", "msg_delivery_duration", "login_duration", "connect_duration"]) {
      const { rate: _, ...expected } = (samples.get(name) as Trend).result(1000);
      expect(merged.metrics[name]).toMatchObject(expected);
    }
    for (const { shard } of named(shards)) expect(schemaErrors("load-shard", shard)).toEqual([]);
    expect(merged.series.reduce((sum, { sentPerSecond }) => sum + sentPerSecond, 0)).toBeGreaterThan(0);
  });

  it.each([
    ["drop", "lost"],
    ["duplicate", "duplicated"],
    ["alter", "corrupted"],
  ] as const)("counts exactly what a server does wrong between shards and within them: %s", async (mischief, fault) => {
    let deliveries = 0;
    let done = 0;
    const spoil = (): Mischief => {
      if (++deliveries % 9 !== 0) return "deliver";
      done++;
      return mischief;
    };
    const server = await fakeServer({ mischief: spoil });
    const shards = await shardedRun(quick(loadPlan(server.address, USERS)), 3);
    const merged = mergeShards(named(shards));
    expect(done).toBeGreaterThan(3);
    expect(merged.delivery[fault]).toBe(done);
    expect(merged.failures[0]).toBe(`${done} ${fault}`);
    const { expectedDeliveries, delivered, lost, corrupted, unjudged } = merged.delivery;
    expect(delivered + lost + corrupted + unjudged).toBe(expectedDeliveries);
    const [witness] = merged.witnesses.filter(({ kind }) => kind === fault);
    expect(witness?.device).toMatch(/^user\d+\/(windows|ios)$/);
    const segmentOfUser = (name: string | null) => (Number(/\d+/.exec(name ?? "")?.[0]) - 1) % 3;
    const between = merged.witnesses.filter(
      ({ kind, message, from, device }) =>
        kind === fault && message > 0 && segmentOfUser(from) !== segmentOfUser(device),
    );
    // Whichever shard has found it: the message and its ack are there.
    if (fault !== "corrupted") expect(between.length).toBeGreaterThan(0);
    for (const { pdus } of between) {
      expect(pdus.map(({ what }) => what)).toEqual(expect.arrayContaining(["sent", "ack"]));
    }
  });

  it("blames no message for another one that was altered, however many are under way at once", async () => {
    let deliveries = 0;
    let done = 0;
    const spoil = (): Mischief => {
      if (++deliveries % 3 !== 0) return "deliver";
      done++;
      return "alter";
    };
    const server = await fakeServer({ users: 3, mischief: spoil });
    const plan = loadPlan(server.address, 3, { actsPerSecond: 60, durationMs: 1200 });
    let begun = 0;
    const shards = await shardedRun(quick(plan), 3, {
      onEvent: (event) => {
        // Everything that is sent meanwhile is answered and delivered at once.
        if (event.type === "phase" && event.phase === "steady" && ++begun === 3) server.stall(1000);
      },
    });
    const { delivery } = mergeShards(named(shards));
    expect(done).toBeGreaterThan(10);
    expect(delivery).toMatchObject({ corrupted: done, lost: 0, duplicated: 0, misdelivered: 0 });
  });

  it("says the rate of the plan where those of its shards, each rounded, do not add up to it", async () => {
    const server = await fakeServer();
    const plan = quick(loadPlan(server.address, USERS, { actsPerSecond: 40 }));
    const shards = await shardedRun(plan, 3);
    expect(shards.map(({ result }) => result.rate)).toEqual([13.333, 13.333, 13.333]);
    expect(mergeShards(named(shards)).rate).toBe(40);
  });

  it("has the busiest generator's share: a threshold of it would hold of no value", async () => {
    const server = await fakeServer();
    const thresholds = [{ ...thresholdOf("generator_busy:max<0"), abortOnFail: false, delayAbortEvalMs: 0 }];
    const plan = { ...quick(loadPlan(server.address, 6, { durationMs: 1100 })), thresholds };
    const shards = await shardedRun(plan, 2);
    const highest = (read: "value" | "max") => Math.max(...shards.map(({ metrics }) => metrics.generatorBusy[read]));
    const { metrics, failures } = mergeShards(named(shards));
    expect(highest("max")).toBeGreaterThan(0);
    expect(metrics.generator_busy).toEqual({ type: "gauge", value: highest("value"), min: 0, max: highest("max") });
    expect(failures).toContainEqual(expect.stringContaining("generator_busy max<0"));
  });

  it("counts messages that change places between shards", async () => {
    let swaps = 0;
    const server = await fakeServer({
      users: 2,
      mischief: ({ toUserId }) => (toUserId !== 2 || ++swaps % 5 !== 0 ? "deliver" : "swap"),
    });
    const plan = loadPlan(server.address, 2, { devicesPerUser: 1, durationMs: 1000, actsPerSecond: 30 });
    const merged = mergeShards(named(await shardedRun(quick(plan), 2)));
    expect(merged.delivery.reordered).toBeGreaterThan(0);
    expect(Math.floor(swaps / 5) - merged.delivery.reordered - merged.delivery.lost).toBe(0);
  });

  it("does not call lost what was on its way to somebody whose connection was cut", async () => {
    const server = await fakeServer();
    const plan = loadPlan(server.address, USERS, { durationMs: 1000, actsPerSecond: 200 });
    let phases = 0;
    const shards = await shardedRun(quick(plan), 3, {
      onEvent: (event) => {
        if (event.type === "phase" && event.phase === "steady" && ++phases === 3) setTimeout(() => server.cut(7), 200);
      },
    });
    const merged = mergeShards(named(shards));
    expect(merged.serverFaults).toEqual([expect.stringMatching(/^\d connections? lost$/)]);
    expect(merged.delivery.lost).toBe(0);
  });

  it("refuses what is missing, there twice, of another plan or of another run, and says which", async () => {
    const server = await fakeServer();
    const plan = loadPlan(server.address, 6, { durationMs: 100, drainTimeoutMs: 100 });
    const [one, two] = named(await shardedRun(plan, 2)) as [Named, Named];
    const refusal =
      (...shards: Named[]) =>
      () =>
        mergeShards(shards);
    expect(refusal()).toThrow("there is no shard to merge");
    expect(refusal(two)).toThrow("missing: segment 0/2");
    expect(refusal(one, two, one)).toThrow("shard0.json and shard0.json are both segment 0/2");
    const other = (change: Partial<Named["shard"]>): Named => ({ name: "x.json", shard: { ...two.shard, ...change } });
    expect(refusal(one, other({ fingerprint: "0" }))).toThrow(/^shard0.json and x.json are of different plans/);
    expect(refusal(one, other({ startAtMs: 0 }))).toThrow(
      /x.json at 1970-01-01T00:00:00.000Z: they are not of one run/,
    );
    expect(refusal(one, other({ segment: { index: 1, count: 3 } }))).toThrow(
      "shard0.json is one of 2 segments, x.json is one of 3",
    );
    expect(refusal(one, other({ schemaVersion: 9 }))).toThrow("x.json: is of version 9");
    const damaged = { ...two.shard.far, received: [{ count: 1, sum: "AAAA" }] };
    expect(refusal(one, other({ far: damaged }))).toThrow("a sum of deliveries is damaged");
  });
});

type Named = ReturnType<typeof named>[number];

function quick(plan: LoadPlan): LoadPlan {
  return { ...plan, drainTimeoutMs: 600 };
}
