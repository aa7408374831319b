import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planFor, planForScript } from "../../../../src/cli/load/load-choice.js";
import { loadScenarioFile } from "../../../../src/cli/load/scenario-file/load-file.js";
import { readScript } from "../../../../src/cli/load/scenario-file/script-options.js";
import { SearchSteps } from "../../../../src/cli/load/shards/search-steps.js";
import { thresholdOf } from "../../../../src/cli/load/threshold-value.js";
import { findMaxDefaults, ladderOf } from "../../../../src/runner/load/find-max/find-max-plan.js";
import type { FindMaxResult } from "../../../../src/runner/load/find-max/find-max-result.js";
import type { MetricSum } from "../../../../src/runner/load/find-max/step-measure.js";
import { healthLimits as usualLimits } from "../../../../src/runner/load/generator-health.js";
import type { LoadPlan } from "../../../../src/runner/load/load-plan.js";
import { Counter, TimedGauge } from "../../../../src/runner/load/metrics/custom-sum.js";
import { Gauge, Rate, Trend } from "../../../../src/runner/load/metrics/metrics.js";
import type { Threshold } from "../../../../src/runner/load/metrics/threshold.js";
import { usersOf } from "../../../../src/runner/load/script/script-plan.js";
import { judgeLadders, type LadderState } from "../../../../src/runner/load/shard/find-max-ladder.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import { judgeTogether, stepStateOf } from "../../../../src/runner/load/shard/step-state.js";
import { steadyChat } from "../../../../src/scenarios/load/steady-chat.js";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import { fakeHost } from "../../../helpers/fake-host.js";
import { FakeMsgServer } from "../../../helpers/fake-msg-server.js";
import { ReferenceCluster } from "../../../helpers/reference-cluster.js";
import { schemaErrors } from "../../../helpers/schema-check.js";
import { named, shardedRun } from "../../../helpers/sharded-run.js";

const example = fileURLToPath(new URL("../../../../examples/find-max.ts", import.meta.url));
const USERS = 20;
const COOL_DOWN_MS = 20_000;
let cluster: ReferenceCluster;
beforeAll(async () => {
  cluster = await ReferenceCluster.start({ fixture: crowdFixture(USERS), msgServers: 2 });
});
afterAll(() => cluster.stop());

const accounts = Array.from({ length: USERS }, (_, at) => ({ name: `user${at + 1}`, password: "secret" }));
const condition = (metric: string, expression: string): Threshold => ({
  ...thresholdOf(`${metric}:${expression}`),
  abortOnFail: false,
  delayAbortEvalMs: 0,
});

const lossy = { stepMs: 500, coolDownMs: 200, precision: 1, maxPerSecond: 80 };

/** A busy machine is no reason to end a search here. */
const anyHealth = { ...usualLimits, busyShareMax: 1, eventLoopLagP99MaxMs: Number.POSITIVE_INFINITY };

async function searched(plans: LoadPlan | readonly LoadPlan[], count: number) {
  const shards = named(await shardedRun(plans, count, { healthLimits: anyHealth }));
  for (const { shard } of shards) expect(schemaErrors("load-shard", shard)).toEqual([]);
  const results = shards.map(({ shard }) => shard.result.parts[0]?.findMax);
  // Whatever each has measured: all came to the same verdict of every step.
  const verdicts = results.map((result) =>
    result?.steps.map(({ ratePerSecond, ok, acts }) => [ratePerSecond, ok, acts]),
  );
  for (const each of verdicts) expect(each).toEqual(verdicts[0]);
  const merged = mergeShards(shards);
  return {
    merged,
    findMax: merged.parts[0]?.findMax,
    acts: shards.map(({ shard }) => shard.metrics.counts.iterations),
  };
}

