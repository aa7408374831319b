import { ContentChunks } from "./content-chunks.js";

export interface MessageLimits {
  /** Contents kept for one pair or group. */
  readonly messagesPerSessionMax: number;
  /** Contents kept in all: each costs its bytes and about 100 more. */
  readonly messagesMax: number;
}

export const defaultMessageLimits: MessageLimits = { messagesPerSessionMax: 10_000, messagesMax: 1_000_000 };

/** What forgets its oldest message when told. */
interface Expiring {
  expireOne(): void;
}

/** The latest messages over all logs, so that a load run of hours does not eat all memory: a ring of the log of each. */
export class MessageWindow {
  readonly contents = new ContentChunks();
  readonly #logs: Expiring[] = [];
  #oldest = 0;

  constructor(readonly limits: MessageLimits) {}

  add(log: Expiring): void {
    if (this.#logs.length < this.limits.messagesMax) {
      this.#logs.push(log);
      return;
    }
    // Each log forgets from its oldest on, which is why the log alone says which message it is.
    this.#logs[this.#oldest]?.expireOne();
    this.#logs[this.#oldest] = log;
    this.#oldest = (this.#oldest + 1) % this.limits.messagesMax;
  }
}
