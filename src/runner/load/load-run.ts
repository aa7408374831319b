import { SessionChecks } from "./audit/session-checks.js";
import { CrowdArrival } from "./crowd/crowd-arrival.js";
import { CrowdWorkload } from "./crowd/crowd-workload.js";
import { ArrivalHooks, deviceHandler, sessionHooks } from "./devices/device-hooks.js";
import { DeviceSessions } from "./devices/device-sessions.js";
import { Messenger } from "./devices/messenger.js";
import type { FindMaxPlan } from "./find-max/find-max-plan.js";
import { type HealthLimits, HealthWatch, healthLimits } from "./generator-health.js";
import type { LoadControl } from "./load-control.js";
import type { LoadDependencies } from "./load-dependencies.js";
import type { LoadPlan } from "./load-plan.js";
import type { LoadResult } from "./load-result.js";
import { isUntouched } from "./metrics/custom-sum.js";
import { LoadMetrics } from "./metrics/load-metrics.js";
import type { MetricReading } from "./metrics/metric-reading.js";
import { PolledSamples } from "./metrics/polled-samples.js";
import { ThresholdWatch } from "./metrics/threshold-watch.js";
import { RunLoop } from "./run-loop.js";
import { RunPhases } from "./run-phases.js";
import { RunProgress } from "./run-progress.js";
import { RunSeconds } from "./run-seconds.js";
import { RunStanding } from "./run-standing.js";
import { RunStop } from "./run-stop.js";
import { IterationInterrupted } from "./script/iteration-interrupted.js";
import { MessageDesk } from "./script/message-desk.js";
import { metricPartsOf, type ScriptPlan } from "./script/script-plan.js";
import { IterationFailures, ScriptStages } from "./script/script-stages.js";
import { ScriptWorkload } from "./script/script-workload.js";
import { SecondWatch } from "./second-watch.js";
import { wholeRun } from "./segment.js";
import { FarGroups } from "./shard/far-groups.js";
import type { LoadShard } from "./shard/load-shard.js";
import { ShardMeeting } from "./shard/shard-meeting.js";
import { standingState } from "./shard/shared-abort.js";
import { Steering } from "./steering.js";
import { TimerWheel } from "./timer-wheel.js";
import type { Timers } from "./timers.js";
import type { Workload } from "./workload.js";

export interface RunningLoad {
  readonly control: LoadControl;
  /** What the run has come to by now, as a result that says it was interrupted. */
  soFar(): LoadResult;
  /** All metrics as they stand, while the run goes on and after it. */
  readonly readings: () => readonly MetricReading[];
  /** A promise that a function of a scenario file did not wait for was rejected: it counts as a failed iteration, and ends nothing. */
  strayed(reason: unknown): void;
  /** @throws LoadBlockedError */
  readonly result: Promise<LoadResult>;
  /** Once the result is there: what a merge needs. Undefined unless the plan is a segment. */
  shard(): LoadShard | undefined;
}

const EXPIRE_INTERVAL_MS = 250;
/** The number of no user, for what is nobody's in particular. */
const NOBODY = -1;

/**
 * Runs a plan: logs everybody in, lets the workload act, waits for what is still under way, logs out, and accounts for
 * every message.
 * @throws LoadBlockedError
 */
export async function runLoad(plan: LoadPlan, dependencies: LoadDependencies): Promise<LoadResult> {
  return startLoad(plan, dependencies).result;
}

/** The same, with a hand on it while it goes on. */
export function startLoad(plan: LoadPlan, dependencies: LoadDependencies): RunningLoad {
  const run = new LoadRun(plan, dependencies);
  return {
    control: run.steering,
    soFar: () => run.standing.soFar(),
    readings: () => run.standing.readings(),
    strayed: (reason) => run.strayed(reason),
    result: run.run(),
    shard: () => run.shard,
  };
}

/** Puts the parts of a run together, and moves them on as time goes. */
class LoadRun {
  readonly steering: Steering;
  readonly standing: RunStanding;
  shard: LoadShard | undefined;
  readonly #loop = new RunLoop((nowMs) => this.#advance(nowMs));
  readonly #progress: RunProgress;
  readonly #stop: RunStop;
  readonly #metrics: LoadMetrics;
  readonly #health: HealthWatch;
  readonly #healthLimits: HealthLimits;
  readonly #sessions: DeviceSessions;
  readonly #messenger: Messenger;
  readonly #checks: SessionChecks;
  readonly #meeting: ShardMeeting;
  readonly #workload: Workload;
  readonly #crowd: CrowdWorkload | undefined;
  readonly #script: ScriptWorkload | undefined;
  /** Of a scenario file. */
  readonly #stages: ScriptStages | undefined;
  readonly #failures: IterationFailures;
  readonly #phases: RunPhases;
  readonly #thresholds: ThresholdWatch;
  readonly #seconds: RunSeconds;
  readonly #polled: PolledSamples | undefined;
  /** The workload's timers, then one for each device's heartbeat or redial. */
  readonly #wheel: TimerWheel;
  readonly #firstDeviceTimer: number;
  #nextExpiryMs = EXPIRE_INTERVAL_MS;

