import { setMaxListeners } from "node:events";
import type { Device, DeviceHandler } from "../../client/device.js";
import type { StartUp } from "../../scenarios/load/start-up.js";
import { ActSchedule } from "./act-schedule.js";
import type { FaultWitness } from "./delivery-oracle.js";
import { doubtsAbout, HealthWatch } from "./generator-health.js";
import type { LoadEvent, LoadPhase, LoadSnapshot } from "./load-event.js";
import { LoadMetrics, type Moment, type Traffic } from "./load-metrics.js";
import type { LoadPlan } from "./load-plan.js";
import { type DeliveryWitness, failuresIn, type LoadResult } from "./load-result.js";
import { Messenger } from "./messenger.js";
import { perSecond } from "./metrics.js";
import { rampUp } from "./ramp-up.js";
import { thresholdFailure } from "./threshold.js";
import { ThresholdWatch } from "./threshold-watch.js";
import { TimerWheel } from "./timer-wheel.js";
import { VirtualDevice } from "./virtual-device.js";

export interface LoadDependencies {
  /** Aborted = finish with what is under way and report. */
  readonly signal: AbortSignal;
  /** Wall clock, unix time in ms. */
  readonly nowMs: () => number;
  readonly onEvent?: (event: LoadEvent) => void;
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
  readonly #devices: VirtualDevice[] = [];
  /** Kept when a connection is gone, for its counters. */
  readonly #links: Array<Device["link"]> = [];
  readonly #servers: string[] = [];
  readonly #online: Uint8Array;
  readonly #heartbeatIntendedMs: Float64Array;
  readonly #heartbeatSentMs: Float64Array;
  readonly #messenger: Messenger;
  readonly #schedule: ActSchedule;
  readonly #startUp: StartUp;
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
  #nextExpiryMs = EXPIRE_INTERVAL_MS;
  #lastSnapshot = { atMs: 0, sent: 0, acked: 0, delivered: 0, pdusSent: 0, pdusReceived: 0 };

