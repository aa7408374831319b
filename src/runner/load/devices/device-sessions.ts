import { ClientError } from "../../../client/client-error.js";
import { type ClientTypeName, clientTypes, isMobile } from "../../../client/client-type.js";
import type { Device, DeviceHandler, DeviceOptions } from "../../../client/device.js";
import type { ExtraPull } from "../../../scenarios/load/extra-pulls.js";
import type { Random } from "../../../scenarios/load/random.js";
import type { StartUp } from "../../../scenarios/load/start-up.js";
import type { LoadPlan } from "../load-plan.js";
import type { LoadMetrics, Traffic } from "../metrics/load-metrics.js";
import type { LoadError } from "../metrics/metric-names.js";
import { isOwn, wholeRun } from "../segment.js";
import { LoginGate } from "./login-gate.js";
import type { Sessions } from "./messenger.js";
import { redialDelayMs } from "./redial-delay.js";
import { StartWaits } from "./start-waits.js";
import { type MessageTaker, VirtualDevice } from "./virtual-device.js";

/** What the run does about those who come and go. */
export interface SessionHooks {
  /** Logged in; from here on messages must arrive. @throws Error when the device must not be there */
  onOnline(device: VirtualDevice): void;
  /** Leaving or gone: nothing can be said about what is on its way to it. */
  onOffline(device: VirtualDevice): void;
  /** Has pulled everything; it was meant to come online at that time. */
  onReady(device: VirtualDevice, intendedMs: number): void;
  /** Calls `timerDue` then; one timer for each device. */
  arm(index: number, dueMs: number): void;
  disarm(index: number): void;
}

const Presence = { away: 0, starting: 1, online: 2, leaving: 3 } as const;

/** Who is online: brings devices there and back, keeps them alive, redials for those who lost their connection. */
export class DeviceSessions implements Sessions {
  /** By number; those of other shards' users are missing. */
  readonly devices: VirtualDevice[];
  /** By device: the msg_server that it is, or was last, connected to. */
  readonly servers: string[] = [];
  /** Devices between dialling and the end of their pulls. */
  starting = 0;
  /** False = nobody comes back any more, and a connection that ends is no loss. */
  isRunning = true;

  readonly #startUp: StartUp;
  readonly #waits = new StartWaits();
  readonly #all: DeviceHandler;
  readonly #presence: Uint8Array;
  /** Times in a row that the device dialled after a loss; 0 = it does not. */
  readonly #redials: Uint8Array;
  /** 1 = its connection ends because the run wants it so. */
  readonly #endExpected: Uint8Array;
  readonly #onlineOfUser: Uint8Array;
  readonly #gate: LoginGate;
  readonly #links: Array<Device["link"]> = [];
  readonly #gone = { pdusSent: 0, pdusReceived: 0, bytesSent: 0, bytesReceived: 0 };
  /** When the last heartbeat was meant to go out; those before it were at the plan's interval. */
  readonly #heartbeatIntendedMs: Float64Array;
  readonly #heartbeatSentMs: Float64Array;
  readonly #heartbeatsUnanswered: Uint16Array;

