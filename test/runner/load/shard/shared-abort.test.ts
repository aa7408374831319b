import { afterEach, describe, expect, it } from "vitest";
import { syncByClock } from "../../../../src/cli/load/shards/shard-sync.js";
import { thresholdOf } from "../../../../src/cli/load/threshold-value.js";
import type { LoadEvent } from "../../../../src/runner/load/load-event.js";
import { startLoad } from "../../../../src/runner/load/load-run.js";
import { LoadMetrics } from "../../../../src/runner/load/metrics/load-metrics.js";
import type { Threshold } from "../../../../src/runner/load/metrics/threshold.js";
import { mergeShards } from "../../../../src/runner/load/shard/merge-shards.js";
import { AbortJudge, type StandingState, standingState } from "../../../../src/runner/load/shard/shared-abort.js";
import { emptyMoment } from "../../../helpers/empty-moment.js";
import { FakeMsgServer } from "../../../helpers/fake-msg-server.js";
import { loadPlan } from "../../../helpers/load-plan.js";
import { schemaErrors } from "../../../helpers/schema-check.js";
import { named, shardedRun } from "../../../helpers/sharded-run.js";

function aborting(text: string, delayAbortEvalMs = 0): Threshold {
  return { ...thresholdOf(text), abortOnFail: true, delayAbortEvalMs };
}

/** What a process has measured whose acks took so long, in ms. */
function standing(thresholds: readonly Threshold[], acksMs: readonly number[], runMs = 1000): StandingState {
  const metrics = new LoadMetrics();
  for (const ms of acksMs) metrics.ackDone(0, "windows", ms, ms);
  const state = standingState(metrics, thresholds, { ...emptyMoment, runMs, steadyMs: runMs }, 0);
  return JSON.parse(JSON.stringify(state)) as StandingState;
}

const quick = new Array<number>(98).fill(1);

describe("AbortJudge", () => {
  it("judges what all processes have measured, and not what one of them has", () => {
    const thresholds = [aborting("msg_ack_duration:p(98)<50")];
    const judge = new AbortJudge(thresholds, 2);
    // Of its own four, one in four is too slow; of all hundred and two, two are.
    expect(judge.take(0, standing(thresholds, [1, 1, 1, 100]))).toBeUndefined();
    expect(judge.take(1, standing(thresholds, quick))).toBeUndefined();
    expect(judge.take(0, standing(thresholds, [1, 1, 100, 100]))).toBeUndefined();
    expect(judge.take(1, standing(thresholds, [...quick, 100]))).toBe("msg_ack_duration p(98)<50");
  });

  it("says nothing of counters that nothing was added to, as k6", () => {
    const thresholds = [aborting("msgs_acked:count>5"), aborting("iterations:rate>5")];
    const judge = new AbortJudge(thresholds, 1);
    expect(judge.take(0, standing(thresholds, []))).toBeUndefined();
    const begun = new LoadMetrics();
    begun.iterationDone(0);
    const state = standingState(begun, thresholds, { ...emptyMoment, runMs: 1000, steadyMs: 1000 }, 0);
    expect(judge.take(0, state)).toBe("iterations rate>5");
  });

  it("waits until each of them has told of a further second", () => {
    const thresholds = [aborting("msg_ack_duration:max<50")];
    const judge = new AbortJudge(thresholds, 2);
    expect(judge.take(0, standing(thresholds, [100]))).toBeUndefined();
    expect(judge.take(0, standing(thresholds, [100, 100]))).toBeUndefined();
    expect(judge.take(1, standing(thresholds, []))).toBe("msg_ack_duration max<50");
  });

  it("heeds the delay, and works out rates over the longest of the runs", () => {
    const thresholds = [aborting("msg_ack_duration:rate>5", 5000)];
    const judge = new AbortJudge(thresholds, 2);
    const eight = new Array<number>(8).fill(1);
    expect(judge.take(0, standing(thresholds, eight, 4000))).toBeUndefined();
    expect(judge.take(1, standing(thresholds, eight, 4000))).toBeUndefined();
    expect(judge.take(0, standing(thresholds, eight, 1000))).toBeUndefined();
    expect(judge.take(1, standing(thresholds, eight, 5000))).toBe("msg_ack_duration rate>5");
  });

  it("says nothing of metrics without a value, nor of thresholds that end nothing", () => {
    const thresholds = [aborting("msg_ack_duration:max<50"), { ...aborting("iterations:count>5"), abortOnFail: false }];
    const judge = new AbortJudge(thresholds, 1);
    expect(judge.take(0, standing(thresholds, []))).toBeUndefined();
  });
});

