import { type LoadShard, SHARD_SCHEMA_VERSION } from "./load-shard.js";
import { MergeError } from "./merge-error.js";

/** A shard and what to call it in messages: its file. */
export interface NamedShard {
  readonly name: string;
  readonly shard: LoadShard;
}

/** The shards of one run, all of them, by index. @throws MergeError that names the one that is wrong */
export function completeShards(named: readonly NamedShard[]): LoadShard[] {
  const [first] = named;
  if (first === undefined) throw new MergeError("there is no shard to merge");
  const { count } = first.shard.segment;
  const byIndex = new Map<number, NamedShard>();
  for (const each of named) {
    requireSameRun(first, each);
    const { index } = each.shard.segment;
    const other = byIndex.get(index);
    if (other !== undefined) throw new MergeError(`${other.name} and ${each.name} are both segment ${index}/${count}`);
    byIndex.set(index, each);
  }
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !byIndex.has(index));
  if (missing.length > 0) {
    throw new MergeError(`missing: segment ${missing.map((index) => `${index}/${count}`).join(", ")}`);
  }
  return [...byIndex.values()]
    .map(({ shard }) => shard)
    .sort(({ segment: one }, { segment: other }) => one.index - other.index);
}

function requireSameRun(first: NamedShard, { name, shard }: NamedShard): void {
  const other = first.shard;
  if (shard.schemaVersion !== SHARD_SCHEMA_VERSION) {
    throw new MergeError(
      `${name}: is of version ${shard.schemaVersion}; this ttk merges version ${SHARD_SCHEMA_VERSION}`,
    );
  }
  if (shard.segment.index >= shard.segment.count) {
    throw new MergeError(`${name}: there is no segment ${shard.segment.index}/${shard.segment.count}`);
  }
  if (shard.segment.count !== other.segment.count) {
    const [ours, theirs] = [`one of ${other.segment.count}`, `one of ${shard.segment.count}`];
    throw new MergeError(`${first.name} is ${ours} segments, ${name} is ${theirs}`);
  }
  if (shard.fingerprint !== other.fingerprint) {
    throw new MergeError(
      `${first.name} and ${name} are of different plans: scenario, accounts, rates, times, seed or thresholds differ`,
    );
  }
  if (shard.startAtMs === other.startAtMs) return;
  if (shard.startAtMs === null || other.startAtMs === null) {
    const ended = shard.startAtMs === null ? name : first.name;
    throw new MergeError(`${ended}: was ended before the start, and the others were not: they are no whole run`);
  }
  const [ours, theirs] = [other.startAtMs, shard.startAtMs].map((atMs) => new Date(atMs).toISOString());
  throw new MergeError(`${first.name} began at ${ours}, ${name} at ${theirs}: they are not of one run`);
}
