import { ContentChunks } from "./content-chunks.js";

export interface MessageLimits {
  /** Contents kept for one pair or group. */
  readonly messagesPerSessionMax: number;
  /** Contents kept in all: each costs its bytes and about 50 more. */
  readonly messagesMax: number;
}

export const defaultMessageLimits: MessageLimits = { messagesPerSessionMax: 10_000, messagesMax: 1_000_000 };

const RING_MIN = 1024;

/** What forgets its oldest message when told. */
interface Expiring {
  expireOne(): void;
}

/** The latest messages over all logs, so that a load run of hours does not eat all memory: a ring of the log of each. */
export class MessageWindow {
  readonly contents = new ContentChunks();
  readonly #logs: Expiring[] = [];
  /** Numbers of logs. */
  #ring = new Uint32Array(RING_MIN);
  #used = 0;
  #oldest = 0;

  constructor(readonly limits: MessageLimits) {}

  /** A log that will add messages. @returns what it is called here */
  number(log: Expiring): number {
    return this.#logs.push(log) - 1;
  }

  /** Hot. */
  add(log: number): void {
    if (this.#used < this.limits.messagesMax) {
      if (this.#used === this.#ring.length) this.#grow();
      this.#ring[this.#used++] = log;
      return;
    }
    // Each log forgets from its oldest on, which is why the log alone says which message it is.
    this.#logs[this.#ring[this.#oldest] as number]?.expireOne();
    this.#ring[this.#oldest] = log;
    this.#oldest = (this.#oldest + 1) % this.limits.messagesMax;
  }

  #grow(): void {
    const ring = new Uint32Array(this.#ring.length * 2);
    ring.set(this.#ring);
    this.#ring = ring;
  }
}