const servers: FakeMsgServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});

async function planWith(thresholds: readonly Threshold[]) {
  const server = await FakeMsgServer.start({ users: 6 });
  servers.push(server);
  return loadPlan(server.address, 6, { durationMs: 60_000, actsPerSecond: 40, drainTimeoutMs: 2000, thresholds });
}

describe("a run in several processes that is ended before the start", () => {
  it("is whole where none has begun, and is not where others have", async () => {
    const abort = new AbortController();
    const onEvent = (event: LoadEvent) => {
      if (event.type === "phase" && event.phase === "ramp-up") abort.abort();
    };
    const shards = named(await shardedRun(await planWith([]), 2, { signal: abort.signal, onEvent }));
    for (const { shard } of shards) expect(schemaErrors("load-shard", shard)).toEqual([]);
    const merged = mergeShards(shards);
    expect(merged).toMatchObject({ interrupted: true, steadyMs: 0, processes: 2, failures: [] });
    expect(merged.invalid).toHaveLength(2);
    const [one, two] = shards as [(typeof shards)[0], (typeof shards)[0]];
    const begun = { ...two, shard: { ...two.shard, startAtMs: 1 } };
    for (const mixed of [
      [one, begun],
      [begun, one],
    ]) {
      expect(() => mergeShards(mixed)).toThrow("shard0.json: was ended before the start, and the others were not");
    }
  });

  it("ends alone at once: what others write from then on is none of its messages, and not corrupted", async () => {
    const abort = new AbortController();
    const nowMs = () => performance.timeOrigin + performance.now();
    const plan = { ...(await planWith([])), drainTimeoutMs: 600_000, segment: { index: 0, count: 2 } };
    const phases: string[] = [];
    const running = startLoad(plan, {
      signal: abort.signal,
      nowMs,
      shards: syncByClock({ inMs: 600_000 }, nowMs),
      onEvent: (event) => {
        if (event.type !== "phase") return;
        phases.push(event.phase);
        if (event.phase === "ramp-up") abort.abort();
      },
    });
    const { interrupted } = await running.result;
    expect(interrupted).toBe(true);
    expect(phases).toEqual(["ramp-up", "drain", "logout"]);
    expect(running.shard()).toMatchObject({ startAtMs: null, epochMs: 0 });
  });
});

describe("a threshold that ends a run in several processes", () => {
  it("ends all of them, for what they have done together", async () => {
    const shards = named(await shardedRun(await planWith([aborting("iterations:count<30")]), 3));
    const merged = mergeShards(shards);
    expect(shards.map(({ shard }) => shard.result.abortedBy)).toEqual(new Array(3).fill("iterations count<30"));
    expect(merged.abortedBy).toBe("iterations count<30");
    expect(merged.failures).toEqual([expect.stringMatching(/^iterations count<30 does not hold: \d+$/)]);
    expect(merged.invalid.filter((doubt) => doubt.includes("alone"))).toEqual([]);
    expect(merged.steadyMs).toBeLessThan(60_000);
  }, 30_000);

  it("is said where a segment that nobody coordinates has ended alone", async () => {
    const shards = named(await shardedRun(await planWith([aborting("iterations:count<30")]), 2));
    const [first, second] = shards as [(typeof shards)[0], (typeof shards)[0]];
    const goesOn = { ...second, shard: { ...second.shard, result: { ...second.shard.result, abortedBy: null } } };
    const early = { ...first, shard: { ...first.shard, spans: { ...first.shard.spans, steadyMs: 1234 } } };
    const merged = mergeShards([early, goesOn]);
    expect(merged.abortedBy).toBe("iterations count<30");
    expect(merged.invalid[0]).toBe(
      "segment 0/2 ended alone after 1.2 s, because iterations count<30 did not hold there",
    );
    expect(merged.failures).toHaveLength(1);
  }, 30_000);

  it("has failed, also where it holds of what there is in the end", async () => {
    const shards = named(await shardedRun(await planWith([aborting("iterations:count<30")]), 2));
    const thresholds = [aborting("iterations:count>0")];
    const recovered = shards.map(({ name, shard }) => {
      const result = { ...shard.result, abortedBy: "iterations count>0" };
      return { name, shard: { ...shard, thresholds, result } };
    });
    const merged = mergeShards(recovered);
    expect(merged.thresholds).toMatchObject([{ ok: true }]);
    expect(merged.failures).toEqual(["iterations count>0 did not hold when it ended the run"]);
  }, 30_000);
});
