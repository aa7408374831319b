import { describe, expect, it } from "vitest";
import { type LoadChoice, planFor } from "../../../../src/cli/load/load-choice.js";
import { ActSchedule } from "../../../../src/runner/load/crowd/act-schedule.js";
import { constantPace } from "../../../../src/runner/load/crowd/pace.js";
import type { LoadPlan } from "../../../../src/runner/load/load-plan.js";
import type { LoadResult } from "../../../../src/runner/load/load-result.js";
import type { CounterResult, TrendResult } from "../../../../src/runner/load/metrics/metrics.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import type { Lives } from "../../../../src/scenarios/load/crowd.js";
import { loadScenarios } from "../../../../src/scenarios/load/load-scenarios.js";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import { run } from "../../../helpers/load-plan.js";
import { ReferenceCluster } from "../../../helpers/reference-cluster.js";
import { schemaErrors } from "../../../helpers/schema-check.js";
import { named, shardedRun } from "../../../helpers/sharded-run.js";

const USERS = 12;
const DRAIN_TIMEOUT_MS = 15_000;

/** With a cluster of its own: runs side by side would kick each other's users. */
async function withCluster<Result>(use: (cluster: ReferenceCluster) => Promise<Result>): Promise<Result> {
  const cluster = await ReferenceCluster.start({ fixture: crowdFixture(USERS), msgServers: 2 });
  try {
    return await use(cluster);
  } finally {
    await cluster.stop();
  }
}

function planOf(name: string, overrides: Partial<LoadChoice>, targets: LoadChoice["targets"]): LoadPlan {
  const scenario = loadScenarios.get(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const accounts = Array.from({ length: USERS }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));
  // Accepted as one of several segments, too.
  const choice = { scenario, accounts, targets, drainTimeoutMs: DRAIN_TIMEOUT_MS, seed: 7, ...overrides };
  planFor({ ...choice, segment: { index: 0, count: 3 } });
  return planFor(choice);
}

/** What follows from the plan, whoever runs it and however quick the servers are. */
function planned({ delivery, metrics, health, users }: LoadResult) {
  // Every act but the last ones, for which a busy machine may have no time, is a message.
  expect(delivery.acked + delivery.abandoned).toBe(health.iterations);
  expect(delivery.sent).toBe(health.iterations);
  return {
    users,
    acts: health.iterations + health.droppedIterations,
    logins: (metrics.login_duration as TrendResult).count,
    kicks: (metrics.kicks as CounterResult).count,
  };
}

const faults = {
  lost: 0,
  unacked: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  misdelivered: 0,
  diverged: 0,
  notInHistory: 0,
  unreadWrong: 0,
};

const DURATION_MS = 8000;
/** A plan leaves so much time before what it changes that slow servers make no difference to what happens. */
const CALM_MS = 600;

/** Whether its users do nothing just before they leave, nor change again just after a change, nor at the end. */
function isCalm({ behaviour, accounts, devicesPerUser, thinkTime, random, seed, actsPerSecond }: LoadPlan): boolean {
  const users = accounts.length;
  const { presence } = behaviour.life as Lives;
  const pace = constantPace(actsPerSecond, DURATION_MS);
  const schedule = new ActSchedule(users, pace, thinkTime(users), (user) => random((seed + user + 1) >>> 0));
  schedule.begin(0);
  for (let user = 0; user < users; user++) {
    const acts: number[] = [];
    schedule.catchUp(user, DURATION_MS, (_, intendedMs) => acts.push(intendedMs) > 0);
    for (let device = user * devicesPerUser; device < (user + 1) * devicesPerUser; device++) {
      let beforeMs = Number.NEGATIVE_INFINITY;
      for (let atMs = 25; atMs < DURATION_MS; atMs += 100) {
        if (presence.changedAtMs(device, atMs) !== atMs) continue;
        if (atMs - beforeMs < 3 * CALM_MS || atMs > DURATION_MS - CALM_MS) return false;
        if (acts.some((actMs) => actMs < atMs && actMs > atMs - CALM_MS)) return false;
        beforeMs = atMs;
      }
    }
  }
  return true;
}

const lives: [string, Partial<LoadChoice>][] = [
  ["multi-device", { durationMs: DURATION_MS, rate: 6, habits: { switchMs: 10_000 }, seed: 208 }],
  [
    "offline-catchup",
    { durationMs: DURATION_MS, rate: 6, habits: { onlineMs: 8000, offlineMs: 3000, contacts: 6 }, seed: 10_840 },
  ],
];
const runs: [string, Partial<LoadChoice>][] = [
  // The longest one first: five run at a time.
  ["mixed-day", { durationMs: DURATION_MS, rate: 20, finalCheckShare: 1, groups: 3, groupSize: { from: 2, to: 5 } }],
  ...lives,
  ["steady-chat", { durationMs: 1500, rate: 40, finalCheckShare: 0.5 }],
  ["group-chat", { durationMs: 1500, rate: 20, finalCheckShare: 1, groups: 4, groupSize: { from: 3, to: 6 } }],
];

describe("plans of people who come and go", () => {
  it.each(lives)("%s leaves time before what it changes", (name, overrides) => {
    expect(isCalm(planOf(name, overrides, [{ host: "127.0.0.1", port: 8000 }]))).toBe(true);
  });
});

/** The run in one process, for all who compare with it. */
const alone = new Map<string, Promise<LoadResult>>();

function runAlone(name: string, overrides: Partial<LoadChoice>): Promise<LoadResult> {
  const running =
    alone.get(name) ?? withCluster((cluster) => run(planOf(name, overrides, [cluster.msg(0), cluster.msg(1)])));
  alone.set(name, running);
  return running;
}

describe.concurrent("shards", () => {
  it.each(runs.flatMap(([name, overrides]) => [2, 3].map((count) => ({ name, overrides, count }))))(
    "$name: $count of them make the run that one process does alone, and nothing is held against the servers",
    async ({ name, overrides, count }) => {
      const whole = runAlone(name, overrides);
      const shards = await withCluster(async (cluster) =>
        named(await shardedRun(planOf(name, overrides, [cluster.msg(0), cluster.msg(1)]), count)),
      );
      const expected = await whole;
      expect(expected.failures).toEqual([]);
      expect(expected.delivery.sent).toBeGreaterThan(20);
      for (const { shard } of shards) expect(schemaErrors("load-shard", shard)).toEqual([]);
      const merged = mergeShards(shards);
      expect(merged.failures).toEqual([]);
      expect(merged.delivery).toMatchObject(faults);
      // Whatever is never to come, to devices that have gone, is not waited for.
      expect(merged.drainMs).toBeLessThan(DRAIN_TIMEOUT_MS);
      const balanceDoubts = merged.invalid.filter((doubt) => doubt.startsWith("from segment"));
      expect(balanceDoubts).toEqual([]);
      expect(planned(merged)).toEqual(planned(expected));
      const { expectedDeliveries, delivered, unjudged, acked, historyChecked, unreadChecked } = merged.delivery;
      expect(delivered + unjudged).toBe(expectedDeliveries);
      expect(merged.delivery.readsTold).toBe(merged.delivery.readsExpected);
      // Everything that was acknowledged, where everybody is looked at.
      if (name !== "steady-chat") expect(historyChecked).toBe(acked);
      expect(unreadChecked).toBeGreaterThan(0);
    },
    60_000,
  );
});
