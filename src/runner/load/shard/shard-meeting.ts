import { Device } from "../../../client/device.js";
import type { DeviceSessions } from "../devices/device-sessions.js";
import { directoryOf } from "../devices/directory.js";
import type { Messenger } from "../devices/messenger.js";
import type { VirtualDevice } from "../devices/virtual-device.js";
import type { FindMaxPlan } from "../find-max/find-max-plan.js";
import type { StepReading } from "../find-max/find-max-result.js";
import { FindMaxSearch, type RateSearch } from "../find-max/find-max-search.js";
import { StepWindow, type WindowSources } from "../find-max/step-window.js";
import { LoadBlockedError } from "../load-blocked-error.js";
import type { LoadPlan } from "../load-plan.js";
import type { RunLoop } from "../run-loop.js";
import type { SetupOutcome } from "../script/setup-outcome.js";
import type { FarBooks } from "./far-books.js";
import { type PlannedPeople, plannedPeople, type SharedPresence } from "./far-people.js";
import { FindMaxLadder } from "./find-max-ladder.js";
import type { SharedAbort } from "./shared-abort.js";
import { SharedStep } from "./shared-step.js";
import type { StepState } from "./step-state.js";

/** What the shards of a run have in common beside the plan. */
export interface ShardSync {
  /** The same for all shards of this run, and for no other run. */
  readonly runId: string;
  /** When the steady phase begins, as unix time in ms. Asked once everybody is online. */
  startAtMs(): Promise<number>;
  /** Setup is called in one shard, and all get what it came to; false = each calls its own. */
  readonly isSetupShared: boolean;
  /** Gives what setup came to here, undefined where it was not called, and gets what all are to have. */
  shareSetup(own: SetupOutcome | undefined): Promise<SetupOutcome | undefined>;
  /** Asked again and again once our part is over; true = everybody's is, so that nobody is missed who leaves. */
  isOver(): boolean;
  /** Where thresholds end the run in all shards; undefined = each looks at its own values, and ends alone. */
  readonly abort?: SharedAbort;
  /** Who of a scenario file's users is online, here and elsewhere; undefined = nobody tells, and the plan has to do. */
  readonly people?: SharedPresence;
  /** Where all parts of a search's step are put together, the searches of a plan being numbered; undefined = in the merge. */
  readonly shareStep?: (search: number, state: StepState) => Promise<StepReading | undefined>;
  /**
   * Asked again and again by a shard that awaits nothing of its own any more. `round`: what all shards wait for now, the end
   * of a step or of the run; true = nothing is under way between any of them.
   */
  isSettled(round: string, far: FarBooks): boolean;
}

interface MeetingSources {
  readonly plan: LoadPlan;
  readonly sync: ShardSync | undefined;
  readonly sessions: DeviceSessions;
  readonly messenger: Messenger;
  readonly loop: RunLoop;
  /** Wall clock, unix time in ms. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** A shard that is ready later than this is not the plan's. */
const START_LATE_MAX_MS = 100;

/** Where a shard meets the others: at the start that all have in common, and when all is where it belongs. */
export class ShardMeeting {
  /** The start that all shards share, on this run's clock; undefined before it, and of a run without shards. */
  epochMs: number | undefined;
  /** The same as unix time in ms; null before it. */
  startAtMs: number | null = null;
  /** The plan's searches, in order, where nobody puts their steps together before the merge. */
  readonly ladders: FindMaxLadder[] = [];
  #searches = 0;
  readonly #planned: PlannedPeople | undefined;

  constructor(private readonly sources: MeetingSources) {
    const { script } = sources.plan;
    if (script !== undefined) this.#planned = plannedPeople(script);
  }

  /** What setup came to, wherever it was called; undefined when the run is aborted meanwhile. */
  async shareSetup(own: SetupOutcome | undefined): Promise<SetupOutcome | undefined> {
    const { sync } = this.sources;
    return sync === undefined ? own : this.#unlessAborted(sync.shareSetup(own));
  }

  /** Waits for the common start. @throws LoadBlockedError when it is over */
  async begin(): Promise<void> {
    const { sync, loop, sessions, messenger, signal, nowMs } = this.sources;
    const { far } = messenger.oracle;
    if (sync === undefined || signal.aborted) return;
    const { now } = loop;
    const readyMs = now();
    const startAtMs = await this.#unlessAborted(sync.startAtMs());
    if (startAtMs === undefined) return;
    const epochMs = now() + startAtMs - nowMs();
    await loop.until(() => signal.aborted || now() >= epochMs);
    // Whoever was ready and is late is a busy generator, which says so itself.
    const lateMs = readyMs - epochMs;
    if (lateMs > START_LATE_MAX_MS) {
      throw new LoadBlockedError(`everybody was online ${Math.ceil(lateMs / 1000)} s after the start: start later`);
    }
    this.startAtMs = startAtMs;
    this.epochMs = epochMs;
    const own = sessions.devices.filter(() => true).map(({ index }) => index);
    far?.begin(
      epochMs,
      own.filter((device) => !messenger.oracle.isOnline(device)),
    );
  }

