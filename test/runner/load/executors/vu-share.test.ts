import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constantPace, stagedPace } from "../../../../src/runner/load/crowd/pace.js";
import { ArrivalExecutor } from "../../../../src/runner/load/executors/arrival-executor.js";
import type { Executor, VuPool } from "../../../../src/runner/load/executors/executor.js";
import { type ExecutorPlan, vusMaxOf } from "../../../../src/runner/load/executors/executor-plan.js";
import { IterationsExecutor } from "../../../../src/runner/load/executors/iterations-executor.js";
import { VuShare } from "../../../../src/runner/load/executors/vu-share.js";
import { VusExecutor } from "../../../../src/runner/load/executors/vus-executor.js";

const timing = { startTimeMs: 0, gracefulStopMs: 0 };

/** What an executor does with time, its iterations all being equally long. */
class Log implements VuPool {
  constructor(private readonly iterationMs: number) {}

  readonly starts: number[] = [];
  readonly startsOf = new Map<number, number>();
  readonly vusAt = new Map<number, number>();
  readonly #endsMs = new Map<number, number>();

  start(vu: number, intendedMs: number): void {
    this.starts.push(intendedMs);
    this.startsOf.set(vu, (this.startsOf.get(vu) ?? 0) + 1);
    this.#endsMs.set(vu, intendedMs + this.iterationMs);
  }

  interrupt(vu: number): void {
    this.#endsMs.set(vu, 0);
  }

  release(): void {}