  constructor(
    private readonly plan: LoadPlan,
    private readonly dependencies: LoadDependencies,
  ) {
    const { accounts, devicesPerUser, script } = plan;
    const { shards, onEvent, onSample, nowMs } = dependencies;
    const startedAt = new Date(nowMs()).toISOString();
    const loop = this.#loop;
    const { now } = loop;
    this.#progress = new RunProgress(now, (phase, atMs) => onEvent?.({ type: "phase", phase, atMs }));
    this.#stop = new RunStop(dependencies.signal, shards?.abort?.signal);
    const { signal } = this.#stop;
    const [progress, stop] = [this.#progress, this.#stop];

    if (onSample !== undefined) this.#polled = new PolledSamples(onSample);
    const parts = script === undefined ? [] : metricPartsOf(script);
    const metrics = new LoadMetrics(parts, script?.customMetrics, onSample);
    this.#metrics = metrics;
    for (const { metric } of plan.thresholds) metrics.watch(metric);
    this.#health = new HealthWatch(metrics.eventLoopLag, (ms) => metrics.lagged(ms));
    this.#healthLimits = dependencies.healthLimits ?? healthLimits;
    this.#thresholds = new ThresholdWatch(
      plan.thresholds,
      (metric, aggregate) => metrics.read(metric, aggregate, this.standing.moment()),
      (metric) => {
        const sum = metrics.sumOf(metric, this.standing.moment());
        return sum === undefined || isUntouched(sum);
      },
    );

    this.#firstDeviceTimer =
      script === undefined ? CrowdWorkload.timersFor(accounts.length) : ScriptWorkload.timersFor(script);
    this.#wheel = new TimerWheel(this.#firstDeviceTimer + accounts.length * devicesPerUser, 0);
    const listeners = { messenger: () => this.#messenger, workload: () => this.#workload };
    const nameOf = (user: number) => accounts[user]?.name;
    const hooks = sessionHooks({
      ...listeners,
      progress,
      nameOf,
      presenceChanged: (user) => this.#meeting.presenceChanged(user),
      timers: this.#timersFrom(this.#firstDeviceTimer),
    });
    const random = plan.random(plan.seed);
    const taker = new ArrivalHooks(listeners, loop);
    const handler = deviceHandler(listeners);
    this.#sessions = new DeviceSessions(plan, metrics, random, signal, now, hooks, handler, taker);
    const sessions = this.#sessions;
    const desk = script === undefined ? undefined : new MessageDesk();
    this.#messenger = new Messenger(
      plan,
      shards?.runId ?? startedAt,
      random,
      sessions.devices,
      metrics,
      sessions,
      now,
      desk,
      { groupsMax: script?.groupsMax ?? 0, membersMax: script?.groupMembersMax ?? 0 },
      {
        elapsedShare: (inMs) => this.#crowd?.shareAt(now() + inMs) ?? 0,
        catchUp: (device, intendedMs) => this.#checks.startCatchUp(device, intendedMs),
      },
    );
    const messenger = this.#messenger;
    const until = (done: () => boolean) => loop.until(done);
    const atOnce = plan.startingMax;
    this.#checks = new SessionChecks({ messenger, sessions, metrics, now, until, devicesPerUser, atOnce, signal });
    this.#meeting = new ShardMeeting({ plan, sync: shards, sessions, messenger, loop, nowMs, signal });

    this.#failures = new IterationFailures(onEvent);
    if (script === undefined || desk === undefined) {
      this.#crowd = new CrowdWorkload(plan, this.#commonToWorkloads());
      this.#workload = this.#crowd;
    } else {
      this.#script = this.#scriptWorkload(script, desk);
      this.#workload = this.#script;
      this.#stages = this.#stagesOf(this.#script);
    }
    const workload = this.#workload;
    this.steering = new Steering({
      workload,
      now,
      stop: () => stop.stop(),
      marked: (mark) => onEvent?.({ type: "mark", mark }),
    });

    this.standing = new RunStanding({
      plan,
      environment: dependencies.environment,
      startedAt,
      now,
      progress,
      stop,
      metrics,
      health: this.#health,
      healthLimits: this.#healthLimits,
      sessions,
      messenger,
      thresholds: this.#thresholds,
      meeting: this.#meeting,
      workload,
      script: this.#script,
      steering: this.steering,
      seconds: () => this.#seconds,
    });
    const traffic = () => sessions.traffic();
    this.#seconds = new RunSeconds({
      watch: new SecondWatch({ metrics, oracle: messenger.oracle, health: this.#health, traffic }),
      metrics,
      polled: this.#polled,
      readings: () => this.standing.readings(),
      others: (atMs) => this.standing.view(atMs),
      onEvent,
    });
    this.#phases = new RunPhases({
      plan,
      loop,
      signal,
      progress,
      metrics,
      health: this.#health,
      sessions,
      messenger,
      checks: this.#checks,
      arrival: this.#arrival(),
      meeting: this.#meeting,
      workload,
      steering: this.steering,
      stages: this.#stages,
    });
  }

  async run(): Promise<LoadResult> {
    this.#loop.start();
    try {
      const spans = await this.#phases.all();
      this.#polled?.take(this.standing.readings());
      const result = this.standing.result(spans);
      this.shard = this.standing.shard(result);
      return result;
    } finally {
      this.#loop.stop();
      this.#sessions.destroyAll();
    }
  }

  strayed(reason: unknown): void {
    if (reason instanceof IterationInterrupted) return;
    this.#failed("not awaited", reason);
  }

  /** Outside of an iteration. */
  #failed(what: string, error: unknown): void {
    this.#metrics.error(NOBODY, "iteration_failed");
    this.#failures.add(what, error);
  }

  #commonToWorkloads() {
    return {
      metrics: this.#metrics,
      messenger: this.#messenger,
      timers: this.#timersFrom(0),
      now: this.#loop.now,
      searchFor: (search: FindMaxPlan) =>
        this.#meeting.searchFor(search, {
          metrics: this.#metrics,
          health: this.#health,
          healthLimits: this.#healthLimits,
          moment: () => this.standing.moment(),
          isQuiet: () => this.#messenger.oracle.inFlight === 0,
          lastSerial: () => this.#messenger.oracle.lastSerial,
          missingSince: (serial) => this.#messenger.oracle.missingSince(serial),
          skipOverdue: (nowMs) => this.#workload.skipOverdue(nowMs),
        }),
    };
  }

  #scriptWorkload(script: ScriptPlan, desk: MessageDesk): ScriptWorkload {
    const { random, seed, segment = wholeRun, devicesPerUser } = this.plan;
    return new ScriptWorkload(script, {
      ...this.#commonToWorkloads(),
      sessions: this.#sessions,
      desk,
      randomOf: (vu) => random((seed + vu + 1) >>> 0),
      segment,
      isThere: (user) => this.#meeting.isThere(user),
      isSetupShared: this.dependencies.shards?.isSetupShared ?? false,
      until: (done) => this.#loop.until(done),
      signal: this.#stop.signal,
      devicesPerUser,
      failed: (scenario, error) => this.#failures.add(scenario, error),
    });
  }

  #stagesOf(script: ScriptWorkload): ScriptStages {
    return new ScriptStages({
      script,
      signal: this.#stop.signal,
      failed: (error) => this.#failed("teardown", error),
      sent: () => this.#messenger.oracle.counts.sent,
      drain: () => this.#phases.drain(),
      shareSetup: (own) => this.#meeting.shareSetup(own),
    });
  }

  #arrival(): CrowdArrival {
    const { plan, dependencies } = this;
    const [sessions, messenger, loop, signal] = [this.#sessions, this.#messenger, this.#loop, this.#stop.signal];
    const runId = dependencies.shards === undefined ? "" : ` ${dependencies.shards.runId}`;
    const groupName = (group: number) => `ttk load ${plan.seed}-${group}${runId}`;
    return new CrowdArrival({
      plan,
      sessions,
      messenger,
      groupName,
      farGroups: new FarGroups({ plan, sessions, messenger, loop, signal, nameOf: groupName }),
      devicesOnline: () => this.#metrics.devicesOnline.value,
      signal,
    });
  }

  /** Those of the wheel from a number on, which its owner counts from 0. */
  #timersFrom(first: number): Timers {
    return {
      set: (timer, dueMs) => this.#wheel.set(first + timer, dueMs),
      clear: (timer) => this.#wheel.clear(first + timer),
    };
  }

  /** Everything that happens by time. Hot: once a millisecond. */
  #advance(nowMs: number): void {
    this.#health.tick(nowMs);
    this.#wheel.advance(nowMs, this.#due);
    if (nowMs >= this.#nextExpiryMs) {
      this.#nextExpiryMs = nowMs + EXPIRE_INTERVAL_MS;
      this.#messenger.expireAcks(nowMs);
    }
    if (!this.#seconds.isOver(nowMs)) return;
    const { phase } = this.#progress;
    this.#seconds.end(nowMs, phase, this.#meeting.epochMs ?? 0);
    if (phase !== "drain" && phase !== "logout") this.#lookAtThresholds(nowMs);
  }

  #lookAtThresholds(nowMs: number): void {
    const { abort } = this.dependencies.shards ?? {};
    if (abort === undefined) return this.#stop.lookAt(this.#thresholds, nowMs);
    const { thresholds } = this.plan;
    if (!thresholds.some(({ abortOnFail }) => abortOnFail)) return;
    abort.tell(standingState(this.#metrics, thresholds, this.standing.moment(), this.#meeting.epochMs ?? 0));
  }

  readonly #due = (timer: number, dueMs: number): void => {
    if (timer < this.#firstDeviceTimer) this.#workload.timerDue(timer, dueMs);
    else this.#sessions.timerDue(timer - this.#firstDeviceTimer, dueMs);
  };
}
