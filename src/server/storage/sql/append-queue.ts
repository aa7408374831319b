import type { MessageId } from "../storage.js";
import type { TableMessage } from "./audio-messages.js";
import type { StoredId } from "./message-batch.js";

/** So that one commit stays below some 50 ms; the rest comes with the next. */
const BATCH_MAX = 4_000;
/** How long messages may keep coming in before they are stored. */
const GATHERING_MAX_MS = 3;

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
  #appended = 0;
  #storing: Promise<void> | undefined;

  constructor(
    private readonly store: (batch: readonly TableMessage[]) => Promise<readonly StoredId[]>,
    /** Whether nothing can come in while messages are stored, so that it is worth waiting for what is about to. */
    private readonly isBlocking = false,
  ) {}

  append(message: TableMessage): Promise<MessageId> {
    const { messages, stored } = this.#openBatch();
    this.#appended++;
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

  /**
   * What else arrives in this turn of the loop comes along. Where storing blocks, so does what comes in the next ones as long
   * as each brings more: who was just answered speaks again within a few turns, and would else wait for the commit after this
   * one, each half for the other.
   */
  async #gather(): Promise<void> {
    const untilMs = performance.now() + GATHERING_MAX_MS;
    let before: number;
    do {
      before = this.#appended;
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.isBlocking && this.#appended > before && this.#waiting.length === 1 && performance.now() < untilMs);
  }

  async #storeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gather();
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
