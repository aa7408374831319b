import type { MessageWindow } from "./message-window.js";
import type { StoredMessage } from "./storage.js";

/** MSG-18. */
const PICKED_MAX = 100;
/** Slots of forgotten messages are cut off once there are this many, and half of all. */
const CUT_MIN = 64;
/** Of #numbers for each message: sender, time, type, and where in its chunk the content starts and how long it is. */
const NUMBERS = 5;
const START = 3;
const nothing = Buffer.alloc(0);

/**
 * The messages of one pair or group. Ids start at 1 and have no gaps. The oldest messages are forgotten beyond the
 * window's limits, the last one never: sessions show it.
 *
 * There may be a million: numbers lie in one array, and contents in chunks that all logs share, because a Buffer for each is
 * much for the garbage collector.
 */
export class MessageLog {
  /** Slot i is of the id #base + 1 + i, and is empty for ids up to #forgottenId. */
  #chunks: Buffer[] = [];
  #numbers: number[] = [];
  #base = 0;
  #forgottenId = 0;
  /** Messages up to this id have left the window. */
  #expiredId = 0;

  constructor(private readonly window: MessageWindow) {}

  get lastId(): number {
    return this.#base + this.#chunks.length;
  }

  get last(): StoredMessage | undefined {
    return this.#at(this.lastId);
  }

  append(fromId: number, created: number, type: number, content: Buffer): number {
    // Copied: the bytes belong to a connection's read buffer.
    const { contents } = this.window;
    const start = contents.add(content);
    this.#chunks.push(contents.chunk);
    this.#numbers.push(fromId, created, type, start, content.length);
    const msgId = this.lastId;
    if (msgId - this.#forgottenId > this.window.limits.messagesPerSessionMax) this.#forgetOne();
    this.window.add(this);
    return msgId;
  }

  /** Called by the window, once for each message, in the order that they were appended. */
  expireOne(): void {
    this.#expiredId++;
    while (this.#forgottenId < Math.min(this.#expiredId, this.lastId - 1)) this.#forgetOne();
    if (this.#expiredId === this.lastId) this.#holdLastApart();
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
    const [fromId, created, type, start, length] = this.#numbers.slice(slot * NUMBERS, (slot + 1) * NUMBERS) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const content = (this.#chunks[slot] as Buffer).subarray(start, start + length);
    return { msgId: id, fromId, created, type, content };
  }

  /** Out of the window it would keep the whole chunk in memory. */
  #holdLastApart(): void {
    const slot = this.#chunks.length - 1;
    const { content } = this.#at(this.lastId) as StoredMessage;
    const apart = Buffer.allocUnsafeSlow(content.length);
    content.copy(apart);
    this.#chunks[slot] = apart;
    this.#numbers[slot * NUMBERS + START] = 0;
  }

  #forgetOne(): void {
    this.#chunks[this.#forgottenId - this.#base] = nothing;
    this.#forgottenId++;
    const empty = this.#forgottenId - this.#base;
    if (empty < CUT_MIN || empty * 2 < this.#chunks.length) return;
    this.#chunks = this.#chunks.slice(empty);
    this.#numbers = this.#numbers.slice(empty * NUMBERS);
    this.#base = this.#forgottenId;
  }
}
