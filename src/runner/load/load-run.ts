import { setMaxListeners } from "node:events";
import type { DeviceHandler } from "../../client/device.js";
import { ActSchedule } from "./act-schedule.js";
import type { FaultWitness } from "./delivery-oracle.js";
import { DeviceSessions, type SessionHooks } from "./device-sessions.js";
import { doubtsAbout, HealthWatch } from "./generator-health.js";
import { latencyBoundsMs } from "./latency-bounds.js";
import type { LoadEvent, LoadPhase, LoadSnapshot } from "./load-event.js";
import { LoadMetrics, type Moment } from "./load-metrics.js";
import type { LoadPlan } from "./load-plan.js";
import { type DeliveryWitness, failuresIn, type GeneratorEnvironment, type LoadResult } from "./load-result.js";
import { makeGroup } from "./make-groups.js";
import { Messenger } from "./messenger.js";
import { perSecond } from "./metrics.js";
import { constantPace, Pace } from "./pace.js";
import { rampUp } from "./ramp-up.js";
import { thresholdFailure } from "./threshold.js";
import { ThresholdWatch } from "./threshold-watch.js";
import { TimerWheel } from "./timer-wheel.js";
import type { VirtualDevice } from "./virtual-device.js";

export interface LoadDependencies {
  /** Aborted = finish with what is under way and report. */
  readonly signal: AbortSignal;
  /** Wall clock, unix time in ms. */
  readonly nowMs: () => number;
  readonly onEvent?: (event: LoadEvent) => void;
  /** For the report. */
  readonly environment?: GeneratorEnvironment;
}

/** The run could not begin: a device cannot connect, log in or pull. Says which, where and why. */
export class LoadBlockedError extends Error {
  override readonly name = "LoadBlockedError";
}

const TICK_MS = 1;
const SECOND_MS = 1000;
/** How soon a user that cannot act is asked again when no ack has come for it. */
const RETRY_MS = 50;
const EXPIRE_INTERVAL_MS = 250;
/** How long the drain goes on after the last delivery that is awaited, for those that are one too many. */
const SETTLE_MS = 300;
const LOGOUT_WAIT_MS = 5000;
/** The first pulse comes after this part of its interval. */
const PULSES_BEGIN_AFTER = 4;

/**
 * Runs a plan: logs everybody in, has users act on schedule, waits for what is still under way, logs out, and accounts for
 * every message.
 * @throws LoadBlockedError
 */
export async function runLoad(plan: LoadPlan, dependencies: LoadDependencies): Promise<LoadResult> {
  return new LoadRun(plan, dependencies).run();
}

class LoadRun {
  readonly #plan: LoadPlan;
  readonly #dependencies: LoadDependencies;
  readonly #metrics = new LoadMetrics();
  readonly #health = new HealthWatch(this.#metrics.eventLoopLag);
  readonly #sessions: DeviceSessions;
  readonly #messenger: Messenger;
  readonly #pace: Pace;
  readonly #schedule: ActSchedule;
  readonly #wheel: TimerWheel;
  readonly #thresholds: ThresholdWatch;
  /** Aborted by a threshold, or with the signal of the run's owner: finish and report. */
  readonly #abort = new AbortController();
  readonly #signal: AbortSignal;
  #abortedBy: string | null = null;
  #steadyStartMs: number | undefined;
  #steadyMs = 0;
  readonly #series: LoadSnapshot[] = [];
  readonly #startedAtMs = performance.now();
  #phase: LoadPhase = "ramp-up";
  #timer: NodeJS.Timeout | undefined;
  #awaited: { readonly done: () => boolean; readonly resolve: () => void } | undefined;
  #nextSecondMs = SECOND_MS;
  #nextPulseMs = Number.POSITIVE_INFINITY;
  #nextExpiryMs = EXPIRE_INTERVAL_MS;
  #lastSnapshot = { atMs: 0, sent: 0, acked: 0, delivered: 0, pdusSent: 0, pdusReceived: 0 };

