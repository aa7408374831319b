import { randomUUID } from "node:crypto";
import { SearchSteps } from "../../src/cli/load/shards/search-steps.js";
import { Settlement } from "../../src/cli/load/shards/settlement.js";
import type { StepReading } from "../../src/runner/load/find-max/find-max-result.js";
import type { LoadDependencies } from "../../src/runner/load/load-dependencies.js";
import { type LoadPlan, searchesOf } from "../../src/runner/load/load-plan.js";
import { startLoad } from "../../src/runner/load/load-run.js";
import type { SetupOutcome } from "../../src/runner/load/script/setup-outcome.js";
import type { FarBooks } from "../../src/runner/load/shard/far-books.js";
import type { LoadShard } from "../../src/runner/load/shard/load-shard.js";
import { AbortJudge } from "../../src/runner/load/shard/shared-abort.js";
import type { StepState } from "../../src/runner/load/shard/step-state.js";

/** How long after the last shard is ready all begin. */
const START_AFTER_MS = 50;

/**
 * The plan in so many segments, side by side in this process, each a run of its own. Of a scenario file each needs one that
 * was loaded for it.
 */
export async function shardedRun(
  planOf: LoadPlan | readonly LoadPlan[],
  count: number,
  dependencies: Partial<LoadDependencies> = {},
  /** False = as `--segment`: what a search measures is judged by the merge alone. */
  sharesSteps = true,
): Promise<LoadShard[]> {
  const runId = randomUUID();
  let ready = 0;
  let over = 0;
  let setUp: (outcome: SetupOutcome) => void = () => {};
  const setup = new Promise<SetupOutcome>((resolve) => {
    setUp = resolve;
  });
  let begin: (atMs: number) => void = () => {};
  const start = new Promise<number>((resolve) => {
    begin = resolve;
  });
  const books = new Map<number, FarBooks>();
  const settled = new Set<string>();
  const settlement = new Settlement(count, {
    settled: (round) => settled.add(round),
    openBooks: () => {
      for (const [shard, each] of books) {
        for (const of of books.keys()) if (of !== shard) settlement.page(shard, of, each.pageOf(of));
      }
    },
    askFor: (recipient, _, rows) => settlement.awaited(books.get(recipient)?.awaited(rows) as number),
  });
  const [first] = Array.isArray(planOf) ? (planOf as [LoadPlan]) : [planOf as LoadPlan];
  const judge = new AbortJudge(first.thresholds, count);
  const everywhere = new AbortController();
  const searches = searchesOf(first).map(({ conditions }) => ({
    steps: new SearchSteps(conditions, count),
    waiting: [] as ((reading: StepReading | undefined) => void)[],
  }));
  const shareStep = (index: number, search: number, state: StepState): Promise<StepReading | undefined> =>
    new Promise((resolve) => {
      const { waiting, steps } = searches[search] as (typeof searches)[number];
      waiting.push(resolve);
      const reading = steps.take(index, state);
      if (reading === undefined) return;
      for (const tell of waiting.splice(0)) tell(reading ?? undefined);
    });
  const runs = Array.from({ length: count }, async (_, index) => {
    let isOver = false;
    const plan = Array.isArray(planOf) ? (planOf[index] as LoadPlan) : (planOf as LoadPlan);
    const usersTogether = plan.script?.usersPerVu ?? 1;
    const running = startLoad(
      { ...plan, segment: { index, count, usersTogether } },
      {
        signal: new AbortController().signal,
        nowMs: () => performance.timeOrigin + performance.now(),
        ...dependencies,
        shards: {
          runId,
          startAtMs: () => {
            if (++ready === count) begin(Math.ceil(performance.timeOrigin + performance.now()) + START_AFTER_MS);
            return start;
          },
          isSetupShared: true,
          shareSetup: (own) => {
            if (own !== undefined) setUp(JSON.parse(JSON.stringify(own)) as SetupOutcome);
            return setup;
          },
          isOver: () => {
            if (!isOver) over++;
            isOver = true;
            return over === count;
          },
          abort: {
            tell: (state) => {
              const by = judge.take(index, state);
              if (by !== undefined) everywhere.abort(by);
            },
            signal: everywhere.signal,
          },
          ...(sharesSteps ? { shareStep: (search, state) => shareStep(index, search, state) } : {}),
          isSettled: (round, far) => {
            books.set(index, far);
            if (!settled.has(round)) settlement.told(index, round, far.counts);
            return settled.has(round);
          },
        },
      },
    );
    await running.result;
    return running.shard() as LoadShard;
  });
  return Promise.all(runs);
}

/** As they are after a file. */
export function named(shards: readonly LoadShard[]) {
  return shards.map((shard) => ({
    name: `shard${shard.segment.index}.json`,
    shard: JSON.parse(JSON.stringify(shard)) as LoadShard,
  }));
}