  constructor(
    private readonly plan: LoadPlan,
    private readonly metrics: LoadMetrics,
    private readonly random: Random,
    private readonly signal: AbortSignal,
    private readonly now: () => number,
    private readonly hooks: SessionHooks,
    handler: DeviceHandler,
    private readonly taker: MessageTaker,
  ) {
    const { accounts, devicesPerUser, scenario, segment = wholeRun } = plan;
    const count = accounts.length * devicesPerUser;
    this.#startUp = scenario.newStartUp();
    const optionsOf = sharedOptions(plan);
    this.#all = { ...handler, ...this.#handler() };
    this.#gate = new LoginGate(plan.startingMax);
    this.devices = new Array<VirtualDevice>(count);
    for (let index = 0; index < count; index++) {
      if (!isOwn(this.#userOf(index), segment)) continue;
      this.devices[index] = new VirtualDevice(index, optionsOf(index), this.#all, taker);
    }
    this.#presence = new Uint8Array(count);
    this.#redials = new Uint8Array(count);
    this.#endExpected = new Uint8Array(count);
    this.#onlineOfUser = new Uint8Array(accounts.length);
    this.#heartbeatIntendedMs = new Float64Array(count);
    this.#heartbeatSentMs = new Float64Array(count);
    this.#heartbeatsUnanswered = new Uint16Array(count);
  }

  isOnline(index: number): boolean {
    return this.#presence[index] === Presence.online;
  }

  isAway(index: number): boolean {
    return this.#presence[index] === Presence.away && this.#redials[index] === 0;
  }

  /** Whether a device logs in or out, or waits to dial again. */
  get isAnyOnItsWay(): boolean {
    return this.#presence.some(
      (presence, index) =>
        presence === Presence.starting ||
        presence === Presence.leaving ||
        (presence === Presence.away && this.#redials[index] !== 0),
    );
  }

  /** What those who come online wait for, as text; empty while it is not long. */
  get waiting(): string {
    return this.#waits.textAt(this.now());
  }

  /** Connects, logs in and pulls. @throws ClientError, DialError; the device is away again unless only a pull failed */
  async start(index: number, signal: AbortSignal, lateMs = 0): Promise<void> {
    const device = this.devices[index] as VirtualDevice;
    const user = this.#userOf(index);
    const { name: userName, password } = this.plan.accounts[user] as LoadPlan["accounts"][number];
    let failure = "connect_failed" as LoadError;
    this.#presence[index] = Presence.starting;
    this.#endExpected[index] = 0;
    this.#expectKicks(index);
    this.starting++;
    try {
      const startedMs = this.now();
      this.#waits.begin(index, "connections", startedMs);
      this.servers[index] = await this.plan.connect(device, user, index % this.plan.devicesPerUser, signal);
      this.#links[index] = device.link;
      this.metrics.connected(user, this.now() - startedMs + lateMs);
      failure = "login_failed";
      this.#waits.begin(index, "answers to logins", this.now());
      await this.#startUp.run(device, { userName, password }, (step, durationMs) => {
        if (step !== "login") return this.metrics.pullDone(user, step, durationMs);
        this.metrics.loggedIn(user, device.options.clientType, durationMs + lateMs);
        this.#loggedIn(device);
        failure = "pull_failed";
        this.#waits.begin(index, "answers to pulls", this.now());
      });
      this.#redials[index] = 0;
    } catch (error) {
      if (failure === "pull_failed") this.pullFailed(index, error);
      else if (this.isRunning && !signal.aborted) this.metrics.error(user, failure);
      if (!this.isOnline(index)) {
        device.destroy();
        this.#presence[index] = Presence.away;
      }
      throw error;
    } finally {
      this.#waits.end(index);
      this.starting--;
    }
  }

  /** The same for many who want to at once: at most `startingMax` do, and the others' latencies begin when it is their turn. */
  async startInTurn(index: number, signal: AbortSignal): Promise<void> {
    await this.#gate.enter();
    try {
      // Others may have been quicker, or the run has ended.
      if (this.#presence[index] === Presence.away && !signal.aborted) await this.start(index, signal);
    } finally {
      this.#gate.leave();
    }
  }

  /** Those who are on their way online do not get there. */
  giveUpStarting(): void {
    for (const index of this.#waits.devices) this.cut(index);
  }

  comeOnline(index: number, intendedMs: number): void {
    this.start(index, this.signal, Math.max(0, this.now() - intendedMs)).then(
      () => this.hooks.onReady(this.devices[index] as VirtualDevice, intendedMs),
      () => {
        if (this.#redials[index] !== 0 && this.#presence[index] === Presence.away) this.#redialLater(index);
      },
    );
  }

  logOut(index: number): void {
    const device = this.devices[index] as VirtualDevice;
    this.#presence[index] = Presence.leaving;
    this.#offline(device);
    device.logout().catch(() => device.destroy());
  }

  cut(index: number): void {
    this.#endExpected[index] = 1;
    this.devices[index]?.destroy();
  }

  pull(index: number, name: ExtraPull, peerId: number, intendedMs: number): boolean {
    const asked = this.pullNow(index, name, peerId, intendedMs);
    // Counted already.
    asked?.catch(() => {});
    return asked !== undefined;
  }

  /** The same, to be waited for; undefined when the device cannot now. @throws ClientError */
  pullNow(index: number, name: ExtraPull, peerId: number, intendedMs: number): Promise<void> | undefined {
    if (!this.isOnline(index)) return undefined;
    const asked = this.#startUp.pullAgain(this.devices[index] as VirtualDevice, name, peerId);
    return asked?.then(
      () => this.metrics.pullDone(this.#userOf(index), name, this.now() - intendedMs),
      (error: unknown) => {
        this.pullFailed(index, error);
        throw error;
      },
    );
  }

  /** Counts a pull that came to nothing. A connection that ended meanwhile is counted as that, or the run ended it. */
  pullFailed(index: number, error: unknown): void {
    const isEnded = error instanceof ClientError && error.code === "CLOSED";
    if (!isEnded && this.isOnline(index)) this.metrics.error(this.#userOf(index), "pull_failed");
  }

  /** Whether a server keeps only one of them online (LGN-09). */
  isSameClass(index: number, other: number): boolean {
    return this.#isMobile(index) === this.#isMobile(other);
  }

  /** The device is of another kind from now on; only while it is away. */
  become(index: number, clientType: ClientTypeName): void {
    const device = this.devices[index] as VirtualDevice;
    if (device.options.clientType === clientType) return;
    this.devices[index] = new VirtualDevice(index, { ...device.options, clientType }, this.#all, this.taker);
  }

  /** A device's timer: its next heartbeat, or its next attempt to come back. */
  timerDue(index: number, dueMs: number): void {
    if (this.isOnline(index)) return this.#beat(index, dueMs);
    if (this.isRunning && this.#presence[index] === Presence.away) this.comeOnline(index, dueMs);
  }

  /** Everybody who is connected logs out. */
  logOutAll(): void {
    this.isRunning = false;
    for (const device of this.#own()) if (device.isOpen) device.logout().catch(() => device.destroy());
  }

  destroyAll(): void {
    for (const device of this.#own()) device.destroy();
  }

  #own(): VirtualDevice[] {
    // Leaves out the places without a device.
    return this.devices.filter(() => true);
  }

  traffic(): Traffic {
    const traffic = { ...this.#gone };
    for (const link of this.#links) addTraffic(traffic, link);
    return traffic;
  }

  /** `user17/windows` */
  nameOf(index: number): string {
    return `${this.plan.accounts[this.#userOf(index)]?.name}/${this.devices[index]?.options.clientType}`;
  }

  #handler(): DeviceHandler {
    return {
      onHeartbeat: (device) => this.#heartbeatAnswered((device as VirtualDevice).index),
      onKick: (device) => this.metrics.kicked(this.#userOf((device as VirtualDevice).index)),
      onMalformed: (device) => this.metrics.error(this.#userOf((device as VirtualDevice).index), "malformed_pdu"),
      onOther: (device, commandId, seqNum, bytes, start, end) =>
        this.#startUp.onOther(device, commandId, seqNum, bytes, start, end),
      onClose: (device) => this.#closed(device as VirtualDevice),
    };
  }

  #loggedIn(device: VirtualDevice): void {
    const { index } = device;
    const user = this.#userOf(index);
    this.hooks.onOnline(device);
    this.#presence[index] = Presence.online;
    this.metrics.devicesOnline.add(1);
    const others = this.#onlineOfUser[user] as number;
    this.#onlineOfUser[user] = others + 1;
    if (others === 0) this.metrics.users.add(1);
    this.#heartbeatsUnanswered[index] = 0;
    this.hooks.arm(index, this.now() + this.plan.heartbeatIntervalMs);
  }

  #offline(device: VirtualDevice): void {
    const user = this.#userOf(device.index);
    this.hooks.onOffline(device);
    this.hooks.disarm(device.index);
    this.metrics.devicesOnline.add(-1);
    const others = (this.#onlineOfUser[user] as number) - 1;
    this.#onlineOfUser[user] = others;
    if (others === 0) this.metrics.users.add(-1);
  }

  #closed(device: VirtualDevice): void {
    const { index } = device;
    const presence = this.#presence[index];
    this.#presence[index] = presence === Presence.starting ? Presence.starting : Presence.away;
    addTraffic(this.#gone, this.#links[index]);
    this.#links[index] = undefined;
    this.#startUp.onClose(device);
    if (presence !== Presence.online) return;
    this.#offline(device);
    if (!this.isRunning) return;
    if (this.#endExpected[index] === 0) this.metrics.error(this.#userOf(index), "link_lost");
    // As the shipped clients: who was kicked does not come back (LGN-10).
    if (device.kickedFor === undefined) this.#redialLater(index);
  }

  #redialLater(index: number): void {
    // Nobody connects any more.
    if (this.signal.aborted) {
      this.#redials[index] = 0;
      return;
    }
    const attempt = Math.min((this.#redials[index] as number) + 1, 0xff);
    this.#redials[index] = attempt;
    if (this.isRunning) this.hooks.arm(index, this.now() + redialDelayMs(attempt, this.random));
  }

  #beat(index: number, dueMs: number): void {
    this.#heartbeatIntendedMs[index] = dueMs;
    this.#heartbeatSentMs[index] = this.now();
    this.#heartbeatsUnanswered[index] = (this.#heartbeatsUnanswered[index] as number) + 1;
    this.devices[index]?.sendHeartbeat();
    this.hooks.arm(index, dueMs + this.plan.heartbeatIntervalMs);
  }

  #heartbeatAnswered(index: number): void {
    const later = Math.max(0, (this.#heartbeatsUnanswered[index] as number) - 1);
    this.#heartbeatsUnanswered[index] = later;
    // A connection keeps order, and heartbeats go out at the same intervals: those that went out later tell when this one did.
    const nowMs = this.now() + later * this.plan.heartbeatIntervalMs;
    const ms = nowMs - (this.#heartbeatIntendedMs[index] as number);
    this.metrics.heartbeatDone(this.#userOf(index), ms, nowMs - (this.#heartbeatSentMs[index] as number));
  }

  /** The server kicks the user's other device of this class (LGN-10), which the run wants so. */
  #expectKicks(index: number): void {
    const { devicesPerUser } = this.plan;
    const first = this.#userOf(index) * devicesPerUser;
    for (let other = first; other < first + devicesPerUser; other++) {
      if (other !== index && this.isOnline(other) && this.isSameClass(other, index)) this.#endExpected[other] = 1;
    }
  }

  #isMobile(index: number): boolean {
    return isMobile(clientTypes[(this.devices[index] as VirtualDevice).options.clientType]);
  }

  #userOf(index: number): number {
    return Math.floor(index / this.plan.devicesPerUser);
  }
}

/** One object for each pair of client type and source address, however many devices there are. */
function sharedOptions(plan: LoadPlan): (index: number) => DeviceOptions {
  const { devicesPerUser, localAddresses, answerTimeoutMs } = plan;
  const addresses = localAddresses.length === 0 ? [undefined] : localAddresses;
  const made = new Map<string, DeviceOptions>();
  return (index) => {
    const user = Math.floor(index / devicesPerUser);
    const clientType = typeOf(plan, user, index % devicesPerUser);
    const localAddress = addresses[index % addresses.length];
    const key = `${clientType} ${localAddress}`;
    const options = made.get(key) ?? {
      clientType,
      heartbeatIntervalMs: 0,
      requestTimeoutMs: answerTimeoutMs,
      ...(localAddress === undefined ? {} : { localAddress }),
    };
    made.set(key, options);
    return options;
  };
}

/** The kind of a user's device: the scenario's, or one of the plan's of the same class. */
function typeOf({ scenario, deviceTypes = [] }: LoadPlan, user: number, place: number): ClientTypeName {
  const usual = scenario.clientTypes[place] as ClientTypeName;
  const ofClass = deviceTypes.filter((type) => isMobile(clientTypes[type]) === isMobile(clientTypes[usual]));
  return ofClass[user % ofClass.length] ?? usual;
}

function addTraffic(sum: { -readonly [name in keyof Traffic]: Traffic[name] }, link: Device["link"]): void {
  if (link === undefined) return;
  sum.pdusSent += link.pdusOut;
  sum.pdusReceived += link.pdusIn;
  sum.bytesSent += link.bytesOut;
  sum.bytesReceived += link.bytesIn;
}
