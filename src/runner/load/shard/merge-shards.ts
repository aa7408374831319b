import { failedSearches, isSearch } from "../find-max/find-max-search.js";
import { doubtsAbout, type GeneratorHealth, healthLimits } from "../generator-health.js";
import { type DeliveryWitness, failuresIn, type LoadResult, neverOnline } from "../load-result.js";
import { latencyBoundsMs } from "../metrics/latency-bounds.js";
import type { LoadMetrics, Moment } from "../metrics/load-metrics.js";
import { summaryTrends } from "../metrics/summary-trends.js";
import { abortFailures, judgeThreshold, thresholdFailure } from "../metrics/threshold.js";
import type { DeliveryCounts } from "../oracle/delivery-counts.js";
import type { Fault } from "../oracle/delivery-fault.js";
import { isOwn } from "../segment.js";
import { balanceOf, type FarFault } from "./far-balance.js";
import { judgeLadders } from "./find-max-ladder.js";
import { addCounts, type LoadShard } from "./load-shard.js";
import { MergeError } from "./merge-error.js";
import { mergeChecks, mergeParts } from "./merge-script.js";
import { mergeSeries } from "./merge-series.js";
import { addMetricsState, emptyMetricsLike } from "./metric-state.js";
import { completeShards, type NamedShard } from "./shard-set.js";
import { FarWitnessBook } from "./witness-pdus.js";

const WITNESSES_MAX_PER_KIND = 20;

/**
 * The run that its shards were together: metrics added, deliveries between shards judged, thresholds evaluated anew.
 * @throws MergeError when they are not exactly the shards of one run
 */
export function mergeShards(named: readonly NamedShard[]): LoadResult {
  const shards = completeShards(named);
  try {
    return merged(shards);
  } catch (error) {
    if (error instanceof RangeError) throw new MergeError(`a shard cannot be read: ${error.message}`);
    throw error;
  }
}

function merged(shards: readonly LoadShard[]): LoadResult {
  const results = shards.map(({ result }) => result);
  const [first] = shards as [LoadShard];
  const metrics = emptyMetricsLike(first.metrics);
  for (const { metrics: state } of shards) addMetricsState(metrics, state);
  const balance = balanceOf(shards);
  const delivery = { ...first.result.delivery };
  for (const { delivery: counts } of results.slice(1)) addCounts(delivery, counts);
  for (const name of Object.keys(balance.counts) as (keyof typeof balance.counts)[])
    delivery[name] += balance.counts[name];

  const moment = momentOf(shards, delivery);
  const thresholds = first.thresholds.map((threshold) =>
    judgeThreshold(threshold, (metric, aggregate) => metrics.read(metric, aggregate, moment)),
  );
  const health = healthOf(shards, metrics);
  const sum = (read: (result: LoadShard["result"]) => number) => results.reduce((total, each) => total + read(each), 0);
  const most = (read: (result: LoadShard["result"]) => number) => Math.max(...results.map(read));
  const parts = judgeLadders(
    mergeParts(results),
    shards.map(({ ladders = [] }) => ladders),
    { faults: balance.faults, epochMs: first.epochMs },
  );
  const metricResults = metrics.results(
    moment,
    thresholds.map(({ metric }) => metric),
  );
  const devicesOnline = sum((result) => result.devicesOnline);
  const serverFaults = [
    ...failuresIn(delivery, (kind) => metrics.errors.of(kind), first.isOverLimitAllowed),
    ...neverOnline({ devicesOnline, metrics: metricResults }),
  ];
  return {
    scenario: first.result.scenario,
    startedAt: results.map(({ startedAt }) => startedAt).sort()[0] as string,
    seed: first.result.seed,
    users: sum(({ users }) => users),
    devicesPerUser: first.result.devicesPerUser,
    devicesOnline,
    processes: shards.length,
    targets: [...new Set(results.flatMap(({ targets }) => targets))].sort(),
    rate: first.planRate,
    stages: first.result.stages,
    rampUpMs: most(({ rampUpMs }) => rampUpMs),
    steadyMs: most(({ steadyMs }) => steadyMs),
    drainMs: most(({ drainMs }) => drainMs),
    durationMs: most(({ durationMs }) => durationMs),
    interrupted: results.some(({ interrupted }) => interrupted),
    abortedBy: abortedByOf(shards),
    serverFaults,
    failures: [
      ...serverFaults,
      ...thresholds.filter(({ ok }) => !ok).map(thresholdFailure),
      ...abortFailures(abortedByOf(shards), thresholds),
      ...failedSearches(parts),
    ],
    invalid: [
      ...endsOf(shards),
      ...doubtsOf(shards),
      ...(isSearch(parts) ? [] : doubtsAbout(health, healthLimits)),
      ...balance.doubts,
    ],
    health,
    environment: first.result.environment,
    metrics: metricResults,
    thresholds,
    delivery,
    witnesses: witnessesOf(shards, balance.faults),
    latencyBoundsMs,
    parts,
    checks: mergeChecks(results),
    summaryTrends: summaryTrends(first.summaryTrendStats, metricResults, metrics, moment),
    // Each segment has its own; workers share one, which whoever started them has.
    setupData: undefined,
    marks: results.flatMap(({ marks }) => marks),
    outputs: addOutputs(results.flatMap(({ outputs }) => outputs)),
    series: mergeSeries(shards.map(({ epochMs, result, seconds }) => ({ epochMs, series: result.series, seconds }))),
  };
}

/** The threshold that ended it first. */
function abortedByOf(shards: readonly LoadShard[]): string | null {
  const [first] = abortedOf(shards).sort((one, other) => one.spans.steadyMs - other.spans.steadyMs);
  return first?.result.abortedBy ?? null;
}

