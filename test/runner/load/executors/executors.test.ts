import { describe, expect, it } from "vitest";
import { constantPace, stagedPace } from "../../../../src/runner/load/crowd/pace.js";
import { ArrivalExecutor } from "../../../../src/runner/load/executors/arrival-executor.js";
import type { Executor, VuPool } from "../../../../src/runner/load/executors/executor.js";
import { IterationsExecutor } from "../../../../src/runner/load/executors/iterations-executor.js";
import { nextChange, VusExecutor, vusAt } from "../../../../src/runner/load/executors/vus-executor.js";

const timing = { startTimeMs: 0, gracefulStopMs: 1000 };

/** Turns the clock by hand: iterations take `lengthMs`; what happens is noted with its time. */
class Stage implements VuPool {
  readonly starts: [vu: number, atMs: number][] = [];
  readonly released: number[] = [];
  readonly interrupted: number[] = [];
  readonly #ends = new Map<number, number>();
  nowMs = 0;

  constructor(
    private readonly lengthMs: number,
    private readonly heedsInterrupts = true,
  ) {}

  start(vu: number, intendedMs: number): void {
    expect(this.#ends.has(vu)).toBe(false);
    this.starts.push([vu, intendedMs]);
    this.#ends.set(vu, this.nowMs + this.lengthMs);
  }

  interrupt(vu: number): void {
    this.interrupted.push(vu);
    if (this.heedsInterrupts) this.#ends.set(vu, this.nowMs);
  }

  release(vu: number): void {
    this.released.push(vu);
  }

  /** Goes from event to event until then. */
  play(executor: Executor, untilMs: number): void {
    if (!executor.hasBegun) executor.begin(this.nowMs);
    for (;;) {
      const ends = [...this.#ends].sort((one, other) => one[1] - other[1])[0];
      const next = Math.min(ends?.[1] ?? Number.POSITIVE_INFINITY, executor.nextMs() ?? Number.POSITIVE_INFINITY);
      if (next > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next);
      if (ends !== undefined && ends[1] <= this.nowMs) {
        this.#ends.delete(ends[0]);
        executor.ended(ends[0], this.nowMs);
      } else executor.advance(this.nowMs);
    }
    this.nowMs = untilMs;
  }
}

describe("shared-iterations and per-vu-iterations", () => {
  const plan = { vus: 3, iterations: 7, maxDurationMs: 10_000, ...timing };

  it("share 7 iterations among 3 VUs, and end with the last one", () => {
    const stage = new Stage(100);
    const executor = new IterationsExecutor({ executor: "shared-iterations", ...plan }, stage);
    stage.play(executor, 1000);
    expect(stage.starts.map(([, at]) => at)).toEqual([0, 0, 0, 100, 100, 100, 200]);
    expect([executor.isDone, executor.dropped]).toEqual([true, 0]);
  });

  it("have each of 3 VUs do 7", () => {
    const stage = new Stage(100);
    const executor = new IterationsExecutor({ executor: "per-vu-iterations", ...plan }, stage);
    stage.play(executor, 10_000);
    expect([0, 1, 2].map((vu) => stage.starts.filter(([each]) => each === vu).length)).toEqual([7, 7, 7]);
    expect(executor.isDone).toBe(true);
  });

  it("drop what maxDuration leaves no time for, and interrupt what gracefulStop does", () => {
    const stage = new Stage(6000);
    const executor = new IterationsExecutor({ executor: "shared-iterations", ...plan }, stage);
    stage.play(executor, 20_000);
    expect(stage.starts).toHaveLength(6);
    expect(executor.dropped).toBe(1);
    expect([...stage.interrupted].sort()).toEqual([0, 1, 2]);
    expect(executor.isDone).toBe(true);
  });

  it.each(["shared-iterations", "per-vu-iterations"] as const)(
    "drop nothing when the run is ended early, begun or not: %s",
    (executor) => {
      const stage = new Stage(100);
      const begun = new IterationsExecutor({ executor, ...plan }, stage);
      stage.play(begun, 150);
      begun.stop(150);
      const waiting = new IterationsExecutor({ executor, ...plan }, stage);
      waiting.stop(150);
      expect([stage.starts.length, begun.dropped, waiting.dropped, waiting.isDone]).toEqual([6, 0, 0, true]);
    },
  );
});

describe("constant-vus and ramping-vus", () => {
  // Of k6's own documentation of its execution plan: from 4 up to 6, down to 1, up to 5, down to 1.
  const stages = [
    { durationMs: 2000, target: 6 },
    { durationMs: 5000, target: 1 },
    { durationMs: 4000, target: 5 },
    { durationMs: 4000, target: 1 },
  ];

  it("have as many VUs each second as k6 plans", () => {
    const seconds = Array.from({ length: 16 }, (_, second) => vusAt(4, stages, second * 1000));
    expect(seconds).toEqual([4, 5, 6, 5, 4, 3, 2, 1, 2, 3, 4, 5, 4, 3, 2, 1]);
    const changes: number[] = [];
    for (let at = 0; at < 15_000; at = nextChange(4, stages, at)) changes.push(at);
    expect(changes).toEqual(Array.from({ length: 15 }, (_, second) => second * 1000));
  });

  it("keep 2 VUs busy for the duration and let the last iterations end", () => {
    const stage = new Stage(300);
    const plan = { executor: "constant-vus", startVus: 2, stages: [{ durationMs: 1000, target: 2 }] } as const;
    const executor = new VusExecutor({ ...plan, gracefulRampDownMs: 0, ...timing }, stage);
    stage.play(executor, 5000);
    expect(stage.starts.map(([, at]) => at)).toEqual([0, 0, 300, 300, 600, 600, 900, 900]);
    expect([stage.interrupted, executor.isDone]).toEqual([[], true]);
  });

  it("let a VU that is no longer wanted finish within gracefulRampDown, and then interrupt it", () => {
    const stage = new Stage(2500);
    const executor = new VusExecutor(
      {
        executor: "ramping-vus",
        startVus: 2,
        stages: [
          { durationMs: 1000, target: 2 },
          { durationMs: 0, target: 0 },
          { durationMs: 5000, target: 0 },
        ],
        gracefulRampDownMs: 500,
        ...timing,
      },
      stage,
    );
    stage.play(executor, 1400);
    expect(stage.interrupted).toEqual([]);
    stage.play(executor, 2000);
    expect(stage.interrupted).toEqual([0, 1]);
    expect([...stage.released].sort()).toEqual([0, 1]);
  });

  it("let gracefulRampDown, where it is shorter, cut gracefulStop short for the VUs of the last ramp", () => {
    const stage = new Stage(5000);
    const plan = { executor: "ramping-vus", startVus: 2, stages: [{ durationMs: 1000, target: 0 }] } as const;
    const executor = new VusExecutor({ ...plan, gracefulRampDownMs: 600, ...timing }, stage);
    stage.play(executor, 1050);
    expect(stage.interrupted).toEqual([]);
    stage.play(executor, 1550);
    expect(stage.interrupted).toEqual([1]);
    stage.play(executor, 1650);
    expect([stage.interrupted, executor.isDone]).toEqual([[1, 0], true]);
  });

  it("are put off by a pause, and begin nothing in it", () => {
    const stage = new Stage(100);
    const plan = { executor: "constant-vus", startVus: 1, stages: [{ durationMs: 1000, target: 1 }] } as const;
    const executor = new VusExecutor({ ...plan, gracefulRampDownMs: 0, ...timing }, stage);
    stage.play(executor, 450);
    executor.pause(450);
    stage.play(executor, 2450);
    expect(stage.starts).toHaveLength(5);
    executor.resume(2450);
    stage.play(executor, 4000);
    expect(stage.starts.map(([, at]) => at).slice(5)).toEqual([2450, 2550, 2650, 2750, 2850, 2950]);
    expect(executor.isDone).toBe(true);
  });
});

describe("an iteration that does not heed its interrupt", () => {
  it("is given up a second later, and an end of it much later changes nothing", () => {
    const stage = new Stage(60_000, false);
    const plan = { executor: "constant-vus", startVus: 2, stages: [{ durationMs: 500, target: 2 }] } as const;
    const executor = new VusExecutor({ ...plan, gracefulRampDownMs: 0, ...timing }, stage);
    stage.play(executor, 2499);
    expect([stage.interrupted, executor.isDone, executor.abandoned]).toEqual([[0, 1], false, 2]);
    stage.play(executor, 2500);
    expect([executor.isDone, executor.vus, executor.nextMs()]).toEqual([true, 0, undefined]);
    stage.play(executor, 61_000);
    expect([stage.starts.length, executor.isDone, executor.abandoned]).toEqual([2, true, 0]);
  });
});

describe("constant-arrival-rate and ramping-arrival-rate", () => {
  it("begin iterations at even intervals, whatever becomes of them", () => {
    const stage = new Stage(250);
    const plan = { pace: constantPace(10, 1000), preAllocatedVus: 3, maxVus: 3, ...timing };
    const executor = new ArrivalExecutor({ executor: "constant-arrival-rate", ...plan }, stage);
    stage.play(executor, 3000);
    expect(stage.starts.map(([, at]) => Math.round(at))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect([executor.dropped, executor.isDone]).toEqual([0, true]);
  });

  it("make VUs up to maxVUs, and drop what finds all of them at work", () => {
    const stage = new Stage(950);
    const plan = { pace: constantPace(10, 1000), preAllocatedVus: 1, maxVus: 4, ...timing };
    const executor = new ArrivalExecutor({ executor: "constant-arrival-rate", ...plan }, stage);
    stage.play(executor, 500);
    expect([stage.starts.length, executor.vus]).toEqual([4, 4]);
    stage.play(executor, 3000);
    expect([stage.starts.length, executor.dropped]).toEqual([4, 6]);
  });

  // The expected times are those of k6's TestRampingArrivalRateCal.
  it("come, on a ramp, when k6's do", () => {
    const stage = new Stage(1);
    const pace = stagedPace(0, [
      { durationMs: 5000, actsPerSecond: 1 },
      { durationMs: 1000, actsPerSecond: 1 },
      { durationMs: 5000, actsPerSecond: 0 },
    ]);
    const plan = { executor: "ramping-arrival-rate", pace, preAllocatedVus: 1, maxVus: 1, ...timing };
    stage.play(new ArrivalExecutor(plan, stage), 20_000);
    expect(stage.starts.map(([, at]) => Math.floor(at + 0.001))).toEqual([3162, 4472, 5500, 6527, 7837, 11_000]);
  });
});
