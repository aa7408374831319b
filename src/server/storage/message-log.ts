import type { MessageWindow } from "./message-window.js";
import type { StoredMessage } from "./storage.js";

/** MSG-18. */
const PICKED_MAX = 100;
/** A power of two, as all their numbers. */
const ROWS_MIN = 2;
/** So few of its rows in use make a log halve them. */
const SPARSE = 1 / 4;
// Of a row.
const FROM = 0;
const CREATED = 1;
const TYPE = 2;
const CHUNK = 3;
const START = 4;
const LENGTH = 5;
const FIELDS = 6;

/**
 * The messages of one pair or group. Ids start at 1 and have no gaps. The oldest messages are forgotten beyond the
 * window's limits, the last one never: sessions show it.
 *
 * There may be a million: a message is a row of numbers in a ring, and its content lies in chunks that all logs share.
 */
export class MessageLog {
  /** The message of an id has the row that the id's low bits name; those from #forgottenId + 1 to #lastId are in use. */
  #rows = new Uint32Array(ROWS_MIN * FIELDS);
  #lastId = 0;
  #forgottenId = 0;
  /** Messages up to this id have left the window. */
  #expiredId = 0;
  readonly #number: number;

  constructor(private readonly window: MessageWindow) {
    this.#number = window.number(this);
  }

  get lastId(): number {
    return this.#lastId;
  }

  get last(): StoredMessage | undefined {
    return this.#lastId === 0 ? undefined : this.#messageOf(this.#lastId);
  }

  /** Hot. @returns the message's id */
  append(fromId: number, created: number, type: number, content: Buffer): number {
    if (this.#kept * FIELDS === this.#rows.length) this.#resize(this.#rows.length * 2);
    const { contents } = this.window;
    const msgId = ++this.#lastId;
    const rows = this.#rows;
    const at = rowAt(rows, msgId);
    rows[at + FROM] = fromId;
    rows[at + CREATED] = created;
    rows[at + TYPE] = type;
    rows[at + START] = contents.add(content);
    rows[at + CHUNK] = contents.chunk;
    rows[at + LENGTH] = content.length;
    if (this.#kept > this.window.limits.messagesPerSessionMax) this.#forgetOne();
    this.window.add(this.#number);
    return msgId;
  }

  /** Called by the window, once for each message, in the order that they were appended. */
  expireOne(): void {
    this.#expiredId++;
    while (this.#forgottenId < Math.min(this.#expiredId, this.#lastId - 1)) this.#forgetOne();
    if (this.#expiredId === this.#lastId) this.#holdLastApart();
  }

  /** MSG-15: ids from `begin` (0 = newest) downwards to `oldestId`, newest first. */
  before(begin: number, count: number, oldestId: number): StoredMessage[] {
    const newestId = begin === 0 ? this.#lastId : Math.min(begin, this.#lastId);
    const lowestId = Math.max(oldestId, this.#forgottenId + 1, newestId - count + 1);
    const found: StoredMessage[] = [];
    for (let id = newestId; id >= lowestId; id--) found.push(this.#messageOf(id));
    return found;
  }

  /** MSG-18: those among the ids that exist and are not older than `oldestId`, newest first, at most 100. */
  pick(ids: readonly number[], oldestId: number): StoredMessage[] {
    const exist = [...new Set(ids)].filter((id) => id >= oldestId && id > this.#forgottenId && id <= this.#lastId);
    return exist
      .sort((a, b) => b - a)
      .slice(0, PICKED_MAX)
      .map((id) => this.#messageOf(id));
  }

  get #kept(): number {
    return this.#lastId - this.#forgottenId;
  }

  /** Of one that is kept. */
  #messageOf(msgId: number): StoredMessage {
    const field = this.#fieldsOf(msgId);
    const content = this.window.contents.read(field(CHUNK), field(START), field(LENGTH));
    return { msgId, fromId: field(FROM), created: field(CREATED), type: field(TYPE), content };
  }

  #fieldsOf(msgId: number): (field: number) => number {
    const rows = this.#rows;
    const at = rowAt(rows, msgId);
    return (field) => rows[at + field] as number;
  }

  #holdLastApart(): void {
    const field = this.#fieldsOf(this.#lastId);
    const apart = this.window.contents.apart(field(CHUNK), field(START), field(LENGTH));
    const at = rowAt(this.#rows, this.#lastId);
    this.#rows[at + CHUNK] = apart;
    this.#rows[at + START] = 0;
  }

  #forgetOne(): void {
    this.#forgottenId++;
    this.window.contents.release(this.#rows[rowAt(this.#rows, this.#forgottenId) + CHUNK] as number);
    const { length } = this.#rows;
    if (length > ROWS_MIN * FIELDS && this.#kept * FIELDS < length * SPARSE) this.#resize(length / 2);
  }

  #resize(length: number): void {
    const rows = new Uint32Array(length);
    for (let id = this.#forgottenId + 1; id <= this.#lastId; id++) {
      const [from, to] = [rowAt(this.#rows, id), rowAt(rows, id)];
      for (let field = 0; field < FIELDS; field++) rows[to + field] = this.#rows[from + field] as number;
    }
    this.#rows = rows;
  }
}

/** Where the row of a message begins. */
function rowAt({ length }: Uint32Array, msgId: number): number {
  return (msgId & (length / FIELDS - 1)) * FIELDS;
}
