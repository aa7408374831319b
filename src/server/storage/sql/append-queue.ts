import type { TableMessage } from "./audio-messages.js";

interface Waiting {
  readonly message: TableMessage;
  readonly resolve: (msgId: number | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** So that one commit stays below some 50 ms; the rest comes with the next. */
const BATCH_MAX = 4_000;

/**
 * Messages wait here while others are stored, and are then stored together: the busier the store, the more messages one
 * commit carries. One batch at a time, in the order of the calls, gives ids in that order (MSG-09).
 */
export class AppendQueue {
  #waiting: Waiting[] = [];
  #storing: Promise<void> | undefined;

  constructor(private readonly store: (batch: readonly TableMessage[]) => Promise<(number | undefined)[]>) {}

  /** The content is copied: the bytes belong to a connection's read buffer. */
  append(message: TableMessage): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message: { ...message, content: Buffer.from(message.content) }, resolve, reject });
      this.#storing ??= this.#storeAll();
    });
  }

  /** Resolves once nothing waits. */
  async idle(): Promise<void> {
    await this.#storing;
  }

  async #storeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // What else arrives in this tick comes along.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.#waiting.splice(0, BATCH_MAX);
      try {
        const ids = await this.store(batch.map(({ message }) => message));
        for (const [index, { resolve }] of batch.entries()) resolve(ids[index]);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#storing = undefined;
  }
}
