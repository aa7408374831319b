import { plannedRate } from "../crowd/crowd-workload.js";
import type { SecondCounts } from "../load-event.js";
import type { LoadPlan } from "../load-plan.js";
import type { LoadResult } from "../load-result.js";
import type { LoadMetrics, Traffic } from "../metrics/load-metrics.js";
import type { Threshold } from "../metrics/threshold.js";
import type { DeliveryCounts } from "../oracle/delivery-counts.js";
import type { Segment } from "../segment.js";
import type { FarSum } from "./delivery-sum.js";
import type { FarDeliveries, FarWitness, LateArrival } from "./far-deliveries.js";
import type { FarEvidence, FarEvidenceState } from "./far-evidence.js";
import type { FindMaxLadder, LadderState } from "./find-max-ladder.js";
import { type MetricsState, metricsStateOf } from "./metric-state.js";
import { planFingerprint } from "./plan-fingerprint.js";
import type { PresenceEntry } from "./presence-log.js";

/** What one shard knows of the deliveries between it and the others; lists by the others' indices. */
interface FarState {
  readonly expected: readonly FarSum[];
  readonly received: readonly FarSum[];
  /** As DeliveryList has them: what must arrive if the device was online, and what may have been taken by the server or not. */
  readonly unsure: readonly (readonly number[])[];
  readonly abandoned: readonly (readonly number[])[];
  readonly corrupted: readonly number[];
  readonly corruptedKeys: readonly FarWitness[];
  readonly late: readonly LateArrival[];
  readonly loose: readonly number[];
  readonly presences: readonly PresenceEntry[];
  readonly isOverflowing: boolean;
  /** When this shard's people left although others may still have been at work; null = all leave together. */
  readonly leftMs: number | null;
}

/** Everything of one shard that a merge needs; schemas/load-shard.schema.json. */
export interface LoadShard {
  readonly kind: "load-shard";
  readonly schemaVersion: number;
  /** Shards of one run have the same. */
  readonly fingerprint: string;
  readonly segment: Segment;
  /** The start that all shards share, unix time in ms, null when the run ended before it; and how long this one's had gone on by then. */
  readonly startAtMs: number | null;
  readonly epochMs: number;
  /** Length of the steady phase and of the run, to the fraction of a ms. */
  readonly spans: { readonly steadyMs: number; readonly runMs: number };
  /** Acts a second of the whole plan: the sum of what the shards say of theirs has their rounding in it. */
  readonly planRate: number;
  /** False = messages without an ack are a fault (MSG-08). */
  readonly isOverLimitAllowed: boolean;
  readonly thresholds: readonly Threshold[];
  /** What a scenario file wants to know of trends, as in k6's option. */
  readonly summaryTrendStats?: readonly string[];
  /** Of each search, in the plan's order, what this segment measured; absent where workers have judged it together. */
  readonly ladders?: readonly LadderState[];
  readonly result: Omit<LoadResult, "metrics" | "thresholds" | "setupData" | "summaryTrends">;
  /** What was counted in each second of the result's series. */
  readonly seconds: readonly SecondCounts[];
  readonly metrics: MetricsState;
  readonly traffic: Traffic;
  readonly far: FarState;
  /** PDUs for the witnesses of what the merge finds. */
  readonly evidence: FarEvidenceState;
  /** The plan's users, by number. */
  readonly users: readonly string[];
  /** Kinds of a user's devices as the scenario has them; and where this shard's were connected, and of what kind they were. */
  readonly clientTypes: readonly string[];
  readonly servers: readonly (readonly [device: number, server: string, type: string])[];
}

export interface ShardFacts {
  readonly plan: LoadPlan;
  readonly segment: Segment;
  readonly startAtMs: number | null;
  readonly epochMs: number;
  readonly steadyMs: number;
  readonly runMs: number;
  readonly result: LoadResult;
  readonly metrics: LoadMetrics;
  readonly traffic: Traffic;
  readonly far: FarDeliveries;
  readonly evidence: FarEvidence;
  readonly seconds: readonly SecondCounts[];
  readonly servers: readonly (string | undefined)[];
  readonly ladders: readonly FindMaxLadder[];
  readonly typeOf: (device: number) => string;
}

export const SHARD_SCHEMA_VERSION = 6;

export function shardOf(facts: ShardFacts): LoadShard {
  const { plan, far } = facts;
  const { metrics: _, thresholds: __, setupData: ___, summaryTrends: ____, ...result } = facts.result;
  return {
    kind: "load-shard",
    schemaVersion: SHARD_SCHEMA_VERSION,
    fingerprint: planFingerprint(plan),
    segment: facts.segment,
    startAtMs: facts.startAtMs,
    epochMs: facts.epochMs,
    spans: { steadyMs: facts.steadyMs, runMs: facts.runMs },
    planRate: plannedRate(plan),
    isOverLimitAllowed: plan.messagesPerSecondMax === undefined,
    thresholds: plan.thresholds,
    ...(plan.summaryTrendStats === undefined ? {} : { summaryTrendStats: plan.summaryTrendStats }),
    ...(facts.ladders.length === 0 ? {} : { ladders: facts.ladders.map((ladder) => ladder.state()) }),
    result,
    seconds: facts.seconds,
    metrics: metricsStateOf(facts.metrics, facts.epochMs),
    traffic: facts.traffic,
    far: farStateOf(far),
    evidence: facts.evidence.state(),
    users: plan.accounts.map(({ name }) => name),
    clientTypes: plan.scenario.clientTypes.slice(0, plan.devicesPerUser),
    servers: facts.servers.flatMap((server, device) =>
      server === undefined ? [] : [[device, server, facts.typeOf(device)] as const],
    ),
  };
}

/** To be written down. */
export function farStateOf(far: FarDeliveries): FarState {
  return {
    expected: far.expected.map((sum) => sum.state()),
    received: far.expected.map((_, shard) => far.allReceived(shard).state()),
    unsure: far.unsure.map(({ rows }) => rows),
    abandoned: far.abandoned.map(({ rows }) => rows),
    corrupted: far.corrupted,
    corruptedKeys: far.corruptedKeys,
    late: far.late,
    loose: far.loose,
    presences: far.presences.entries(),
    isOverflowing: far.isOverflowing,
    leftMs: far.leftMs ?? null,
  };
}

/** Adds what another shard counted. */
export function addCounts(sum: DeliveryCounts, counts: DeliveryCounts): void {
  for (const name of Object.keys(sum) as (keyof DeliveryCounts)[]) sum[name] += counts[name];
}
