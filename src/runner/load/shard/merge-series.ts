import type { LoadSnapshot, RecordedSecond, SecondCounts } from "../load-event.js";
import { latencyBoundsMs } from "../metrics/latency-bounds.js";
import { addSecondCounts, ratesOf } from "../metrics/second-rates.js";

const SECOND_MS = 1000;
/** Of rows as wide as a sixth of a decade. */
type Rows = readonly number[];

interface ShardSeries {
  readonly epochMs: number;
  readonly series: readonly RecordedSecond[];
  readonly seconds: readonly SecondCounts[];
}

/** One second of a shard. */
export interface ShardSecond {
  readonly snapshot: RecordedSecond;
  readonly counts: SecondCounts;
}

/**
 * The seconds of all shards, added up by the start that they share, rates worked out of what all have counted. A second's percentiles are the upper bounds of the rows
 * that they fall into, because rows are what is left of a second.
 * @throws RangeError when a shard has not counted each of its seconds
 */
export function mergeSeries(shards: readonly ShardSeries[]): LoadSnapshot[] {
  const seconds = new Map<number, ShardSecond[]>();
  for (const { epochMs, series, seconds: counted } of shards) {
    for (const [at, snapshot] of series.entries()) {
      const counts = counted[at];
      if (counts === undefined) throw new RangeError("what was counted in some of its seconds is missing");
      const second = Math.round((snapshot.atMs - epochMs) / SECOND_MS);
      seconds.set(second, [...(seconds.get(second) ?? []), { snapshot, counts }]);
    }
  }
  const longest = Math.max(0, ...shards.map(({ epochMs }) => epochMs));
  return [...seconds]
    .sort(([one], [other]) => one - other)
    .map(([second, parts]) => addSeconds(Math.round(longest + second * SECOND_MS), parts));
}

/** One second of several shards. */
export function addSeconds(atMs: number, seconds: readonly ShardSecond[]): LoadSnapshot {
  const snapshots = seconds.map(({ snapshot }) => snapshot);
  const [first] = snapshots as [RecordedSecond];
  const sum = (read: (snapshot: RecordedSecond) => number) =>
    snapshots.reduce((total, snapshot) => total + read(snapshot), 0);
  const ackCounts = addRows(snapshots.map((snapshot) => snapshot.ackCounts));
  const deliveryCounts = addRows(snapshots.map((snapshot) => snapshot.deliveryCounts));
  return {
    atMs: Math.max(0, atMs),
    phase: first.phase,
    users: sum(({ users }) => users),
    devicesOnline: sum(({ devicesOnline }) => devicesOnline),
    vus: sum(({ vus }) => vus),
    droppedIterations: sum(({ droppedIterations }) => droppedIterations),
    ...ratesOf(addSecondCounts(seconds.map(({ counts }) => counts))),
    ackP50Ms: percentileOf(ackCounts, 0.5),
    ackP99Ms: percentileOf(ackCounts, 0.99),
    deliveryP50Ms: percentileOf(deliveryCounts, 0.5),
    deliveryP99Ms: percentileOf(deliveryCounts, 0.99),
    ackCounts,
    deliveryCounts,
    inFlight: sum(({ inFlight }) => inFlight),
    duplicated: sum(({ duplicated }) => duplicated),
    reordered: sum(({ reordered }) => reordered),
    corrupted: sum(({ corrupted }) => corrupted),
    misdelivered: sum(({ misdelivered }) => misdelivered),
    errors: sum(({ errors }) => errors),
    busyShare: Math.max(...snapshots.map(({ busyShare }) => busyShare)),
    diverged: sum(({ diverged = 0 }) => diverged),
    notInHistory: sum(({ notInHistory = 0 }) => notInHistory),
    unreadWrong: sum(({ unreadWrong = 0 }) => unreadWrong),
    readsTold: sum(({ readsTold = 0 }) => readsTold),
  };
}

function addRows(all: readonly Rows[]): number[] {
  const rows = new Array<number>(Math.max(0, ...all.map(({ length }) => length))).fill(0);
  for (const counts of all) for (const [row, count] of counts.entries()) rows[row] = (rows[row] as number) + count;
  return rows;
}

function percentileOf(rows: Rows, share: number): number | null {
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  const row = rows.findIndex((count) => {
    seen += count;
    return seen >= share * total;
  });
  return latencyBoundsMs[Math.min(row, latencyBoundsMs.length - 1)] as number;
}