  /** A device of one of our users has come online or gone. */
  presenceChanged(user: number): void {
    const { plan, sync } = this.sources;
    if (plan.script !== undefined) sync?.people?.tell(user, this.#isOnlineHere(user));
  }

  /** Whether a user of a scenario file is online; one of another shard by what that tells, else by the plan. */
  isThere(user: number): boolean {
    const { messenger, sync, loop } = this.sources;
    if (messenger.isOwn(user)) return this.#isOnlineHere(user);
    if (this.epochMs === undefined) return false;
    return sync?.people?.isOnline(user) ?? this.#planned?.(user, loop.now() - this.epochMs) ?? false;
  }

  #isOnlineHere(user: number): boolean {
    const { messenger, plan } = this.sources;
    const first = user * plan.devicesPerUser;
    return Array.from({ length: plan.devicesPerUser }, (_, place) => first + place).some((device) =>
      messenger.oracle.isOnline(device),
    );
  }

  /** Whether everybody's part is over, once ours is. */
  isOver(): boolean {
    return this.sources.sync?.isOver() ?? true;
  }

  /** The plan's next search, whose steps are judged here, by what all have measured, or once the run is over. */
  searchFor(plan: FindMaxPlan, sources: WindowSources): RateSearch {
    const window = new StepWindow(plan.conditions, sources);
    const { sync } = this.sources;
    if (sync === undefined) return new FindMaxSearch(plan, window);
    const epochMs = () => this.epochMs ?? 0;
    const { shareStep } = sync;
    if (shareStep === undefined) {
      const ladder = new FindMaxLadder(plan, window, epochMs);
      this.ladders.push(ladder);
      return ladder;
    }
    const search = this.#searches++;
    const isSettled = (step: number) => this.isSettled(`search ${search} step ${step}`);
    const share = (state: StepState) => shareStep(search, state);
    const open = () => this.sources.messenger.oracle.far?.open;
    return new FindMaxSearch(plan, new SharedStep(window, share, isSettled, epochMs, open));
  }

  /** Whoever runs alone cannot know what is still to come from others: it stays for the whole of the drain. Before the start nothing is. */
  isSettled(round = "drain"): boolean {
    const { sync, messenger, loop } = this.sources;
    const { awaited, far } = messenger.oracle;
    if (far === undefined || sync === undefined || this.epochMs === undefined) return true;
    return awaited === 0 && sync.isSettled(round, far.books(loop.now()));
  }

  /** Learns what the server calls the other shards' users. @throws LoadBlockedError */
  async learnUsers(): Promise<void> {
    const { plan, sync, sessions, messenger, signal } = this.sources;
    if (sync === undefined || signal.aborted || messenger.oracle.far === undefined) return;
    const online = sessions.devices.find((device) => device !== undefined && sessions.isOnline(device.index));
    // Nobody is online in the beginning of some scenarios; nobody writes to anybody in them but scenario files.
    if (online === undefined && plan.script === undefined) return;
    const asking = online ?? (sessions.devices.find((device) => device !== undefined) as VirtualDevice);
    try {
      const ids = await (online === undefined ? this.#directoryOnce(asking) : directoryOf(asking));
      for (let user = 0; user < messenger.users; user++) {
        messenger.learnUserId(user, ids.get(messenger.nameOf(user)) ?? 0);
      }
    } catch (error) {
      if (signal.aborted) return;
      throw new LoadBlockedError(`${sessions.nameOf(asking.index)}: ${(error as Error).message}`);
    }
    const unknown = plan.accounts.find((_, user) => messenger.userIdOf(user) === 0);
    if (unknown === undefined) return;
    throw new LoadBlockedError(`${unknown.name}, a user of another segment, is not in the server's directory (PUL-02)`);
  }

  /** Of somebody who logs in for that alone, before the run: no session of the run, and in none of its metrics. */
  async #directoryOnce({ index, options }: VirtualDevice): Promise<ReadonlyMap<string, number>> {
    const { plan, signal } = this.sources;
    const { accounts, devicesPerUser } = plan;
    const user = Math.floor(index / devicesPerUser);
    const { name: userName, password } = accounts[user] as LoadPlan["accounts"][number];
    const device = new Device(options);
    try {
      await plan.connect(device, user, index % devicesPerUser, signal);
      await device.login({ userName, password });
      const ids = await directoryOf(device);
      await device.logout();
      return ids;
    } finally {
      device.destroy();
    }
  }

  async #unlessAborted<T>(promise: Promise<T>): Promise<T | undefined> {
    const { loop, signal } = this.sources;
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    await loop.until(() => isSettled || signal.aborted);
    return isSettled ? promise : undefined;
  }
}
