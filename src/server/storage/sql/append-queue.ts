import type { MessageId } from "../storage.js";
import type { TableMessage } from "./audio-messages.js";
import type { StoredId } from "./message-batch.js";

/** So that one commit stays below some 50 ms; the rest comes with the next. */
const BATCH_MAX = 4_000;

/** Hot: messages that are stored together wait for one promise. */
class Batch {
  readonly messages: TableMessage[] = [];
  readonly stored: Promise<readonly StoredId[]>;
  resolve!: (ids: readonly StoredId[]) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.stored = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/**
 * Messages wait here while others are stored, and are then stored together: the busier the store, the more messages one
 * commit carries. One batch at a time, in the order of the calls, gives ids in that order (MSG-09).
 */
export class AppendQueue {
  readonly #waiting: Batch[] = [];
  #storing: Promise<void> | undefined;

  constructor(private readonly store: (batch: readonly TableMessage[]) => Promise<readonly StoredId[]>) {}

  append(message: TableMessage): Promise<MessageId> {
    const { messages, stored } = this.#openBatch();
    const place = messages.push(message) - 1;
    this.#storing ??= this.#storeAll();
    return stored.then((ids) => {
      const id = ids[place];
      if (id instanceof Error) throw id;
      return id;
    });
  }

  /** Resolves once nothing waits. */
  async idle(): Promise<void> {
    await this.#storing;
  }

  #openBatch(): Batch {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.messages.length < BATCH_MAX) return last;
    const batch = new Batch();
    this.#waiting.push(batch);
    return batch;
  }

  async #storeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // What else arrives in this tick comes along.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.#waiting.shift() as Batch;
      try {
        batch.resolve(await this.store(batch.messages));
      } catch (error) {
        batch.reject(error);
      }
    }
    this.#storing = undefined;
  }
}
