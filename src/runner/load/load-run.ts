import { setMaxListeners } from "node:events";
import type { DeviceHandler } from "../../client/device.js";
import { CrowdArrival } from "./crowd-arrival.js";
import { CrowdWorkload } from "./crowd-workload.js";
import { DeviceSessions, type SessionHooks } from "./device-sessions.js";
import type { FindMaxPlan } from "./find-max-plan.js";
import type { StepGauge } from "./find-max-search.js";
import { doubtsAbout, type GeneratorHealth, type HealthLimits, HealthWatch, healthLimits } from "./generator-health.js";
import type { LoadControl } from "./load-control.js";
import type { LoadDependencies } from "./load-dependencies.js";
import type { LoadPhase } from "./load-event.js";
import { LoadMetrics, type Moment } from "./load-metrics.js";
import type { LoadPlan } from "./load-plan.js";
import { failuresIn, type LoadResult } from "./load-result.js";
import { Messenger } from "./messenger.js";
import type { MetricReading } from "./metric-reading.js";
import { PolledSamples } from "./polled-samples.js";
import { RunLoop } from "./run-loop.js";
import { resultOf } from "./run-outcome.js";
import { RunSeconds } from "./run-seconds.js";
import { MessageDesk } from "./script/message-desk.js";
import { metricPartsOf } from "./script/script-plan.js";
import { IterationFailures, ScriptStages } from "./script/script-stages.js";
import { ScriptWorkload } from "./script/script-workload.js";
import { type OthersView, SecondWatch } from "./second-watch.js";
import { wholeRun } from "./segment.js";
import { SessionChecks } from "./session-checks.js";
import { FarGroups } from "./shard/far-groups.js";
import { type LoadShard, shardOf } from "./shard/load-shard.js";
import { ShardMeeting } from "./shard/shard-meeting.js";
import { Steering } from "./steering.js";
import { ThresholdWatch } from "./threshold-watch.js";
import { TimerWheel } from "./timer-wheel.js";
import type { VirtualDevice } from "./virtual-device.js";
import type { Timers, Workload } from "./workload.js";

export interface RunningLoad {
  readonly control: LoadControl;
  /** What the run has come to by now, as a result that says it was interrupted. */
  soFar(): LoadResult;
  /** All metrics as they stand, while the run goes on and after it. */
  readonly readings: () => readonly MetricReading[];
  /** @throws LoadBlockedError */
  readonly result: Promise<LoadResult>;
  /** Once the result is there: what a merge needs. Undefined unless the plan is a segment that began with the others. */
  shard(): LoadShard | undefined;
}

const EXPIRE_INTERVAL_MS = 250;
/** How long the drain goes on after the last delivery that is awaited, for those that are one too many. */
const SETTLE_MS = 300;
const LOGOUT_WAIT_MS = 5000;

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
    soFar: () => run.soFar(),
    readings: () => run.readings(),
    result: run.run(),
    shard: () => run.shard,
  };
}

class LoadRun {
  readonly steering: Steering;
  shard: LoadShard | undefined;
  readonly #plan: LoadPlan;
  readonly #dependencies: LoadDependencies;
  readonly #metrics: LoadMetrics;
  readonly #health: HealthWatch;
  readonly #sessions: DeviceSessions;
  readonly #messenger: Messenger;
  readonly #checks: SessionChecks;
  readonly #workload: Workload;
  readonly #script: ScriptWorkload | undefined;
  readonly #crowd: CrowdWorkload | undefined;
  readonly #wheel: TimerWheel;
  /** Timers below it are the workload's. */
  readonly #firstDeviceTimer: number;
  readonly #failures: IterationFailures;
  readonly #arrival: CrowdArrival;
  readonly #meeting: ShardMeeting;
  /** Of a scenario file. */
  readonly #stages: ScriptStages | undefined;
  readonly #thresholds: ThresholdWatch;
  readonly #seconds: RunSeconds;
  /** Aborted by a threshold, or with the signal of the run's owner: finish and report. */
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  #abortedBy: string | null = null;
  #isStopped = false;
  readonly #startedAt: string;
  #steadyBeganMs: number | undefined;
  #steadyStartMs: number | undefined;
  #steadyMs = 0;
  readonly #polled: PolledSamples | undefined;
  #phase: LoadPhase = "ramp-up";
  #nextExpiryMs = EXPIRE_INTERVAL_MS;
  readonly #loop = new RunLoop((nowMs) => this.#advance(nowMs));

