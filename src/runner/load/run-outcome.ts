import { plannedRate, shareOf } from "./crowd/crowd-workload.js";
import type { DeviceSessions } from "./devices/device-sessions.js";
import { failedSearches, isSearch } from "./find-max/find-max-search.js";
import { doubtsAbout, type GeneratorHealth, type HealthLimits } from "./generator-health.js";
import type { LoadMark } from "./load-control.js";
import type { LoadSnapshot } from "./load-event.js";
import type { LoadPlan } from "./load-plan.js";
import {
  type CheckResult,
  type DeliveryWitness,
  failuresIn,
  type GeneratorEnvironment,
  type LoadResult,
  neverOnline,
  WITNESS_PDU_MAX_BYTES,
} from "./load-result.js";
import { latencyBoundsMs } from "./metrics/latency-bounds.js";
import type { LoadMetrics, Moment } from "./metrics/load-metrics.js";
import { summaryTrends } from "./metrics/summary-trends.js";
import { abortFailures, type ThresholdResult, thresholdFailure } from "./metrics/threshold.js";
import type { FaultWitness } from "./oracle/delivery-fault.js";
import type { DeliveryOracle } from "./oracle/delivery-oracle.js";
import type { PartResult } from "./part-result.js";
import { ownCount, wholeRun } from "./segment.js";

/** A run that is over, in the pieces that a result is made of. */
export interface RunFacts {
  readonly plan: LoadPlan;
  readonly startedAt: string;
  readonly rampUpMs: number;
  readonly steadyMs: number;
  readonly drainMs: number;
  readonly durationMs: number;
  readonly interrupted: boolean;
  readonly abortedBy: string | null;
  readonly metrics: LoadMetrics;
  readonly moment: Moment;
  readonly oracle: DeliveryOracle;
  readonly sessions: DeviceSessions;
  readonly thresholds: readonly ThresholdResult[];
  readonly health: GeneratorHealth;
  readonly healthLimits: HealthLimits;
  readonly environment: GeneratorEnvironment | null;
  readonly parts: readonly PartResult[];
  readonly checks: readonly CheckResult[];
  /** What a scenario file's setup returned. */
  readonly setupData: unknown;
  readonly marks: readonly LoadMark[];
  readonly series: readonly LoadSnapshot[];
}

export function resultOf(facts: RunFacts): LoadResult {
  const { plan, metrics, oracle, sessions, thresholds, health, steadyMs } = facts;
  const isOverLimitAllowed = plan.messagesPerSecondMax === undefined;
  const failedThresholds = thresholds.filter(({ ok }) => !ok).map(thresholdFailure);
  const doubts = isSearch(facts.parts) ? [] : doubtsAbout(health, facts.healthLimits);
  const watched = thresholds.map(({ metric }) => metric);
  const results = metrics.results(facts.moment, watched);
  const devicesOnline = metrics.devicesOnline.result().max;
  const serverFaults = [
    ...failuresIn(oracle.counts, (kind) => metrics.errors.of(kind), isOverLimitAllowed),
    ...neverOnline({ devicesOnline, metrics: results }),
  ];
  return {
    scenario: plan.scenario.name,
    startedAt: facts.startedAt,
    seed: plan.seed,
    users: ownCount(plan.accounts.length, plan.segment ?? wholeRun),
    devicesPerUser: plan.devicesPerUser,
    devicesOnline,
    processes: 1,
    targets: [...new Set(sessions.servers.filter((server) => server !== undefined))].sort(),
    rate: plannedRate(plan, shareOf(plan)),
    stages: plan.stages,
    rampUpMs: Math.round(facts.rampUpMs),
    steadyMs: Math.round(steadyMs),
    drainMs: Math.round(facts.drainMs),
    durationMs: Math.round(facts.durationMs),
    interrupted: facts.interrupted,
    abortedBy: facts.abortedBy,
    serverFaults,
    failures: [
      ...serverFaults,
      ...failedThresholds,
      ...abortFailures(facts.abortedBy, thresholds),
      ...failedSearches(facts.parts),
    ],
    invalid: steadyMs > 0 ? doubts : ["nothing was measured: the run ended before its steady phase"],
    health,
    environment: facts.environment,
    metrics: results,
    thresholds,
    delivery: { ...oracle.counts },
    witnesses: oracle.witnesses.map((witness) => named(witness, plan, sessions)),
    latencyBoundsMs,
    parts: facts.parts,
    checks: facts.checks,
    summaryTrends: summaryTrends(plan.summaryTrendStats, results, metrics, facts.moment),
    setupData: facts.setupData,
    marks: facts.marks,
    series: facts.series,
    outputs: [],
  };
}

/** A fault with names in place of numbers. */
function named(witness: FaultWitness, { accounts }: LoadPlan, sessions: DeviceSessions): DeliveryWitness {
  const { kind, serial, senderDevice, target, device, msgId, sentMs, pdus, token, arrived, detail } = witness;
  return {
    kind,
    message: serial,
    from: sessions.nameOf(senderDevice),
    fromServer: sessions.servers[senderDevice] ?? "",
    to: accounts[target]?.name ?? `group ${target - accounts.length + 1}`,
    device: device === undefined ? null : sessions.nameOf(device),
    deviceServer: device === undefined ? null : (sessions.servers[device] ?? ""),
    msgId,
    sentAtMs: sentMs === undefined ? null : Math.round(sentMs),
    pdus: pdus.map(({ what, device: of, bytes }) => ({
      what,
      device: sessions.nameOf(of),
      server: sessions.servers[of] ?? "",
      length: bytes.length,
      hex: bytes.toString("hex", 0, WITNESS_PDU_MAX_BYTES),
    })),
    token: token ?? null,
    arrived: arrived ?? null,
    detail: detail ?? null,
  };
}