  constructor(plan: LoadPlan, dependencies: LoadDependencies) {
    const { accounts, devicesPerUser, scenario } = plan;
    const users = accounts.length;
    const devices = users * devicesPerUser;
    this.#plan = plan;
    this.#dependencies = dependencies;
    this.#signal = AbortSignal.any([dependencies.signal, this.#abort.signal]);
    this.#thresholds = new ThresholdWatch(plan.thresholds, (metric, aggregate) =>
      this.#metrics.read(metric, aggregate, this.#moment()),
    );
    this.#startUp = scenario.newStartUp();
    const options = scenario.clientTypes.map((clientType) => ({
      clientType,
      heartbeatIntervalMs: 0,
      requestTimeoutMs: 30_000,
    }));
    const handler = this.#handler();
    for (let index = 0; index < devices; index++) {
      const place = index % devicesPerUser;
      this.#devices.push(new VirtualDevice(index, options[place] as (typeof options)[number], handler));
    }
    this.#online = new Uint8Array(devices);
    this.#heartbeatIntendedMs = new Float64Array(devices);
    this.#heartbeatSentMs = new Float64Array(devices);
    const random = plan.random(plan.seed);
    const meanMs = (users * 1000) / plan.actsPerSecond;
    this.#schedule = new ActSchedule(users, meanMs, plan.thinkTime(meanMs), (user) =>
      plan.random((plan.seed + user + 1) >>> 0),
    );
    this.#messenger = new Messenger(plan, random, this.#devices, this.#metrics, this.#now);
    // Timers: one for each user's next act, then one for each device's heartbeat.
    this.#wheel = new TimerWheel(users + devices, 0);
  }

  async run(): Promise<LoadResult> {
    const startedAt = new Date(this.#dependencies.nowMs()).toISOString();
    this.#tick();
    try {
      this.#enter("ramp-up");
      await this.#rampUp();
      const rampUpMs = this.#now();
      const steadyMs = await this.#steady();
      const drainMs = await this.#drain();
      await this.#logOut();
      return this.#result(startedAt, rampUpMs, steadyMs, drainMs);
    } finally {
      clearTimeout(this.#timer);
      for (const device of this.#devices) device.destroy();
    }
  }

  async #rampUp(): Promise<void> {
    const { startingMax } = this.#plan;
    // Of our own, because every device that is connecting listens to it.
    const signal = AbortSignal.any([this.#signal]);
    setMaxListeners(startingMax, signal);
    await rampUp(this.#devices.length, startingMax, signal, (index) => this.#start(index, signal));
  }

  async #start(index: number, signal: AbortSignal): Promise<void> {
    const device = this.#devices[index] as VirtualDevice;
    const user = Math.floor(index / this.#plan.devicesPerUser);
    const account = this.#plan.accounts[user] as LoadPlan["accounts"][number];
    const startedMs = this.#now();
    let server = "";
    try {
      server = await this.#plan.connect(device, user, index % this.#plan.devicesPerUser, signal);
      this.#links[index] = device.link;
      this.#servers[index] = server;
      this.#metrics.connect.recordMs(this.#now() - startedMs);
      await this.#startUp.run(device, { userName: account.name, password: account.password }, (step, durationMs) => {
        this.#metrics.stepDone(step, durationMs);
        if (step === "login") this.#loggedIn(device);
      });
    } catch (error) {
      this.#metrics.error("login_failed");
      const reason = error instanceof Error ? error.message : String(error);
      throw new LoadBlockedError(
        server === ""
          ? reason
          : `${this.#nameOf(index)} cannot start on ${server}: ${reason} (${this.#metrics.devicesOnline.value} of ${this.#devices.length} devices were online)`,
      );
    }
  }

  #loggedIn(device: VirtualDevice): void {
    const { index } = device;
    const double = this.#messenger.online(device);
    if (double !== undefined) {
      const other = this.#plan.accounts[double]?.name;
      throw new Error(`it is the same user as ${other}: user_id ${device.userId}`);
    }
    this.#online[index] = 1;
    this.#metrics.devicesOnline.add(1);
    if (index % this.#plan.devicesPerUser === 0) this.#metrics.users.add(1);
    this.#wheel.set(this.#heartbeatTimer(index), this.#now() + this.#plan.heartbeatIntervalMs);
  }

  async #steady(): Promise<number> {
    const signal = this.#signal;
    if (signal.aborted) return 0;
    const startMs = this.#now();
    this.#steadyStartMs = startMs;
    const endMs = startMs + this.#plan.durationMs;
    this.#enter("steady");
    this.#health.begin(startMs);
    this.#schedule.begin(startMs, endMs);
    for (let user = 0; user < this.#messenger.users; user++) this.#armUser(user);
    await this.#until(() => signal.aborted || this.#now() >= endMs);
    const stoppedMs = Math.min(this.#now(), endMs);
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
    if (oracle.counts.sent > 0) {
      await this.#until(() => oracle.inFlight === 0 || this.#now() >= deadlineMs);
      const settledMs = this.#now() + SETTLE_MS;
      await this.#until(() => this.#now() >= settledMs);
    }
    oracle.finish();
    return this.#now() - startMs;
  }

  async #logOut(): Promise<void> {
    this.#enter("logout");
    const deadlineMs = this.#now() + LOGOUT_WAIT_MS;
    for (const device of this.#devices) device.logout().catch(() => device.destroy());
    await this.#until(() => this.#metrics.devicesOnline.value === 0 || this.#now() >= deadlineMs);
  }

  #handler(): DeviceHandler {
    const of = (device: Device) => device as VirtualDevice;
    return {
      onMessage: (device, message) =>
        this.#messenger.arrived(of(device), message.from_user_id, message.msg_id, message.msg_data),
      onAck: (device, seqNum, ack) => {
        this.#messenger.acked(of(device), seqNum, ack.msg_id);
        this.#wake(this.#userOf(of(device).index));
      },
      onHeartbeat: (device) => this.#heartbeatAnswered(of(device).index),
      onKick: () => {
        this.#metrics.kicks++;
      },
      onMalformed: () => this.#metrics.error("malformed_pdu"),
      onOther: (device, commandId, seqNum, bytes, start, end) =>
        this.#startUp.onOther(device, commandId, seqNum, bytes, start, end),
      onClose: (device) => this.#closed(of(device)),
    };
  }

  #closed(device: VirtualDevice): void {
    const { index } = device;
    this.#startUp.onClose(device);
    if (this.#online[index] === 0) return;
    this.#online[index] = 0;
    this.#messenger.offline(device);
    this.#wheel.clear(this.#heartbeatTimer(index));
    this.#metrics.devicesOnline.add(-1);
    if (index % this.#plan.devicesPerUser === 0) this.#metrics.users.add(-1);
    if (this.#phase !== "logout") this.#metrics.error("link_lost");
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
    else this.#beat(timer - this.#messenger.users, dueMs);
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

  #beat(index: number, dueMs: number): void {
    this.#heartbeatIntendedMs[index] = dueMs;
    this.#heartbeatSentMs[index] = this.#now();
    this.#devices[index]?.sendHeartbeat();
    this.#wheel.set(this.#heartbeatTimer(index), dueMs + this.#plan.heartbeatIntervalMs);
  }

  #heartbeatAnswered(index: number): void {
    const nowMs = this.#now();
    this.#metrics.heartbeat.recordMs(nowMs - (this.#heartbeatIntendedMs[index] as number));
    this.#metrics.heartbeatUncorrected.recordMs(nowMs - (this.#heartbeatSentMs[index] as number));
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
      traffic: this.#traffic(),
    };
  }

  #snapshot(nowMs: number): LoadSnapshot {
    const { oracle, secondAck, secondDelivery } = this.#messenger;
    const { sent, acked, delivered, duplicated, reordered, corrupted, misdelivered } = oracle.counts;
    const { pdusSent, pdusReceived } = this.#traffic();
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
      inFlight: oracle.inFlight,
      duplicated,
      reordered,
      corrupted,
      misdelivered,
      errors: this.#metrics.errors.total,
      busyShare: Math.round(this.#health.busyShareLately() * 1000) / 1000,
    };
  }

  #traffic(): Traffic {
    const traffic = { pdusSent: 0, pdusReceived: 0, bytesSent: 0, bytesReceived: 0 };
    for (const link of this.#links) {
      if (link === undefined) continue;
      traffic.pdusSent += link.pdusOut;
      traffic.pdusReceived += link.pdusIn;
      traffic.bytesSent += link.bytesOut;
      traffic.bytesReceived += link.bytesIn;
    }
    return traffic;
  }

  #result(startedAt: string, rampUpMs: number, steadyMs: number, drainMs: number): LoadResult {
    const { oracle } = this.#messenger;
    const { signal } = this.#dependencies;
    const thresholds = this.#thresholds.results();
    const failedThresholds = thresholds.filter(({ ok }) => !ok).map(thresholdFailure);
    const health = this.#health.result(this.#metrics.iterations, this.#metrics.droppedIterations);
    const isOverLimitAllowed = this.#plan.messagesPerSecondMax === undefined;
    return {
      scenario: this.#plan.scenario.name,
      startedAt,
      seed: this.#plan.seed,
      users: this.#messenger.users,
      devicesPerUser: this.#messenger.devicesPerUser,
      devicesOnline: this.#metrics.devicesOnline.result().max,
      targets: [...new Set(this.#servers)].sort(),
      rate: this.#plan.actsPerSecond,
      rampUpMs: Math.round(rampUpMs),
      steadyMs: Math.round(steadyMs),
      drainMs: Math.round(drainMs),
      durationMs: Math.round(this.#now()),
      interrupted: signal.aborted,
      abortedBy: this.#abortedBy,
      failures: [
        ...failuresIn(oracle.counts, this.#metrics.errors.of("link_lost"), isOverLimitAllowed),
        ...failedThresholds,
      ],
      invalid: steadyMs > 0 ? doubtsAbout(health) : ["nothing was measured: the run ended before its steady phase"],
      health,
      metrics: this.#metrics.results(this.#moment()),
      thresholds,
      delivery: { ...oracle.counts },
      witnesses: oracle.witnesses.map((witness) => this.#named(witness)),
      series: this.#series,
    };
  }

  #named(witness: FaultWitness): DeliveryWitness {
    const { kind, serial, senderDevice, targetUser, device, msgId, sentMs } = witness;
    return {
      kind,
      message: serial,
      from: this.#nameOf(senderDevice),
      fromServer: this.#servers[senderDevice] ?? "",
      to: this.#plan.accounts[targetUser]?.name ?? "",
      device: device === undefined ? null : this.#nameOf(device),
      deviceServer: device === undefined ? null : (this.#servers[device] ?? ""),
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

  /** `user17/windows` */
  #nameOf(index: number): string {
    const { accounts, devicesPerUser, scenario } = this.#plan;
    return `${accounts[this.#userOf(index)]?.name}/${scenario.clientTypes[index % devicesPerUser]}`;
  }

  #userOf(index: number): number {
    return Math.floor(index / this.#plan.devicesPerUser);
  }

  #heartbeatTimer(index: number): number {
    return this.#messenger.users + index;
  }

  readonly #now = (): number => performance.now() - this.#startedAtMs;
}
