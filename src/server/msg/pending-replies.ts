import type { PduLink } from "../../net/pdu-link.js";

interface PendingReply<Reply> {
  readonly from: PduLink;
  readonly replied: (reply: Reply | undefined) => void;
  readonly deadlineMs: number;
}

const SWEEP_INTERVAL_MS = 1000;

/** Questions that travel to another server and back, found again by the handle in attach_data. */
export class PendingReplies<Reply> {
  readonly #pending = new Map<number, PendingReply<Reply>>();
  readonly #sweep: NodeJS.Timeout;
  #handle = 0;

  /** @param timeoutMs after which nobody waits for the reply any more */
  constructor(
    private readonly pendingMax: number,
    private readonly timeoutMs: number,
  ) {
    this.#sweep = setInterval(() => this.#expire(performance.now()), SWEEP_INTERVAL_MS);
    this.#sweep.unref();
  }

  get size(): number {
    return this.#pending.size;
  }

  /**
   * Returns the handle to send along. `replied` is called once: with `undefined` when no reply came in time, when the link is
   * lost, or when there are too many questions and this is the oldest, whose reply is the least likely.
   */
  add(from: PduLink, replied: (reply: Reply | undefined) => void): number {
    this.#handle = (this.#handle % 0xffffffff) + 1;
    this.#pending.set(this.#handle, { from, replied, deadlineMs: performance.now() + this.timeoutMs });
    if (this.#pending.size > this.pendingMax) {
      const [oldest] = this.#pending.keys();
      if (oldest !== undefined) this.settle(oldest, undefined);
    }
    return this.#handle;
  }

  /** Does nothing for a handle that nobody waits for. */
  settle(handle: number, reply: Reply | undefined): void {
    const pending = this.#pending.get(handle);
    this.#pending.delete(handle);
    pending?.replied(reply);
  }

  lost(link: PduLink): void {
    const unanswered = [...this.#pending].filter(([, { from }]) => from === link);
    for (const [handle] of unanswered) this.settle(handle, undefined);
  }

  stop(): void {
    clearInterval(this.#sweep);
    for (const handle of this.#pending.keys()) this.settle(handle, undefined);
  }

  /** The oldest come first, so that the sweep ends at the first that may still wait. */
  #expire(nowMs: number): void {
    for (const [handle, { deadlineMs }] of this.#pending) {
      if (deadlineMs > nowMs) return;
      this.settle(handle, undefined);
    }
  }
}