describe("a search in workers", () => {
  it("judges a step by what all of them have done together", async () => {
    const plan = planFor({
      scenario: steadyChat,
      accounts,
      targets: [cluster.msg(0), cluster.msg(1)],
      seed: 7,
      rate: 30,
      thinkTime: "constant",
      // Either of two alone never gets there.
      findMax: {
        conditions: [condition("iterations", "count<45")],
        stepMs: 1000,
        coolDownMs: COOL_DOWN_MS,
        precision: 0.4,
      },
    });
    const { merged, findMax, acts } = await searched(plan, 2);
    const [first, second] = findMax?.steps ?? [];
    // Everything of the first step was settled long before the second one would have begun without that.
    const cooledMs = (second?.startedAtMs as number) - (first?.startedAtMs as number) - (first?.durationMs as number);
    expect(cooledMs).toBeLessThan(COOL_DOWN_MS);
    expect(first).toMatchObject({ ratePerSecond: 30, ok: true });
    expect(second).toMatchObject({ ratePerSecond: 60, ok: false });
    for (const step of findMax?.steps ?? []) expect(step.conditions[0]?.actual).toBe(step.acts);
    expect(findMax?.endedBy).toBe("precision");
    expect(Math.min(...acts)).toBeGreaterThan(0);
    expect(merged.failures).toEqual([]);
    expect(merged.parts).toHaveLength(1);
  }, 30_000);

  it.each([
    ["workers", true],
    ["segments", false],
  ])(
    "does not call held a step in which something was lost between %s",
    async (_, sharesSteps) => {
      let deliveries = 0;
      let dropped = 0;
      const server = await FakeMsgServer.start({
        users: USERS,
        mischief: ({ message, toUserId }) => {
          // Users are dealt out in turn: these two are in different processes.
          if (++deliveries <= 20 || (message.from_user_id + toUserId) % 2 === 0) return "deliver";
          dropped++;
          return "drop";
        },
      });
      try {
        const plan = planFor({
          scenario: steadyChat,
          accounts,
          devicesPerUser: 1,
          targets: [server.address],
          seed: 7,
          rate: 20,
          thinkTime: "constant",
          findMax: { conditions: [condition("msgs_lost", "count==0")], ...lossy },
        });
        const shards = named(await shardedRun(plan, 2, { healthLimits: anyHealth }, sharesSteps));
        const { parts, delivery } = mergeShards(shards);
        const { ratePerSecond, steps = [] } = parts[0]?.findMax ?? {};
        expect(ratePerSecond).toBe(20);
        expect(steps.map((step) => [step.ratePerSecond, step.ok])).toEqual([
          [20, true],
          [40, false],
        ]);
        expect(steps.map(({ lost, conditions }) => lost === conditions[0]?.actual)).toEqual([true, true]);
        expect(steps[0]?.lost).toBe(0);
        expect(delivery.lost).toBe(dropped);
        if (sharesSteps) expect(steps[1]?.lost).toBe(dropped);
      } finally {
        server.stop();
      }
    },
    30_000,
  );

  it("goes through the steps of a scenario file's find-max in 3 processes", async () => {
    const plans: LoadPlan[] = [];
    for (let index = 0; index < 3; index++) {
      const loaded = await loadScenarioFile(example, fakeHost());
      const choice = readScript(loaded.exports, loaded.book);
      const own = accounts.slice(0, usersOf(choice.script));
      plans.push(planForScript({ accounts: own, targets: [cluster.msg(0)], seed: 7 }, "find-max.ts", choice));
    }
    const { merged, findMax } = await searched(plans, 3);
    expect(merged.failures).toEqual([]);
    expect(findMax?.steps.map(({ ratePerSecond }) => ratePerSecond).slice(0, 2)).toEqual([20, expect.any(Number)]);
    expect(merged.parts).toMatchObject([{ name: "messages", executor: "find-max", vusMax: 20 }]);
  }, 60_000);
});

const measure = (sums: [string, MetricSum][]) =>
  stepStateOf({ spanMs: 1000, acts: 10, dropped: 1, lost: 0, doubts: [], sums: new Map(sums) }, 0);
const trend = (...durations: number[]) => {
  const made = new Trend();
  for (const ms of durations) made.recordMs(ms);
  return made;
};
const rate = (passes: number, fails: number) => {
  const made = new Rate();
  made.addCounts(passes, fails);
  return made;
};
const gauge = (value: number) => {
  const made = new Gauge();
  made.set(value);
  return made;
};
const timed = (value: number, setAtMs: number) => {
  const made = new TimedGauge();
  made.set(value);
  made.setAtMs = setAtMs;
  return made;
};
const counter = (count: number) => Object.assign(new Counter(), { count });

/** What a condition reads of two processes' sums, after a way over the wire. */
function read(metric: string, aggregate: Threshold["aggregate"], one: MetricSum, other: MetricSum) {
  const looksAt: Threshold = { ...condition("errors", "count<1"), metric, aggregate };
  const states = [one, other].map((sum) => JSON.parse(JSON.stringify(measure([[metric, sum]]))));
  return judgeTogether([looksAt], states).conditions[0]?.actual;
}

