import type { MessageWindow } from "./message-window.js";
import type { StoredMessage } from "./storage.js";

/** MSG-18. */
const PICKED_MAX = 100;
/** Slots of forgotten messages are cut off once there are this many, and half of all. */
const CUT_MIN = 64;

/**
 * The messages of one pair or group. Ids start at 1 and have no gaps. The oldest messages are forgotten beyond the
 * window's limits, the last one never: sessions show it.
 */
export class MessageLog {
  /** Slot i is of the id #base + 1 + i, and is empty for ids up to #forgottenId. */
  #slots: (StoredMessage | undefined)[] = [];
  #base = 0;
  #forgottenId = 0;
  /** Messages up to this id have left the window. */
  #expiredId = 0;

  constructor(private readonly window: MessageWindow) {}

  get lastId(): number {
    return this.#base + this.#slots.length;
  }

  get last(): StoredMessage | undefined {
    return this.#slots.at(-1);
  }

  append(fromId: number, created: number, type: number, content: Buffer): number {
    const msgId = this.lastId + 1;
    // Copied: the bytes belong to a connection's read buffer.
    this.#slots.push({ msgId, fromId, created, type, content: Buffer.from(content) });
    if (msgId - this.#forgottenId > this.window.limits.messagesPerSessionMax) this.#forgetOne();
    this.window.add(this);
    return msgId;
  }

  /** Called by the window, once for each message, in the order that they were appended. */
  expireOne(): void {
    this.#expiredId++;
    while (this.#forgottenId < Math.min(this.#expiredId, this.lastId - 1)) this.#forgetOne();
  }

  /** MSG-15: ids from `begin` (0 = newest) downwards to `oldestId`, newest first. */
  before(begin: number, count: number, oldestId: number): StoredMessage[] {
    const newestId = begin === 0 ? this.lastId : Math.min(begin, this.lastId);
    const lowestId = Math.max(oldestId, this.#forgottenId + 1, newestId - count + 1);
    const found: StoredMessage[] = [];
    for (let id = newestId; id >= lowestId; id--) found.push(this.#at(id) as StoredMessage);
    return found;
  }

  /** MSG-18: those among the ids that exist and are not older than `oldestId`, newest first, at most 100. */
  pick(ids: readonly number[], oldestId: number): StoredMessage[] {
    const found = new Set<StoredMessage>();
    for (const id of ids) {
      const message = id < oldestId ? undefined : this.#at(id);
      if (message !== undefined) found.add(message);
    }
    return [...found].sort((a, b) => b.msgId - a.msgId).slice(0, PICKED_MAX);
  }

  #at(id: number): StoredMessage | undefined {
    return this.#slots[id - this.#base - 1];
  }

  #forgetOne(): void {
    this.#slots[this.#forgottenId - this.#base] = undefined;
    this.#forgottenId++;
    const empty = this.#forgottenId - this.#base;
    if (empty < CUT_MIN || empty * 2 < this.#slots.length) return;
    this.#slots = this.#slots.slice(empty);
    this.#base = this.#forgottenId;
  }
}
