import { CommandId } from "../../codec/generated/commands.js";
import { UserStatType } from "../../codec/generated/enums.js";

/** 0x0203 and 0x070e: what a route_server tells of one user. */
export type PresenceNewsId =
  | typeof CommandId.CID_BUDDY_LIST_STATUS_NOTIFY
  | typeof CommandId.CID_OTHER_LOGIN_STATUS_NOTIFY;

const PC_IS_ON = 1;

/**
 * One feed of presence out of those of several route_servers, each of which tells the same unless a msg_server has lost its
 * link to it: news is taken from whoever has it first, and once. The master's word always counts, because a further login
 * of a user who is online is told again (PRE-01).
 */
export class PresenceFeed {
  /** Who is online, by the last word on it. */
  readonly #online = new Set<number>();
  readonly #onPc = new Set<number>();
  /** Told by another than the master; the master will say the same, and must not be heard then. */
  readonly #ahead = new Map<string, boolean[]>();

  /** Whether to pass the news on. */
  admits(isMaster: boolean, news: PresenceNewsId, userId: number, status: number): boolean {
    const isStatus = news === CommandId.CID_BUDDY_LIST_STATUS_NOTIFY;
    const isOn = isStatus ? status !== UserStatType.USER_STATUS_OFFLINE : status === PC_IS_ON;
    const known = isStatus ? this.#online : this.#onPc;
    const key = `${isStatus ? "s" : "p"}${userId}`;
    if (isMaster && this.#wasAhead(key, isOn)) return false;
    if (!isMaster && known.has(userId) === isOn) return false;
    if (!isMaster) this.#ahead.set(key, [...(this.#ahead.get(key) ?? []), isOn]);
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

  #wasAhead(key: string, isOn: boolean): boolean {
    const ahead = this.#ahead.get(key);
    if (ahead === undefined) return false;
    const isSame = ahead.shift() === isOn;
    // Said something else: then the two do not tell the same story, and the master's counts.
    if (!isSame || ahead.length === 0) this.#ahead.delete(key);
    return isSame;
  }
}