describe("the step of two processes", () => {
  it("has the sum of counts, the share of all, the percentile of all values, and the latest value", () => {
    expect(read("sent", "count", counter(3), counter(4))).toBe(7);
    expect(read("sent", "rate", counter(3), counter(4))).toBe(7);
    expect(read("held", "rate", rate(1, 3), rate(4, 0))).toBe(5 / 8);
    expect(read("took", { percent: 100 }, trend(1, 2), trend(3, 50))).toBe(50);
    expect(read("took", "count", trend(1, 2), trend(3))).toBe(3);
    expect(read("took", "avg", trend(), trend())).toBeNull();
    expect(read("own", "value", timed(5, 20), timed(7, 10))).toBe(5);
  });

  it("has the devices of both, and the busier generator", () => {
    expect(read("devices_online", "value", gauge(3), gauge(4))).toBe(7);
    expect(read("generator_busy", "value", gauge(0.9), gauge(0.3))).toBe(0.9);
  });

  it("is told to nobody before both have handed theirs in, and given up when one ends early", () => {
    const steps = new SearchSteps([], 2);
    expect(steps.take(0, measure([]))).toBeUndefined();
    expect(steps.take(1, measure([]))).toMatchObject({ acts: 20, dropped: 2 });
    expect(steps.take(1, measure([]))).toBeUndefined();
    expect(steps.giveUp()).toBe(true);
    expect(steps.take(0, measure([]))).toBeNull();
  });
});

