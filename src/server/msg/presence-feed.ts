import { CommandId } from "../../codec/generated/commands.js";
import { UserStatType } from "../../codec/generated/enums.js";

/** 0x0203 and 0x070e: what a route_server tells of one user. */
export type PresenceNewsId =
  | typeof CommandId.CID_BUDDY_LIST_STATUS_NOTIFY
  | typeof CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY;

const PC_IS_ON = 1;
/** A route_server that is silent for longer is given up (RTE-09): what it has not said by then it does not know. */
const ECHO_WAIT_MS = 30_000;

interface Told {
  readonly isOn: boolean;
  readonly atMs: number;
}

/**
 * One feed of presence out of those of several route_servers, each of which tells the same unless a msg_server has lost its
 * link to it: news is taken from whoever has it first, and once. The master's word always counts, because a further login
 * of a user who is online is told again (PRE-01).
 */
export class PresenceFeed {
  /** Who is online, by the last word on it. */
  readonly #online = new Set<number>();
  readonly #onPc = new Set<number>();
  /** Told by another than the master; the master will say the same, and must not be heard then. The last told come last. */
  readonly #ahead = new Map<string, readonly Told[]>();

  /** Whether to pass the news on, which came at `nowMs`. */
  admits(isMaster: boolean, news: PresenceNewsId, userId: number, status: number, nowMs: number): boolean {
    const isStatus = news === CommandId.CID_BUDDY_LIST_STATUS_NOTIFY;
    const isOn = isStatus ? status !== UserStatType.USER_STATUS_OFFLINE : status === PC_IS_ON;
    const known = isStatus ? this.#online : this.#onPc;
    const key = `${isStatus ? "s" : "p"}${userId}`;
    if (isMaster && this.#wasAhead(key, isOn, nowMs)) return false;
    if (!isMaster && known.has(userId) === isOn) return false;
    if (!isMaster) this.#isAhead(key, { isOn, atMs: nowMs });
    if (isOn) known.add(userId);
    else known.delete(userId);
    return true;
  }

  /** Another route_server is the master now: what the old one would have said is not waited for. */
  masterChanged(): void {
    this.#ahead.clear();
  }

  /** The users that were told to be online, and not yet to be gone. */
  get online(): ReadonlySet<number> {
    return this.#online;
  }

  #isAhead(key: string, told: Told): void {
    const ahead = [...this.#waitedFor(key, told.atMs), told];
    this.#ahead.delete(key);
    this.#ahead.set(key, ahead);
    for (const [oldest, all] of this.#ahead) {
      if (all.some(({ atMs }) => atMs > told.atMs - ECHO_WAIT_MS)) return;
      this.#ahead.delete(oldest);
    }
  }

  #wasAhead(key: string, isOn: boolean, nowMs: number): boolean {
    const [next, ...rest] = this.#waitedFor(key, nowMs);
    const isSame = next?.isOn === isOn;
    // Said something else: then the two do not tell the same story, and the master's counts.
    if (isSame && rest.length > 0) this.#ahead.set(key, rest);
    else this.#ahead.delete(key);
    return isSame;
  }

  /** What the master has not repeated in time it will not, and what it says of these users is news again. */
  #waitedFor(key: string, nowMs: number): readonly Told[] {
    return this.#ahead.get(key)?.filter(({ atMs }) => atMs > nowMs - ECHO_WAIT_MS) ?? [];
  }
}