/** Segments that nobody coordinates end one by one: from then on the load is not the plan's. */
function endsOf(shards: readonly LoadShard[]): string[] {
  const aborted = abortedOf(shards);
  const isTogether =
    aborted.length === shards.length && new Set(aborted.map(({ result }) => result.abortedBy)).size === 1;
  if (isTogether) return [];
  return aborted.map(({ segment: { index, count }, spans, result: { abortedBy } }) => {
    const seconds = (spans.steadyMs / 1000).toFixed(1);
    return `segment ${index}/${count} ended alone after ${seconds} s, because ${abortedBy} did not hold there`;
  });
}

function abortedOf(shards: readonly LoadShard[]): LoadShard[] {
  return shards.filter(({ result }) => result.abortedBy !== null);
}

/** Of those that are called the same, what all sent together. */
function addOutputs(all: LoadResult["outputs"]): LoadResult["outputs"] {
  const byName = new Map<string, LoadResult["outputs"][number]>();
  for (const each of all) {
    const before = byName.get(each.output);
    byName.set(each.output, {
      ...each,
      sent: each.sent + (before?.sent ?? 0),
      failed: each.failed + (before?.failed ?? 0),
      dropped: each.dropped + (before?.dropped ?? 0),
      firstFailure: before?.firstFailure ?? each.firstFailure,
    });
  }
  return [...byName.values()];
}

function momentOf(shards: readonly LoadShard[], delivery: DeliveryCounts): Moment {
  const traffic = { pdusSent: 0, pdusReceived: 0, bytesSent: 0, bytesReceived: 0 };
  for (const { traffic: added } of shards) {
    for (const name of Object.keys(traffic) as (keyof typeof traffic)[]) traffic[name] += added[name];
  }
  const steadyMs = Math.max(...shards.map(({ spans }) => spans.steadyMs));
  return { steadyMs, runMs: Math.max(...shards.map(({ spans }) => spans.runMs)), delivery, traffic };
}

/** The busiest generator's, beside what all did together. */
function healthOf(shards: readonly LoadShard[], metrics: LoadMetrics): GeneratorHealth {
  return {
    busyShare: Math.max(...shards.map(({ result }) => result.health.busyShare)),
    eventLoopLagP99Ms: metrics.eventLoopLag.percentileMs(99),
    iterations: metrics.iterations,
    droppedIterations: metrics.droppedIterations,
  };
}

/** What a shard doubts of itself counts, even where the others make up for it in the sum. */
function doubtsOf(shards: readonly LoadShard[]): string[] {
  return shards.flatMap(({ segment, result }) =>
    result.invalid.map((doubt) => `segment ${segment.index}/${segment.count}: ${doubt}`),
  );
}

/** What a shard finds wrong by itself with a message of another one. */
const seenFromAfar: ReadonlySet<Fault> = new Set(["duplicated", "corrupted", "misdelivered"]);

function completed(witness: DeliveryWitness, book: FarWitnessBook): DeliveryWitness {
  const { pdus, lacks } = book.pdusBeside(witness);
  const details = [witness.detail ?? undefined, lacks].filter((text) => text !== undefined);
  return { ...witness, pdus: [...pdus, ...witness.pdus], detail: details.length === 0 ? null : details.join("; ") };
}

function witnessesOf(shards: readonly LoadShard[], faults: readonly FarFault[]): DeliveryWitness[] {
  const [{ users, clientTypes }] = shards as [LoadShard];
  const connections = shards.flatMap((shard) => shard.servers);
  const servers = new Map(connections.map(([device, server]) => [device, server]));
  const types = new Map(connections.map(([device, _, type]) => [device, type]));
  const userOf = (index: number) => Math.floor(index / clientTypes.length);
  const userNameOf = (user: number) => users[user];
  const names = {
    nameOf: (index: number) =>
      `${userNameOf(userOf(index))}/${types.get(index) ?? clientTypes[index % clientTypes.length]}`,
    serverOf: (index: number) => servers.get(index) ?? "",
    userOf,
    userNameOf,
  };
  const book = new FarWitnessBook(shards, names);
  const epochMs = Math.max(...shards.map((shard) => shard.epochMs));
  const named = (fault: FarFault): DeliveryWitness => {
    const { kind, serial, senderDevice, target, device, msgId, sentMs, detail } = fault;
    const to = target ?? Math.floor(device / clientTypes.length);
    const { pdus, lacks } = book.pdusOf(fault);
    const details = [detail, lacks].filter((text) => text !== undefined);
    return {
      kind,
      message: serial,
      from: names.nameOf(senderDevice),
      fromServer: names.serverOf(senderDevice),
      to: users[to] ?? `group ${to - users.length + 1}`,
      device: names.nameOf(device),
      deviceServer: names.serverOf(device),
      msgId,
      sentAtMs: Math.round(epochMs + sentMs),
      pdus,
      token: null,
      arrived: null,
      detail: details.length === 0 ? null : details.join("; "),
    };
  };
  const counts = new Map<string, number>();
  const isShown = ({ kind }: Pick<DeliveryWitness, "kind">) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= WITNESSES_MAX_PER_KIND;
  };
  const own = shards.flatMap(({ segment, result }) =>
    result.witnesses.map((witness) => {
      const sender = users.indexOf(witness.from.slice(0, witness.from.lastIndexOf("/")));
      const isFromOthers = seenFromAfar.has(witness.kind) && witness.message > 0 && !isOwn(sender, segment);
      return isFromOthers ? completed(witness, book) : witness;
    }),
  );
  return [...own.filter(isShown), ...faults.filter(isShown).map(named)];
}
