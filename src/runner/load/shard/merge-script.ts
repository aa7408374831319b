import type { CheckResult, LoadResult } from "../load-result.js";
import type { PartResult } from "../part-result.js";

type Results = readonly Pick<LoadResult, "parts" | "checks">[];

/** Scenarios of a scenario file, whose iterations the shards have done together, and searches: all went through the same steps. */
export function mergeParts(results: Results): PartResult[] {
  const byName = new Map<string, PartResult>();
  for (const part of results.flatMap(({ parts }) => parts)) {
    const before = byName.get(part.name);
    byName.set(part.name, before === undefined ? part : added(before, part));
  }
  return [...byName.values()];
}

function added(one: PartResult, other: PartResult): PartResult {
  return {
    ...one,
    vusMax: one.vusMax + other.vusMax,
    iterations: one.iterations + other.iterations,
    failed: one.failed + other.failed,
    interrupted: one.interrupted + other.interrupted,
    dropped: one.dropped + other.dropped,
  };
}

/** By name: whoever has not come to a check has not counted it. */
export function mergeChecks(results: Results): CheckResult[] {
  const byName = new Map<string, CheckResult>();
  for (const { name, passes, fails } of results.flatMap(({ checks }) => checks)) {
    const before = byName.get(name) ?? { passes: 0, fails: 0 };
    byName.set(name, { name, passes: before.passes + passes, fails: before.fails + fails });
  }
  return [...byName.values()];
}