  play(executor: Executor, untilMs: number): void {
    executor.begin(0);
    for (let nowMs = 0; nowMs <= untilMs; nowMs++) {
      for (const [vu, endMs] of [...this.#endsMs]) {
        if (endMs > nowMs) continue;
        this.#endsMs.delete(vu);
        executor.ended(vu, nowMs);
      }
      if ((executor.nextMs() ?? Number.POSITIVE_INFINITY) <= nowMs) executor.advance(nowMs);
      this.vusAt.set(nowMs, executor.vus);
    }
  }
}

function executorOf(plan: ExecutorPlan, pool: VuPool, share: VuShare): Executor {
  switch (plan.executor) {
    case "shared-iterations":
    case "per-vu-iterations":
      return new IterationsExecutor(plan, pool, share);
    case "constant-vus":
    case "ramping-vus":
      return new VusExecutor(plan, pool, share);
    case "find-max":
      throw new Error("a search is not a plan");
    default:
      return new ArrivalExecutor(plan, pool, share);
  }
}

function played(plan: ExecutorPlan, firstVu: number, segment: { index: number; count: number }) {
  // Long enough that VUs are missing, or so short that 60 one after the other have time.
  const log = new Log("iterations" in plan ? 1 : 40);
  const share = new VuShare(vusMaxOf(plan), firstVu, segment);
  const executor = executorOf(plan, log, share);
  log.play(executor, 700);
  return { log, executor, share };
}

const vus = fc.integer({ min: 1, max: 12 });
const stages = fc.array(fc.record({ durationMs: fc.integer({ min: 1, max: 200 }), target: fc.nat(12) }), {
  minLength: 1,
  maxLength: 3,
});
const rates = fc.array(fc.nat(200), { minLength: 1, maxLength: 3 });

const iterationPlans = fc.record({
  executor: fc.constantFrom("shared-iterations" as const, "per-vu-iterations" as const),
  vus,
  iterations: fc.integer({ min: 12, max: 60 }),
  maxDurationMs: fc.constant(60_000),
  startTimeMs: fc.constant(0),
  gracefulStopMs: fc.constant(0),
});
const vusPlans = fc.oneof(
  vus.map((most) => ({
    executor: "constant-vus" as const,
    startVus: most,
    stages: [{ durationMs: 300, target: most }],
    gracefulRampDownMs: 0,
    ...timing,
  })),
  fc.record({ startVus: vus, stages }).map((ramp) => ({
    executor: "ramping-vus" as const,
    ...ramp,
    gracefulRampDownMs: 0,
    ...timing,
  })),
);
const arrivalPlans = fc
  .record({ isRamp: fc.boolean(), rates, maxVus: vus, made: fc.nat(12) })
  .map(({ isRamp, rates: all, maxVus, made }) => ({
    executor: isRamp ? ("ramping-arrival-rate" as const) : ("constant-arrival-rate" as const),
    pace: isRamp
      ? stagedPace(
          0,
          all.map((actsPerSecond) => ({ durationMs: 150, actsPerSecond })),
        )
      : constantPace(all[0] as number, 400),
    preAllocatedVus: Math.min(made, maxVus),
    maxVus,
    ...timing,
  }));
const segments = { count: fc.integer({ min: 1, max: 7 }), firstVu: fc.nat(9) };

function parts(plan: ExecutorPlan, firstVu: number, count: number) {
  return Array.from({ length: count }, (_, index) => played(plan, firstVu, { index, count }));
}
const sum = (numbers: readonly number[]) => numbers.reduce((one, other) => one + other, 0);

describe("an executor in segments", () => {
  it("has each VU in one segment alone", () => {
    fc.assert(
      fc.property(vus, segments.firstVu, segments.count, (most, firstVu, count) => {
        const shares = Array.from({ length: count }, (_, index) => new VuShare(most, firstVu, { index, count }));
        for (let below = 0; below <= most; below++) {
          expect(sum(shares.map((share) => share.countBelow(below)))).toBe(below);
        }
        for (let iteration = 0; iteration < 3 * most; iteration++) {
          expect(shares.filter((share) => share.iterationFrom(iteration) === iteration)).toHaveLength(1);
          expect(sum(shares.map((share) => share.iterationsBelow(iteration)))).toBe(iteration);
        }
      }),
    );
  });

  it("does as many iterations as it does alone, shared by all VUs or by each", () => {
    fc.assert(
      fc.property(iterationPlans, segments.firstVu, segments.count, (plan, firstVu, count) => {
        const all = parts(plan, firstVu, count);
        const begun = sum(all.map(({ log }) => log.starts.length));
        expect(all.every(({ executor }) => executor.isDone && executor.dropped === 0)).toBe(true);
        expect(begun).toBe(plan.executor === "shared-iterations" ? plan.iterations : plan.iterations * plan.vus);
        for (const { log, share } of all) {
          expect(log.startsOf.size).toBe(share.count);
        }
      }),
    );
  });

  it("has as many VUs at every moment as it has alone", () => {
    fc.assert(
      fc.property(vusPlans, segments.firstVu, segments.count, (plan, firstVu, count) => {
        const alone = played(plan, 0, { index: 0, count: 1 });
        const all = parts(plan, firstVu, count);
        for (const [atMs, most] of alone.log.vusAt) {
          expect(sum(all.map(({ log }) => log.vusAt.get(atMs) as number))).toBe(most);
        }
      }),
    );
  });

  it("begins the iterations of an arrival rate at the moments at which it begins them alone", () => {
    fc.assert(
      fc.property(arrivalPlans, segments.firstVu, segments.count, (plan, firstVu, count) => {
        // So many VUs that none is missing: which iteration finds all of them at work depends on who has which.
        const roomy = { ...plan, maxVus: plan.maxVus * 10 };
        const alone = played(roomy, 0, { index: 0, count: 1 });
        const all = parts(roomy, firstVu, count);
        const together = all.flatMap(({ log }) => log.starts);
        const dropped = sum(all.map(({ executor }) => executor.dropped));
        expect(together.length + dropped).toBe(alone.log.starts.length + alone.executor.dropped);
        if (dropped + alone.executor.dropped > 0) return;
        expect(together.sort((one, other) => one - other)).toEqual(alone.log.starts);
      }),
    );
  });
});
