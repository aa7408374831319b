import type { DeviceSessions } from "./devices/device-sessions.js";
import type { Messenger } from "./devices/messenger.js";
import type { VirtualDevice } from "./devices/virtual-device.js";
import { doubtsAbout, type GeneratorHealth, type HealthLimits, type HealthWatch } from "./generator-health.js";
import type { LoadDependencies } from "./load-dependencies.js";
import type { LoadPlan } from "./load-plan.js";
import { failuresIn, type LoadResult } from "./load-result.js";
import type { LoadMetrics, Moment } from "./metrics/load-metrics.js";
import type { MetricReading } from "./metrics/metric-reading.js";
import type { ThresholdWatch } from "./metrics/threshold-watch.js";
import { resultOf } from "./run-outcome.js";
import type { RunProgress, RunSpans } from "./run-progress.js";
import type { RunSeconds } from "./run-seconds.js";
import type { RunStop } from "./run-stop.js";
import type { ScriptWorkload } from "./script/script-workload.js";
import type { OthersView } from "./second-watch.js";
import { type LoadShard, shardOf } from "./shard/load-shard.js";
import type { ShardMeeting } from "./shard/shard-meeting.js";
import type { Steering } from "./steering.js";
import type { Workload } from "./workload.js";

/** The parts of a run that know something of it. */
export interface StandingSources {
  readonly plan: LoadPlan;
  readonly environment: LoadDependencies["environment"];
  readonly startedAt: string;
  readonly now: () => number;
  readonly progress: RunProgress;
  readonly stop: RunStop;
  readonly metrics: LoadMetrics;
  readonly health: HealthWatch;
  readonly healthLimits: HealthLimits;
  readonly sessions: DeviceSessions;
  readonly messenger: Messenger;
  readonly thresholds: ThresholdWatch;
  readonly meeting: ShardMeeting;
  readonly workload: Workload;
  readonly script: ScriptWorkload | undefined;
  readonly steering: Steering;
  readonly seconds: () => RunSeconds;
}

/** What a run has come to: by now, each second, and in the end. */
export class RunStanding {
  constructor(private readonly run: StandingSources) {}

  /** As a result that says it was interrupted. */
  soFar(): LoadResult {
    return { ...this.result(this.run.progress.spansSoFar()), interrupted: true };
  }

  readings(): readonly MetricReading[] {
    return this.run.metrics.readings(this.moment());
  }

  moment(): Moment {
    const { progress, now, messenger, sessions } = this.run;
    return {
      steadyMs: progress.steadyMs,
      runMs: now(),
      delivery: messenger.oracle.counts,
      traffic: sessions.traffic(),
    };
  }

  /** What of a second others than its counts know. */
  view(nowMs: number): OthersView {
    const { plan, progress, workload, steering, thresholds, messenger, metrics, healthLimits, sessions } = this.run;
    return {
      waiting: sessions.waiting,
      parts: progress.phase === "steady" ? workload.progress(nowMs) : [],
      isPaused: steering.isPaused,
      factor: steering.factor,
      thresholds: thresholds.results(),
      serverFaults: failuresIn(
        messenger.oracle.counts,
        (kind) => metrics.errors.of(kind),
        plan.messagesPerSecondMax === undefined,
      ),
      doubts: plan.findMax === undefined ? doubtsAbout(this.#health(), healthLimits) : [],
    };
  }

  result(spans: RunSpans): LoadResult {
    const { run } = this;
    return resultOf({
      plan: run.plan,
      startedAt: run.startedAt,
      ...spans,
      durationMs: run.now(),
      interrupted: run.stop.isInterrupted,
      abortedBy: run.stop.abortedBy,
      metrics: run.metrics,
      moment: this.moment(),
      oracle: run.messenger.oracle,
      sessions: run.sessions,
      thresholds: run.thresholds.results(),
      health: this.#health(),
      healthLimits: run.healthLimits,
      environment: run.environment ?? null,
      parts: run.workload.results(),
      checks: [...(run.script?.checks ?? [])].map(([name, counts]) => ({ name, ...counts })),
      setupData: run.script?.setupData,
      marks: [...run.steering.marks],
      series: [...run.seconds().series],
    });
  }

  /** What a merge needs; undefined unless the plan is a segment. */
  shard(result: LoadResult): LoadShard | undefined {
    const { plan, messenger, meeting, metrics, sessions } = this.run;
    const { far } = messenger.oracle;
    const { epochMs = 0, startAtMs } = meeting;
    if (far === undefined) return undefined;
    const { steadyMs, runMs, traffic } = this.moment();
    return shardOf({
      plan,
      segment: far.segment,
      startAtMs,
      epochMs,
      steadyMs,
      runMs,
      result,
      metrics,
      traffic,
      far,
      evidence: messenger.evidence,
      seconds: [...this.run.seconds().counts],
      servers: sessions.servers,
      ladders: meeting.ladders,
      typeOf: (device) => (sessions.devices[device] as VirtualDevice).options.clientType,
    });
  }

  #health(): GeneratorHealth {
    const { health, metrics } = this.run;
    return health.result(metrics.iterations, metrics.droppedIterations);
  }
}