  constructor(plan: LoadPlan, dependencies: LoadDependencies) {
    const { accounts, devicesPerUser } = plan;
    this.#plan = plan;
    this.#dependencies = dependencies;
    this.#startedAt = new Date(dependencies.nowMs()).toISOString();
    this.#signal = AbortSignal.any([dependencies.signal, this.#abort.signal]);
    // Every device that is connecting listens to it.
    setMaxListeners(0, this.#signal);
    const { script } = plan;
    const { onSample } = dependencies;
    if (onSample !== undefined) this.#polled = new PolledSamples(onSample);
    const parts = script === undefined ? [] : metricPartsOf(script);
    this.#metrics = new LoadMetrics(parts, script?.customMetrics, onSample);
    for (const { metric } of plan.thresholds) this.#metrics.watch(metric);
    this.#health = new HealthWatch(this.#metrics.eventLoopLag, (ms) => this.#metrics.lagged(ms));
    this.#thresholds = new ThresholdWatch(plan.thresholds, (metric, aggregate) =>
      this.#metrics.read(metric, aggregate, this.#moment()),
    );
    const random = plan.random(plan.seed);
    const { now } = this.#loop;
    this.#sessions = new DeviceSessions(
      plan,
      this.#metrics,
      random,
      this.#signal,
      now,
      this.#sessionHooks(),
      this.#handler(),
    );
    const desk = script === undefined ? undefined : new MessageDesk();
    const room = { groupsMax: script?.groupsMax ?? 0, membersMax: script?.groupMembersMax ?? 0 };
    this.#messenger = new Messenger(
      plan,
      dependencies.shards?.runId ?? this.#startedAt,
      random,
      this.#sessions.devices,
      this.#metrics,
      this.#sessions,
      now,
      desk,
      room,
      {
        elapsedShare: (inMs) => this.#crowd?.shareAt(now() + inMs) ?? 0,
        catchUp: (device, intendedMs) => this.#checks.startCatchUp(device, intendedMs),
      },
    );
    this.#checks = new SessionChecks({
      messenger: this.#messenger,
      sessions: this.#sessions,
      metrics: this.#metrics,
      now,
      until: (done) => this.#loop.until(done),
      devicesPerUser,
      atOnce: plan.startingMax,
      signal: this.#signal,
    });
    this.#meeting = new ShardMeeting({
      plan,
      sync: dependencies.shards,
      sessions: this.#sessions,
      messenger: this.#messenger,
      loop: this.#loop,
      nowMs: dependencies.nowMs,
      signal: this.#signal,
    });
    // Timers: the workload's, then one for each device's heartbeat or redial.
    const ownTimers =
      script === undefined ? CrowdWorkload.timersFor(accounts.length) : ScriptWorkload.timersFor(script);
    this.#wheel = new TimerWheel(ownTimers + accounts.length * devicesPerUser, 0);
    this.#firstDeviceTimer = ownTimers;
    const gaugeFor = (search: FindMaxPlan) => this.#gaugeFor(search);
    const common = { metrics: this.#metrics, messenger: this.#messenger, timers: this.#timers(), now, gaugeFor };
    this.#failures = new IterationFailures(dependencies.onEvent);
    if (script === undefined || desk === undefined) {
      this.#crowd = new CrowdWorkload(plan, common);
      this.#workload = this.#crowd;
    } else {
      this.#script = new ScriptWorkload(script, {
        ...common,
        sessions: this.#sessions,
        desk,
        randomOf: (vu) => plan.random((plan.seed + vu + 1) >>> 0),
        segment: plan.segment ?? wholeRun,
        isSetupShared: dependencies.shards?.isSetupShared ?? false,
        until: (done) => this.#loop.until(done),
        signal: this.#signal,
        devicesPerUser,
        failed: (scenario, error) => this.#failures.add(scenario, error),
      });
      this.#workload = this.#script;
      this.#stages = new ScriptStages({
        script: this.#script,
        signal: this.#signal,
        onFailure: this.#failures,
        sent: () => this.#messenger.oracle.counts.sent,
        drain: () => this.#drain(),
        shareSetup: (own) => this.#meeting.shareSetup(own),
      });
    }
    this.steering = new Steering({
      workload: this.#workload,
      now,
      stop: () => {
        this.#isStopped = true;
        this.#abort.abort();
      },
      marked: (mark) => dependencies.onEvent?.({ type: "mark", mark }),
    });
    const [sessions, messenger, metrics] = [this.#sessions, this.#messenger, this.#metrics];
    const runId = dependencies.shards === undefined ? "" : ` ${dependencies.shards.runId}`;
    const groupName = (group: number) => `ttk load ${plan.seed}-${group}${runId}`;
    const loop = this.#loop;
    this.#arrival = new CrowdArrival({
      plan,
      sessions,
      messenger,
      groupName,
      farGroups: new FarGroups({ plan, sessions, messenger, loop, signal: this.#signal, nameOf: groupName }),
      devicesOnline: () => metrics.devicesOnline.value,
      signal: this.#signal,
    });
    const traffic = () => sessions.traffic();
    this.#seconds = new RunSeconds({
      watch: new SecondWatch({ metrics, oracle: messenger.oracle, health: this.#health, traffic }),
      metrics,
      polled: this.#polled,
      readings: () => this.readings(),
      others: (nowMs) => this.#othersView(nowMs),
      onEvent: dependencies.onEvent,
    });
  }

  soFar(): LoadResult {
    const nowMs = this.#loop.now();
    const rampUpMs = this.#steadyBeganMs ?? nowMs;
    const steadyMs = this.#moment().steadyMs;
    const drainMs = nowMs - rampUpMs - steadyMs;
    return { ...this.#result({ rampUpMs, steadyMs, drainMs }), interrupted: true };
  }

  readings(): readonly MetricReading[] {
    return this.#metrics.readings(this.#moment());
  }

  async run(): Promise<LoadResult> {
    this.#loop.start();
    try {
      if (this.#stages !== undefined) this.#enter("setup");
      await this.#stages?.setUp();
      this.#enter("ramp-up");
      await this.#arrival.logIn();
      await this.#meeting.learnUsers();
      await this.#arrival.makeGroups();
      await this.#checks.begin();
      await this.#meeting.begin();
      const rampUpMs = this.#loop.now();
      const steadyMs = await this.#steady();
      const drainMs = await this.#drain();
      if (this.#stages !== undefined) this.#enter("teardown");
      await this.#stages?.tearDown();
      await this.#finalCheck();
      this.#messenger.audit.finish();
      this.#messenger.oracle.finish();
      await this.#logOut();
      this.#polled?.take(this.readings());
      const result = this.#result({ rampUpMs, steadyMs, drainMs });
      this.shard = this.#shardOf(result);
      return result;
    } finally {
      this.#loop.stop();
      this.#sessions.destroyAll();
    }
  }

  async #steady(): Promise<number> {
    const signal = this.#signal;
    if (signal.aborted) return 0;
    // All shards count from the same moment.
    const startMs = this.#meeting.epochMs ?? this.#loop.now();
    this.#steadyStartMs = startMs;
    this.#steadyBeganMs = startMs;
    this.#messenger.epochMs = startMs;
    this.#enter("steady");
    this.#health.begin(startMs);
    this.#workload.begin(startMs);
    this.steering.steadyBegins(startMs);
    // What is due but has not had its turn yet is not what the server prevented: only what the loop has reached counts.
    await this.#loop.until(
      () => signal.aborted || (this.#workload.isOver(this.#loop.reachedMs) && this.#meeting.isOver()),
    );
    // Who is aborted alone keeps nobody waiting.
    if (signal.aborted) this.#meeting.isOver();
    this.steering.steadyEnds();
    await this.#workload.end(this.#loop.reachedMs);
    this.#health.end();
    this.#steadyMs = this.#loop.now() - startMs;
    this.#steadyStartMs = undefined;
    return this.#steadyMs;
  }

  async #drain(): Promise<number> {
    const { now } = this.#loop;
    const startMs = now();
    const deadlineMs = startMs + this.#plan.drainTimeoutMs;
    this.#enter("drain");
    const { oracle } = this.#messenger;
    const isQuiet = () =>
      oracle.awaited === 0 &&
      this.#sessions.starting === 0 &&
      this.#checks.catchingUp === 0 &&
      this.#messenger.audit.isQuiet &&
      // Who is away for a moment could not be checked.
      !(this.#messenger.audit.isOn && this.#sessions.isAnyOnItsWay) &&
      this.#meeting.isDrained();
    if (oracle.counts.sent > 0 || this.#sessions.starting > 0 || oracle.far !== undefined) {
      await this.#loop.until(() => isQuiet() || now() >= deadlineMs);
      this.#messenger.isReacting = false;
      const settledMs = now() + SETTLE_MS;
      await this.#loop.until(() => now() >= settledMs);
    }
    return now() - startMs;
  }

  async #finalCheck(): Promise<void> {
    if (!this.#messenger.audit.isOn || this.#signal.aborted) return;
    this.#enter("check");
    await this.#checks.end((this.#steadyBeganMs ?? 0) + this.#steadyMs);
  }

  #gaugeFor(search: FindMaxPlan): StepGauge {
    return this.#meeting.gaugeFor(search, {
      metrics: this.#metrics,
      health: this.#health,
      healthLimits: this.#healthLimits,
      moment: () => this.#moment(),
      isQuiet: () => this.#messenger.oracle.inFlight === 0,
      skipOverdue: (nowMs) => this.#workload.skipOverdue(nowMs),
    });
  }

  async #logOut(): Promise<void> {
    const { far } = this.#messenger.oracle;
    // Who leaves before the others have got everything is no longer waited for; at the planned end nobody is.
    if (far !== undefined && !this.#signal.aborted) far.end(this.#loop.now(), this.#script !== undefined);
    this.#enter("logout");
    const deadlineMs = this.#loop.now() + LOGOUT_WAIT_MS;
    this.#sessions.logOutAll();
    await this.#loop.until(() => this.#metrics.devicesOnline.value === 0 || this.#loop.now() >= deadlineMs);
  }

  #handler(): DeviceHandler {
    return {
      onMessage: (device, message, _, bytes, start, end) => {
        this.#messenger.oracle.arriving(bytes, start, end);
        this.#messenger.arrived(device as VirtualDevice, message);
      },
      onRead: (device, notify) => this.#messenger.readTold(device as VirtualDevice, notify),
      onAck: (device, seqNum, ack, bytes, start, end) => {
        this.#messenger.oracle.arriving(bytes, start, end);
        this.#messenger.acked(device as VirtualDevice, seqNum, ack.msg_id);
        this.#workload.acked((device as VirtualDevice).index);
      },
    };
  }

  #sessionHooks(): SessionHooks {
    return {
      onOnline: (device) => {
        const double = this.#messenger.online(device);
        if (double === undefined) return;
        const other = this.#plan.accounts[double]?.name;
        throw new Error(`it is the same user as ${other}: user_id ${device.userId}`);
      },
      onOffline: (device) => this.#messenger.offline(device),
      onReady: (device, intendedMs) => {
        this.#messenger.intendedMs = intendedMs;
        if (this.#phase === "steady") this.#workload.ready(device.index);
      },
      arm: (index, dueMs) => this.#wheel.set(this.#firstDeviceTimer + index, dueMs),
      disarm: (index) => this.#wheel.clear(this.#firstDeviceTimer + index),
    };
  }

  #timers(): Timers {
    return {
      set: (timer, dueMs) => this.#wheel.set(timer, dueMs),
      clear: (timer) => this.#wheel.clear(timer),
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
    this.#seconds.end(nowMs, this.#phase, this.#meeting.epochMs ?? 0);
    this.#abortOnBreach(nowMs);
  }

  readonly #due = (timer: number, dueMs: number): void => {
    if (timer < this.#firstDeviceTimer) this.#workload.timerDue(timer, dueMs);
    else this.#sessions.timerDue(timer - this.#firstDeviceTimer, dueMs);
  };

  #othersView(nowMs: number): OthersView {
    const { isPaused, factor } = this.steering;
    return {
      parts: this.#phase === "steady" ? this.#workload.progress(nowMs) : [],
      isPaused,
      factor,
      thresholds: this.#thresholds.results(),
      serverFaults: failuresIn(
        this.#messenger.oracle.counts,
        this.#metrics.errors.of("link_lost"),
        this.#plan.messagesPerSecondMax === undefined,
      ),
      doubts: this.#plan.findMax === undefined ? doubtsAbout(this.#healthSoFar(), this.#healthLimits) : [],
    };
  }

  #abortOnBreach(nowMs: number): void {
    if (this.#abortedBy !== null || this.#phase === "drain" || this.#phase === "logout") return;
    const breach = this.#thresholds.breach(nowMs);
    if (breach === undefined) return;
    this.#abortedBy = `${breach.metric} ${breach.expression}`;
    this.#abort.abort();
  }

  #moment(): Moment {
    const steadyMs = this.#steadyStartMs === undefined ? this.#steadyMs : this.#loop.now() - this.#steadyStartMs;
    return {
      steadyMs,
      runMs: this.#loop.now(),
      delivery: this.#messenger.oracle.counts,
      traffic: this.#sessions.traffic(),
    };
  }

  #result(times: { rampUpMs: number; steadyMs: number; drainMs: number }): LoadResult {
    return resultOf({
      plan: this.#plan,
      startedAt: this.#startedAt,
      ...times,
      durationMs: this.#loop.now(),
      interrupted: this.#dependencies.signal.aborted || this.#isStopped,
      abortedBy: this.#abortedBy,
      metrics: this.#metrics,
      moment: this.#moment(),
      oracle: this.#messenger.oracle,
      sessions: this.#sessions,
      thresholds: this.#thresholds.results(),
      health: this.#healthSoFar(),
      healthLimits: this.#healthLimits,
      environment: this.#dependencies.environment ?? null,
      parts: this.#workload.results(),
      checks: [...(this.#script?.checks ?? [])].map(([name, counts]) => ({ name, ...counts })),
      setupData: this.#script?.setupData,
      marks: [...this.steering.marks],
      series: [...this.#seconds.series],
    });
  }

  #shardOf(result: LoadResult): LoadShard | undefined {
    const { far } = this.#messenger.oracle;
    const { epochMs, startAtMs } = this.#meeting;
    if (far === undefined || epochMs === undefined) return undefined;
    const { steadyMs, runMs, traffic } = this.#moment();
    return shardOf({
      plan: this.#plan,
      segment: far.segment,
      startAtMs,
      epochMs,
      steadyMs,
      runMs,
      result,
      metrics: this.#metrics,
      traffic,
      far,
      evidence: this.#messenger.evidence,
      servers: this.#sessions.servers,
    });
  }

  get #healthLimits(): HealthLimits {
    return this.#dependencies.healthLimits ?? healthLimits;
  }

  #healthSoFar(): GeneratorHealth {
    return this.#health.result(this.#metrics.iterations, this.#metrics.droppedIterations);
  }

  #enter(phase: LoadPhase): void {
    this.#phase = phase;
    this.#dependencies.onEvent?.({ type: "phase", phase, atMs: Math.round(this.#loop.now()) });
  }
}