describe("a search in segments", () => {
  const ladder = {
    conditions: [condition("iterations", "count<45")],
    stepMs: 1000,
    coolDownMs: 200,
    precision: 1,
    maxPerSecond: 120,
  };

  it("goes through all rates in each, and is judged by what all of them measured, up to the first that broke", async () => {
    const plan = planFor({
      scenario: steadyChat,
      accounts,
      targets: [cluster.msg(0), cluster.msg(1)],
      seed: 7,
      rate: 30,
      thinkTime: "constant",
      findMax: ladder,
    });
    const shards = named(await shardedRun(plan, 2, { healthLimits: anyHealth }, false));
    for (const { shard } of shards) {
      expect(schemaErrors("load-shard", shard)).toEqual([]);
      const own = shard.result.parts[0]?.findMax;
      expect(own).toMatchObject({ ratePerSecond: null, endedBy: "merge" });
      // Neither of two alone sees 60 a second, where the condition breaks.
      expect(own?.steps.map(({ ratePerSecond, ok }) => [ratePerSecond, ok])).toEqual([
        [30, true],
        [60, true],
        [120, false],
      ]);
    }
    const merged = mergeShards(shards);
    expect(merged.parts).toMatchObject([{ findMax: { ratePerSecond: 30, endedBy: "precision" } }]);
    const steps = merged.parts[0]?.findMax?.steps ?? [];
    expect(steps.map((step) => [step.ratePerSecond, step.ok])).toEqual([
      [30, true],
      [60, false],
    ]);
    for (const [rung, step] of steps.entries()) {
      const acts = shards.map(({ shard }) => shard.ladders?.[0]?.steps[rung]?.acts as number);
      expect(step.acts).toBe((acts[0] as number) + (acts[1] as number));
      expect(step.conditions).toMatchObject([{ actual: step.acts }]);
      expect(step.durationMs).toBe(1000);
    }
    expect(merged.failures).toEqual([]);
  }, 60_000);

  const state = (acts: number, doubts: readonly string[] = []): LadderState["steps"][number] => ({
    ...stepStateOf(
      { spanMs: 1000, acts, dropped: 0, lost: 0, doubts, sums: new Map([["iterations", counter(acts)]]) },
      0,
    ),
    startedAtMs: 0,
  });
  const partOf = {
    name: "chat",
    executor: "find-max",
    vusMax: 1,
    iterations: 0,
    failed: 0,
    interrupted: 0,
    dropped: 0,
  };
  const merge = (...segments: LadderState["steps"][]) => {
    const findMax: FindMaxResult = { ratePerSecond: null, endedBy: "merge", steps: [] };
    const { conditions } = ladder;
    const ladders = segments.map((steps) => [{ conditions, rates: [10, 20, 40], stepMs: 1000, steps }]);
    const [judged] = judgeLadders([{ ...partOf, findMax }], ladders, { faults: [], epochMs: 0 });
    return [judged?.findMax?.ratePerSecond, judged?.findMax?.endedBy, judged?.findMax?.steps.length];
  };

  it("says of each step what was lost between segments of what was sent in it", () => {
    const step = (startedAtMs: number) => ({ ...state(10), startedAtMs });
    const steps = [step(1000), step(2000), step(3000)];
    const segment = [{ conditions: [], rates: [10, 20, 40], stepMs: 500, steps }];
    const lostIn = (...sentMs: number[]) => {
      const part = { ...partOf, findMax: { ratePerSecond: null, endedBy: "merge", steps: [] } as FindMaxResult };
      const faults = sentMs.map((ms) => ({ kind: "lost" as const, sentMs: ms }));
      // The run of the first segment had gone on for 900 ms when all began.
      const [judged] = judgeLadders([part], [segment, segment], { faults, epochMs: 900 });
      return judged?.findMax?.steps.map(({ lost, ok }) => [lost, ok]);
    };
    expect(lostIn()).toEqual([
      [0, true],
      [0, true],
      [0, true],
    ]);
    // In the warm-up before them.
    expect(lostIn(50)).toEqual(lostIn());
    expect(lostIn(1100, 1500)).toEqual([
      [0, true],
      [2, false],
    ]);
    expect(lostIn(100)).toEqual([[1, false]]);
    expect(lostIn(9000)).toEqual([
      [0, true],
      [0, true],
      [1, false],
    ]);
  });

  it("says what ended it: a rate that broke, the highest, a busy generator, or that a segment ended early", () => {
    const ten = [state(10), state(10), state(10)];
    expect(merge(ten, ten)).toEqual([40, "max rate", 3]);
    expect(merge(ten, [state(10), state(40), state(10)])).toEqual([10, "precision", 2]);
    expect(merge(ten, [state(40), state(10), state(10)])).toEqual([null, "no rate holds", 1]);
    expect(merge(ten, [state(10), state(10, ["busy"]), state(10)])).toEqual([10, "generator", 2]);
    expect(merge(ten, [state(10)])).toEqual([10, "stopped", 1]);
  });

  it("is refused where nobody says up to which rate, or in too many steps", async () => {
    const plan = {
      scenario: steadyChat,
      accounts,
      targets: [cluster.msg(0)],
      seed: 7,
      segment: { index: 0, count: 2 },
    };
    const { conditions } = ladder;
    expect(() => planFor({ ...plan, findMax: { conditions } })).toThrow(/^--find-max needs --max-rate with --segment/);
    expect(() => planFor({ ...plan, rate: 1, findMax: { conditions, maxPerSecond: 200, precision: 0.01 } })).toThrow(
      /^--find-max: with --segment it goes through all rates up to the highest, here \d+ steps \(at most 100\)/,
    );
    planFor({ ...plan, rate: 10, findMax: { conditions, maxPerSecond: 200 } });
  });
});

describe("ladderOf", () => {
  const plan = { ...findMaxDefaults, conditions: [] };

  it("has every rate once, each as much above the one before as the precision says, and the highest last", () => {
    expect(ladderOf({ ...plan, startPerSecond: 100, maxPerSecond: 160, precision: 0.1 })).toEqual([
      100, 110, 121, 133, 146, 160,
    ]);
    expect(ladderOf({ ...plan, startPerSecond: 7, maxPerSecond: 7 })).toEqual([7]);
    expect(ladderOf({ ...plan, startPerSecond: 0.5, maxPerSecond: 2, precision: 1 })).toEqual([0.5, 1, 2]);
  });

  it("rises, whatever it is made of", () => {
    const rates = fc.double({ min: 0.001, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(rates, rates, fc.double({ min: 0.001, max: 1, noNaN: true }), (one, other, precision) => {
        const [startPerSecond, maxPerSecond] = [Math.min(one, other), Math.max(one, other)];
        const ladder = ladderOf({ ...plan, startPerSecond, maxPerSecond, precision });
        expect([ladder[0], ladder.at(-1)]).toEqual([startPerSecond, maxPerSecond]);
        expect(ladder.findIndex((rate, rung) => rate <= (ladder[rung - 1] ?? 0))).toBe(-1);
      }),
    );
  });
});
