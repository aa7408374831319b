import type { SessionChecks } from "./audit/session-checks.js";
import type { CrowdArrival } from "./crowd/crowd-arrival.js";
import type { DeviceSessions } from "./devices/device-sessions.js";
import type { Messenger } from "./devices/messenger.js";
import type { HealthWatch } from "./generator-health.js";
import type { LoadPlan } from "./load-plan.js";
import type { LoadMetrics } from "./metrics/load-metrics.js";
import type { RunLoop } from "./run-loop.js";
import type { RunProgress, RunSpans } from "./run-progress.js";
import type { ScriptStages } from "./script/script-stages.js";
import type { ShardMeeting } from "./shard/shard-meeting.js";
import type { Steering } from "./steering.js";
import type { Workload } from "./workload.js";

/** Those who do something in a phase. */
interface PhaseActors {
  readonly plan: LoadPlan;
  readonly loop: RunLoop;
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
  readonly metrics: LoadMetrics;
  readonly health: HealthWatch;
  readonly sessions: DeviceSessions;
  readonly messenger: Messenger;
  readonly checks: SessionChecks;
  readonly arrival: CrowdArrival;
  readonly meeting: ShardMeeting;
  readonly workload: Workload;
  readonly steering: Steering;
  /** Of a scenario file. */
  readonly stages: ScriptStages | undefined;
}

/** How long the drain goes on after the last delivery that is awaited, for those that are one too many. */
const SETTLE_MS = 300;
const LOGOUT_WAIT_MS = 5000;

/** A run's phases, one after the other, and what each waits for. */
export class RunPhases {
  constructor(private readonly run: PhaseActors) {}

  /** All of them. @throws LoadBlockedError */
  async all(): Promise<RunSpans> {
    const { loop, progress, messenger, stages } = this.run;
    if (stages !== undefined) progress.enter("setup");
    await stages?.setUp();
    await this.#rampUp();
    const rampUpMs = loop.now();
    const steadyMs = await this.#steady();
    const drainMs = await this.drain();
    if (stages !== undefined) progress.enter("teardown");
    await stages?.tearDown();
    messenger.oracle.giveUpAcks();
    await this.#finalCheck();
    messenger.audit.finish();
    messenger.oracle.finish();
    await this.#logOut();
    return { rampUpMs, steadyMs, drainMs };
  }

  /** Waits for what is still under way. @returns how long that took, in ms */
  async drain(): Promise<number> {
    const { plan, loop, progress, messenger, sessions } = this.run;
    const { now } = loop;
    const startMs = now();
    const deadlineMs = startMs + plan.drainTimeoutMs;
    progress.enter("drain");
    const { oracle } = messenger;
    if (oracle.counts.sent > 0 || sessions.starting > 0 || oracle.far?.hasBegun === true) {
      await loop.until(() => this.#isQuiet() || now() >= deadlineMs);
      messenger.isReacting = false;
      const settledMs = now() + SETTLE_MS;
      await loop.until(() => now() >= settledMs);
    }
    return now() - startMs;
  }

  async #rampUp(): Promise<void> {
    const { progress, arrival, meeting, checks } = this.run;
    progress.enter("ramp-up");
    await arrival.logIn();
    await meeting.learnUsers();
    await arrival.makeGroups();
    await checks.begin();
    await meeting.begin();
  }

  async #steady(): Promise<number> {
    const { plan, loop, signal, progress, messenger, health, workload, steering, meeting } = this.run;
    if (signal.aborted) return 0;
    // All shards count from the same moment.
    const startMs = meeting.epochMs ?? loop.now();
    messenger.epochMs = startMs;
    progress.steadyBegins(startMs);
    health.begin(startMs);
    workload.begin(startMs);
    steering.steadyBegins(startMs);
    // What is due but has not had its turn yet is not what the server prevented: only what the loop has reached counts.
    // Only of a scenario file nobody knows when the others' parts are over: all else ends by the clock, or by what all measured.
    const isOver = () => workload.isOver(loop.reachedMs) && (plan.script === undefined || meeting.isOver());
    await loop.until(() => signal.aborted || isOver());
    // Who is aborted alone keeps nobody waiting.
    if (signal.aborted) meeting.isOver();
    steering.steadyEnds();
    await workload.end(loop.reachedMs);
    health.end();
    progress.steadyEnds();
    return progress.steadyMs;
  }

  #isQuiet(): boolean {
    const { messenger, sessions, checks, meeting } = this.run;
    const { audit, oracle } = messenger;
    return (
      oracle.awaited === 0 &&
      sessions.starting === 0 &&
      checks.catchingUp === 0 &&
      audit.isQuiet &&
      // Who is away for a moment could not be checked.
      !(audit.isOn && sessions.isAnyOnItsWay) &&
      meeting.isSettled()
    );
  }

  async #finalCheck(): Promise<void> {
    const { messenger, signal, progress, checks } = this.run;
    if (!messenger.audit.isOn || signal.aborted) return;
    progress.enter("check");
    await checks.end(progress.steadyEndMs);
  }

  async #logOut(): Promise<void> {
    const { plan, messenger, signal, loop, progress, sessions, metrics } = this.run;
    const { far } = messenger.oracle;
    // Who leaves before the others have got everything is no longer waited for; at the planned end nobody is.
    if (far !== undefined && !signal.aborted) far.end(loop.now(), plan.script !== undefined);
    progress.enter("logout");
    const deadlineMs = loop.now() + LOGOUT_WAIT_MS;
    sessions.logOutAll();
    await loop.until(() => metrics.devicesOnline.value === 0 || loop.now() >= deadlineMs);
  }
}
