import type { MessageWindow } from "./message-window.js";
import type { StoredMessage } from "./storage.js";

/** MSG-18. */
const PICKED_MAX = 100;
/** Slots of forgotten messages are cut off once there are this many, and half of all. */
const CUT_MIN = 64;
/** Of #numbers for each message: sender, time, type. */
const NUMBERS = 3;

/**
 * The messages of one pair or group. Ids start at 1 and have no gaps. The oldest messages are forgotten beyond the
 * window's limits, the last one never: sessions show it.
 *
 * There may be a million: numbers lie in one array, and content is a string of a character for each byte, which costs the
 * garbage collector much less than a Buffer does.
 */
export class MessageLog {
  /** Slot i is of the id #base + 1 + i, and is empty for ids up to #forgottenId. */
  #contents: string[] = [];
  #numbers: number[] = [];
  #base = 0;
  #forgottenId = 0;
  /** Messages up to this id have left the window. */
  #expiredId = 0;

  constructor(private readonly window: MessageWindow) {}

  get lastId(): number {
    return this.#base + this.#contents.length;
  }

  get last(): StoredMessage | undefined {
    return this.#at(this.lastId);
  }

  append(fromId: number, created: number, type: number, content: Buffer): number {
    // Copied: the bytes belong to a connection's read buffer.
    this.#contents.push(content.toString("latin1"));
    this.#numbers.push(fromId, created, type);
    const msgId = this.lastId;
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
    const exist = [...new Set(ids)].filter((id) => id >= oldestId && id > this.#forgottenId && id <= this.lastId);
    return exist
      .sort((a, b) => b - a)
      .slice(0, PICKED_MAX)
      .map((id) => this.#at(id) as StoredMessage);
  }

  #at(id: number): StoredMessage | undefined {
    if (id <= this.#forgottenId || id > this.lastId) return undefined;
    const slot = id - this.#base - 1;
    const [fromId, created, type] = this.#numbers.slice(slot * NUMBERS, (slot + 1) * NUMBERS) as [
      number,
      number,
      number,
    ];
    return { msgId: id, fromId, created, type, content: Buffer.from(this.#contents[slot] as string, "latin1") };
  }

  #forgetOne(): void {
    this.#contents[this.#forgottenId - this.#base] = "";
    this.#forgottenId++;
    const empty = this.#forgottenId - this.#base;
    if (empty < CUT_MIN || empty * 2 < this.#contents.length) return;
    this.#contents = this.#contents.slice(empty);
    this.#numbers = this.#numbers.slice(empty * NUMBERS);
    this.#base = this.#forgottenId;
  }
}
