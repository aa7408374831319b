import { MessageLog } from "./message-log.js";
import type { MessageWindow } from "./message-window.js";
import { MonotonicStamp } from "./monotonic-stamp.js";

/** One user's view of a one-to-one conversation; the log is the pair's. */
export interface PeerSession {
  readonly log: MessageLog;
  updated: number;
  unread: number;
  isRemoved: boolean;
}

interface UserPeers {
  /** Of all that the user pulls as sessions, groups included. */
  readonly stamp: MonotonicStamp;
  readonly sessions: Map<number, PeerSession>;
}

/** Who has spoken with whom, as each of the two sees it. */
export class MemoryPeers {
  readonly #byUser = new Map<number, UserPeers>();

  constructor(private readonly window: MessageWindow) {}

  of(userId: number): Iterable<[peerId: number, session: PeerSession]> {
    return this.#byUser.get(userId)?.sessions ?? [];
  }

  session(userId: number, peerId: number): PeerSession | undefined {
    return this.#byUser.get(userId)?.sessions.get(peerId);
  }

  stamp(userId: number): MonotonicStamp {
    return this.#peersOf(userId).stamp;
  }

  /** The session of a user with a peer, brought to the top, made at the first contact (MSG-21, MSG-22). */
  touch(userId: number, peerId: number, nowSeconds: number): PeerSession {
    const { stamp, sessions } = this.#peersOf(userId);
    const updated = stamp.next(nowSeconds);
    const known = sessions.get(peerId);
    if (known !== undefined) {
      known.updated = updated;
      known.isRemoved = false;
      return known;
    }
    const log = this.session(peerId, userId)?.log ?? new MessageLog(this.window);
    const session = { log, updated, unread: 0, isRemoved: false };
    sessions.set(peerId, session);
    return session;
  }

  #peersOf(userId: number): UserPeers {
    const known = this.#byUser.get(userId);
    if (known !== undefined) return known;
    const peers = { stamp: new MonotonicStamp(), sessions: new Map<number, PeerSession>() };
    this.#byUser.set(userId, peers);
    return peers;
  }
}