  constructor(plan: LoadPlan, dependencies: LoadDependencies) {
    const { accounts, devicesPerUser } = plan;
    const users = accounts.length;
    const devices = users * devicesPerUser;
    this.#plan = plan;
    this.#dependencies = dependencies;
    this.#signal = AbortSignal.any([dependencies.signal, this.#abort.signal]);
    this.#thresholds = new ThresholdWatch(plan.thresholds, (metric, aggregate) =>
      this.#metrics.read(metric, aggregate, this.#moment()),
    );
    const random = plan.random(plan.seed);
    const { actsPerSecond, durationMs, stages } = plan;
    this.#pace = stages.length > 0 ? new Pace(actsPerSecond, stages) : constantPace(actsPerSecond, durationMs);
    this.#schedule = new ActSchedule(users, this.#pace, plan.thinkTime(users), (user) =>
      plan.random((plan.seed + user + 1) >>> 0),
    );
    this.#sessions = new DeviceSessions(
      plan,
      this.#metrics,
      random,
      this.#signal,
      this.#now,
      this.#sessionHooks(),
      this.#handler(),
    );
    this.#messenger = new Messenger(plan, random, this.#sessions.devices, this.#metrics, this.#sessions, this.#now);
    // Timers: one for each user's next act, then one for each device's heartbeat or redial.
    this.#wheel = new TimerWheel(users + devices, 0);
  }

  async run(): Promise<LoadResult> {
    const startedAt = new Date(this.#dependencies.nowMs()).toISOString();
    this.#tick();
    try {
      this.#enter("ramp-up");
      await this.#rampUp();
      await this.#makeGroups();
      const rampUpMs = this.#now();
      const steadyMs = await this.#steady();
      const drainMs = await this.#drain();
      await this.#logOut();
      return this.#result(startedAt, rampUpMs, steadyMs, drainMs);
    } finally {
      clearTimeout(this.#timer);
      this.#sessions.destroyAll();
    }
  }

  async #rampUp(): Promise<void> {
    const { startingMax } = this.#plan;
    // Of our own, because every device that is connecting listens to it.
    const signal = AbortSignal.any([this.#signal]);
    setMaxListeners(startingMax, signal);
    const { startsOnline = () => true } = this.#plan.scenario;
    const starting = this.#sessions.devices.filter(({ index }) => startsOnline(index % this.#plan.devicesPerUser));
    await rampUp(starting.length, startingMax, signal, (place) =>
      this.#start(starting[place] as VirtualDevice, signal),
    );
  }

  async #start({ index }: VirtualDevice, signal: AbortSignal): Promise<void> {
    try {
      await this.#sessions.start(index, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const server = this.#sessions.servers[index];
      if (server === undefined) throw new LoadBlockedError(reason);
      const { devices } = this.#sessions;
      const online = `${this.#metrics.devicesOnline.value} of ${devices.length} devices were online`;
      throw new LoadBlockedError(`${this.#sessions.nameOf(index)} cannot start on ${server}: ${reason} (${online})`);
    }
  }

  async #makeGroups(): Promise<void> {
    const { groups, startingMax, devicesPerUser } = this.#plan;
    await rampUp(groups.length, startingMax, this.#signal, async (group) => {
      const creator = this.#sessions.devices[(groups[group]?.[0] as number) * devicesPerUser] as VirtualDevice;
      try {
        const name = `ttk load ${this.#plan.seed}-${group}`;
        this.#messenger.groupMade(group, await makeGroup(creator, name, this.#messenger.memberIds(group)));
      } catch (error) {
        throw new LoadBlockedError(`${this.#sessions.nameOf(creator.index)}: ${(error as Error).message}`);
      }
    });
  }

  async #steady(): Promise<number> {
    const signal = this.#signal;
    if (signal.aborted) return 0;
    const startMs = this.#now();
    this.#steadyStartMs = startMs;
    const endMs = startMs + this.#pace.durationMs;
    this.#enter("steady");
    this.#health.begin(startMs);
    this.#schedule.begin(startMs);
    const { pulse } = this.#plan.scenario;
    if (pulse !== undefined) this.#nextPulseMs = startMs + pulse.intervalMs / PULSES_BEGIN_AFTER;
    for (let user = 0; user < this.#messenger.users; user++) this.#armUser(user);
    await this.#until(() => signal.aborted || this.#now() >= endMs);
    const stoppedMs = Math.min(this.#now(), endMs);
    this.#nextPulseMs = Number.POSITIVE_INFINITY;
    this.#metrics.droppedIterations = this.#schedule.dropOverdue(stoppedMs);
    this.#health.end();
    this.#steadyMs = stoppedMs - startMs;
    this.#steadyStartMs = undefined;
    return this.#steadyMs;
  }

  async #drain(): Promise<number> {
    const startMs = this.#now();
    const deadlineMs = startMs + this.#plan.drainTimeoutMs;
    this.#enter("drain");
    const { oracle } = this.#messenger;
    const isQuiet = () => oracle.inFlight === 0 && this.#sessions.starting === 0;
    if (oracle.counts.sent > 0 || this.#sessions.starting > 0) {
      await this.#until(() => isQuiet() || this.#now() >= deadlineMs);
      const settledMs = this.#now() + SETTLE_MS;
      await this.#until(() => this.#now() >= settledMs);
    }
    oracle.finish();
    return this.#now() - startMs;
  }

  async #logOut(): Promise<void> {
    this.#enter("logout");
    const deadlineMs = this.#now() + LOGOUT_WAIT_MS;
    this.#sessions.logOutAll();
    await this.#until(() => this.#metrics.devicesOnline.value === 0 || this.#now() >= deadlineMs);
  }

  #handler(): DeviceHandler {
    return {
      onMessage: (device, message) =>
        this.#messenger.arrived(device as VirtualDevice, message.from_user_id, message.msg_id, message.msg_data),
      onAck: (device, seqNum, ack) => {
        this.#messenger.acked(device as VirtualDevice, seqNum, ack.msg_id);
        this.#wake(this.#userOf((device as VirtualDevice).index));
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
      onReady: (device) => {
        if (this.#phase === "steady") this.#plan.scenario.onReady?.(this.#messenger, device.index);
      },
      arm: (index, dueMs) => this.#wheel.set(this.#deviceTimer(index), dueMs),
      disarm: (index) => this.#wheel.clear(this.#deviceTimer(index)),
    };
  }

  /** Everything that happens by time. Hot: once a millisecond. */
  readonly #tick = (): void => {
    const nowMs = this.#now();
    this.#health.tick(nowMs);
    this.#wheel.advance(nowMs, this.#due);
    if (nowMs >= this.#nextExpiryMs) {
      this.#nextExpiryMs = nowMs + EXPIRE_INTERVAL_MS;
      this.#messenger.expireAcks(nowMs);
    }
    if (nowMs >= this.#nextPulseMs) this.#pulse();
    if (nowMs >= this.#nextSecondMs) this.#secondOver(nowMs);
    if (this.#awaited?.done()) {
      const { resolve } = this.#awaited;
      this.#awaited = undefined;
      resolve();
    }
    this.#timer = setTimeout(this.#tick, TICK_MS);
  };

  readonly #due = (timer: number, dueMs: number): void => {
    if (timer < this.#messenger.users) this.#catchUp(timer);
    else this.#sessions.timerDue(timer - this.#messenger.users, dueMs);
  };

  #catchUp(user: number): void {
    this.#schedule.catchUp(user, this.#now(), this.#act);
    this.#armUser(user);
  }

  readonly #act = (user: number, intendedMs: number): boolean => {
    this.#messenger.intendedMs = intendedMs;
    if (!this.#plan.scenario.act(this.#messenger, user)) return false;
    this.#metrics.iterations++;
    return true;
  };

  #armUser(user: number): void {
    const nextMs = this.#schedule.nextMs(user);
    if (nextMs === undefined) return;
    this.#wheel.set(user, this.#schedule.isBlocked(user) ? this.#now() + RETRY_MS : nextMs);
  }

  /** An ack may be what a user waits for. */
  #wake(user: number): void {
    if (this.#schedule.isBlocked(user)) this.#catchUp(user);
  }

  #pulse(): void {
    const { pulse } = this.#plan.scenario;
    if (pulse === undefined) return;
    this.#nextPulseMs += pulse.intervalMs;
    pulse.happen(this.#messenger);
  }

  #secondOver(nowMs: number): void {
    const snapshot = this.#snapshot(nowMs);
    this.#series.push(snapshot);
    this.#dependencies.onEvent?.({ type: "second", snapshot });
    this.#messenger.secondAck.histogram.reset();
    this.#messenger.secondDelivery.histogram.reset();
    this.#nextSecondMs = (Math.floor(nowMs / SECOND_MS) + 1) * SECOND_MS;
    this.#abortOnBreach(nowMs);
  }

  #abortOnBreach(nowMs: number): void {
    if (this.#abortedBy !== null || this.#phase === "drain" || this.#phase === "logout") return;
    const breach = this.#thresholds.breach(nowMs);
    if (breach === undefined) return;
    this.#abortedBy = `${breach.metric} ${breach.expression}`;
    this.#abort.abort();
  }

  #moment(): Moment {
    const steadyMs = this.#steadyStartMs === undefined ? this.#steadyMs : this.#now() - this.#steadyStartMs;
    return {
      steadyMs,
      runMs: this.#now(),
      delivery: this.#messenger.oracle.counts,
      traffic: this.#sessions.traffic(),
    };
  }

  #snapshot(nowMs: number): LoadSnapshot {
    const { oracle, secondAck, secondDelivery } = this.#messenger;
    const { sent, acked, delivered, duplicated, reordered, corrupted, misdelivered } = oracle.counts;
    const { pdusSent, pdusReceived } = this.#sessions.traffic();
    const last = this.#lastSnapshot;
    const elapsedMs = nowMs - last.atMs;
    this.#lastSnapshot = { atMs: nowMs, sent, acked, delivered, pdusSent, pdusReceived };
    return {
      atMs: Math.round(nowMs),
      phase: this.#phase,
      users: this.#metrics.users.value,
      devicesOnline: this.#metrics.devicesOnline.value,
      sentPerSecond: perSecond(sent - last.sent, elapsedMs),
      ackedPerSecond: perSecond(acked - last.acked, elapsedMs),
      deliveredPerSecond: perSecond(delivered - last.delivered, elapsedMs),
      pdusSentPerSecond: perSecond(pdusSent - last.pdusSent, elapsedMs),
      pdusReceivedPerSecond: perSecond(pdusReceived - last.pdusReceived, elapsedMs),
      ackP50Ms: secondAck.count === 0 ? null : secondAck.percentileMs(50),
      ackP99Ms: secondAck.count === 0 ? null : secondAck.percentileMs(99),
      deliveryP50Ms: secondDelivery.count === 0 ? null : secondDelivery.percentileMs(50),
      deliveryP99Ms: secondDelivery.count === 0 ? null : secondDelivery.percentileMs(99),
      ackCounts: secondAck.countsBetween(latencyBoundsMs),
      deliveryCounts: secondDelivery.countsBetween(latencyBoundsMs),
      inFlight: oracle.inFlight,
      duplicated,
      reordered,
      corrupted,
      misdelivered,
      errors: this.#metrics.errors.total,
      busyShare: Math.round(this.#health.busyShareLately() * 1000) / 1000,
    };
  }

  #result(startedAt: string, rampUpMs: number, steadyMs: number, drainMs: number): LoadResult {
    const { oracle } = this.#messenger;
    const { signal } = this.#dependencies;
    const thresholds = this.#thresholds.results();
    const isOverLimitAllowed = this.#plan.messagesPerSecondMax === undefined;
    const serverFaults = failuresIn(oracle.counts, this.#metrics.errors.of("link_lost"), isOverLimitAllowed);
    const failedThresholds = thresholds.filter(({ ok }) => !ok).map(thresholdFailure);
    const health = this.#health.result(this.#metrics.iterations, this.#metrics.droppedIterations);
    return {
      scenario: this.#plan.scenario.name,
      startedAt,
      seed: this.#plan.seed,
      users: this.#messenger.users,
      devicesPerUser: this.#messenger.devicesPerUser,
      devicesOnline: this.#metrics.devicesOnline.result().max,
      targets: [...new Set(this.#sessions.servers.filter((server) => server !== undefined))].sort(),
      rate: perSecond(this.#pace.acts, this.#pace.durationMs),
      stages: this.#plan.stages,
      rampUpMs: Math.round(rampUpMs),
      steadyMs: Math.round(steadyMs),
      drainMs: Math.round(drainMs),
      durationMs: Math.round(this.#now()),
      interrupted: signal.aborted,
      abortedBy: this.#abortedBy,
      serverFaults,
      failures: [...serverFaults, ...failedThresholds],
      invalid: steadyMs > 0 ? doubtsAbout(health) : ["nothing was measured: the run ended before its steady phase"],
      health,
      environment: this.#dependencies.environment ?? null,
      metrics: this.#metrics.results(this.#moment()),
      thresholds,
      delivery: { ...oracle.counts },
      witnesses: oracle.witnesses.map((witness) => this.#named(witness)),
      latencyBoundsMs,
      series: this.#series,
    };
  }

  #named(witness: FaultWitness): DeliveryWitness {
    const { kind, serial, senderDevice, target, device, msgId, sentMs } = witness;
    return {
      kind,
      message: serial,
      from: this.#sessions.nameOf(senderDevice),
      fromServer: this.#sessions.servers[senderDevice] ?? "",
      to: this.#plan.accounts[target]?.name ?? `group ${target - this.#messenger.users + 1}`,
      device: device === undefined ? null : this.#sessions.nameOf(device),
      deviceServer: device === undefined ? null : (this.#sessions.servers[device] ?? ""),
      msgId,
      sentAtMs: sentMs === undefined ? null : Math.round(sentMs),
    };
  }

  #enter(phase: LoadPhase): void {
    this.#phase = phase;
    this.#dependencies.onEvent?.({ type: "phase", phase, atMs: Math.round(this.#now()) });
  }

  /** Resolves at the first tick at which the condition holds. */
  #until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { done, resolve };
    });
  }

  #userOf(index: number): number {
    return Math.floor(index / this.#plan.devicesPerUser);
  }

  #deviceTimer(index: number): number {
    return this.#messenger.users + index;
  }

  readonly #now = (): number => performance.now() - this.#startedAtMs;
}
