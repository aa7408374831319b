import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoadChoice, planFor } from "../../../../src/cli/load/load-choice.js";
import { ActSchedule } from "../../../../src/runner/load/act-schedule.js";
import type { LoadPlan } from "../../../../src/runner/load/load-plan.js";
import type { LoadResult } from "../../../../src/runner/load/load-result.js";
import type { CounterResult, TrendResult } from "../../../../src/runner/load/metrics.js";
import { constantPace } from "../../../../src/runner/load/pace.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import { loadScenarios } from "../../../../src/scenarios/load/load-scenarios.js";
import type { UserLives } from "../../../../src/scenarios/load/user-lives.js";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import { run } from "../../../helpers/load-plan.js";
import { ReferenceCluster } from "../../../helpers/reference-cluster.js";
import { schemaErrors } from "../../../helpers/schema-check.js";
import { named, shardedRun } from "../../../helpers/sharded-run.js";

const USERS = 12;
let cluster: ReferenceCluster;

beforeAll(async () => {
  cluster = await ReferenceCluster.start({ fixture: crowdFixture(USERS), msgServers: 2 });
});
afterAll(() => cluster.stop());

function planOf(name: string, overrides: Partial<LoadChoice>): LoadPlan {
  const scenario = loadScenarios.get(name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const accounts = Array.from({ length: USERS }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));
  const targets = [cluster.msg(0), cluster.msg(1)];
  // Accepted as one of several segments, too.
  const choice = { scenario, accounts, targets, drainTimeoutMs: 15_000, seed: 7, ...overrides };
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

const DURATION_MS = 4000;
/** A plan leaves so much time before what it changes that slow servers make no difference to what happens. */
const CALM_MS = 300;

/** Whether its users do nothing just before they leave, nor change again just after a change, nor at the end. */
function isCalm({ behaviour, accounts, devicesPerUser, thinkTime, random, seed, actsPerSecond }: LoadPlan): boolean {
  const users = accounts.length;
  const { presence } = behaviour.life as UserLives;
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
  ["multi-device", { durationMs: DURATION_MS, rate: 12, habits: { switchMs: 5000 }, seed: 208 }],
  [
    "offline-catchup",
    { durationMs: DURATION_MS, rate: 12, habits: { onlineMs: 4000, offlineMs: 1500, contacts: 6 }, seed: 10_796 },
  ],
];
const runs: [string, Partial<LoadChoice>][] = [
  ...lives,
  ["mixed-day", { durationMs: 4000, rate: 40, finalCheckShare: 1, groups: 3, groupSize: { from: 2, to: 5 } }],
  ["steady-chat", { durationMs: 1500, rate: 40, finalCheckShare: 0.5 }],
  ["group-chat", { durationMs: 1500, rate: 20, finalCheckShare: 1, groups: 4, groupSize: { from: 3, to: 6 } }],
];

describe("plans of people who come and go", () => {
  it.each(lives)("%s leaves time before what it changes", (name, overrides) => {
    expect(isCalm(planOf(name, overrides))).toBe(true);
  });
});

describe.each(runs)("%s in shards", (name, overrides) => {
  let alone: LoadResult;
  beforeAll(async () => {
    alone = await run(planOf(name, overrides));
    expect(alone.failures).toEqual([]);
    expect(alone.delivery.sent).toBeGreaterThan(20);
  }, 60_000);

  it.each([2, 3])(
    "makes of %i shards the run that one process does alone, and nothing is held against the servers",
    async (count) => {
      const shards = named(await shardedRun(planOf(name, overrides), count));
      for (const { shard } of shards) expect(schemaErrors("load-shard", shard)).toEqual([]);
      const merged = mergeShards(shards);
      expect(merged.failures).toEqual([]);
      expect(merged.delivery).toMatchObject(faults);
      const balanceDoubts = merged.invalid.filter((doubt) => doubt.startsWith("from segment"));
      expect(balanceDoubts).toEqual([]);
      expect(planned(merged)).toEqual(planned(alone));
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
