import { deflateSync, inflateSync } from "node:zlib";

/** One delivery: a message, by its sender's device and its serial there, and a device that gets it. */
export interface DeliveryKey {
  /** Below 2²⁴. */
  readonly senderDevice: number;
  /** Below 2³⁶. */
  readonly serial: number;
  /** Below 2²⁴. */
  readonly device: number;
  /** In ms since the start that all shards share. Below 2³². */
  readonly sentMs: number;
  /** As the sender's ack has it, or what arrived. Below 2³². */
  readonly msgId: number;
}

/** What two sums differ in. */
export interface SumDifference {
  /** In the first and not in the second; and the other way round. */
  readonly missing: readonly DeliveryKey[];
  readonly extra: readonly DeliveryKey[];
  /** False = there are more than could be told one by one; what is listed is right, but not all. */
  readonly isComplete: boolean;
}

/** A sum to be told or written down: base64 of its deflated words. */
export interface FarSum {
  readonly count: number;
  readonly sum: string;
}

const ROWS = 3;
const CELLS_PER_ROW = 1024;
const CELLS = ROWS * CELLS_PER_ROW;
/** Count, sender with the serial's highest bits, the serial's lower 32, device, time, msg_id, check. */
const WORDS = 7;
const CHECK = WORDS - 1;
/** Beside the cells: sums over all deliveries of two numbers that follow from each, its msg_id left out. */
const DIGEST_WORDS = 2;
const LOW = 2 ** 32;
const SENDER_BITS = 24;
const SENDER_MASK = 2 ** SENDER_BITS - 1;
const DIGEST_AT = CELLS * WORDS;
const ALL_WORDS = DIGEST_AT + DIGEST_WORDS;
const BYTES = ALL_WORDS * 4;

/**
 * A bag of deliveries in 84 KB, however many there are: an invertible Bloom lookup table of sums. Order does not matter,
 * and the difference of two bags can be listed one by one as long as it has no more than some 2,400 deliveries. How many
 * each holds is exact always.
 */
export class DeliverySum {
  #count = 0;
  readonly #words = new Int32Array(ALL_WORDS);

  get count(): number {
    return this.#count;
  }

  /** Hot: once for each delivery between shards. */
  add(senderDevice: number, serial: number, device: number, sentMs: number, msgId: number): void {
    this.#count++;
    const high = Math.floor(serial / LOW);
    const sender = senderDevice | (high << SENDER_BITS);
    const low = serial | 0;
    const message = messageOf(sender, low, device, sentMs | 0);
    const check = mixed(message, msgId | 0);
    for (let row = 0; row < ROWS; row++) {
      this.#put(cellOf(row, check), 1, sender, low, device, sentMs | 0, msgId | 0, check);
    }
    const words = this.#words;
    words[DIGEST_AT] = (words[DIGEST_AT] as number) + message;
    words[DIGEST_AT + 1] = (words[DIGEST_AT + 1] as number) + mixed(1, message);
  }

  /** Whether both hold the same deliveries when nobody looks at their msg_ids. */
  hasSameMessages(other: DeliverySum): boolean {
    const isSame = (at: number) => this.#words[at] === other.#words[at];
    return this.#count === other.#count && isSame(DIGEST_AT) && isSame(DIGEST_AT + 1);
  }

  /** What both hold. */
  plus(other: DeliverySum): DeliverySum {
    const sum = new DeliverySum();
    sum.#count = this.#count + other.#count;
    for (let at = 0; at < sum.#words.length; at++) {
      sum.#words[at] = (this.#words[at] as number) + (other.#words[at] as number);
    }
    return sum;
  }

  /** What this one has and the other has not, and the other way round. */
  minus(other: DeliverySum): SumDifference {
    const rest = new DeliverySum();
    for (let at = 0; at < rest.#words.length; at++) {
      rest.#words[at] = (this.#words[at] as number) - (other.#words[at] as number);
    }
    return rest.#listed();
  }

  state(): FarSum {
    const bytes = Buffer.alloc(BYTES);
    for (const [at, word] of this.#words.entries()) bytes.writeInt32LE(word, at * 4);
    return { count: this.#count, sum: deflateSync(bytes).toString("base64") };
  }

  /** @throws RangeError for what `state` has not made */
  static from({ count, sum: text }: FarSum): DeliverySum {
    const sum = new DeliverySum();
    let bytes: Buffer;
    try {
      bytes = inflateSync(Buffer.from(text, "base64"), { maxOutputLength: BYTES });
    } catch {
      throw new RangeError("a sum of deliveries is damaged");
    }
    if (bytes.length !== BYTES) throw new RangeError("a sum of deliveries is damaged");
    sum.#count = count;
    for (let at = 0; at < sum.#words.length; at++) sum.#words[at] = bytes.readInt32LE(at * 4);
    return sum;
  }

  #listed(): SumDifference {
    const missing: DeliveryKey[] = [];
    const extra: DeliveryKey[] = [];
    const words = this.#words;
    const cells = Array.from({ length: CELLS }, (_, cell) => cell);
    // Each key that is taken out may leave another one alone in its cells; more than the cells there cannot be.
    for (let taken = 0; cells.length > 0 && taken <= CELLS; ) {
      const cell = cells.pop() as number;
      const at = cell * WORDS;
      const sign = words[at] as number;
      if (sign !== 1 && sign !== -1) continue;
      const word = (place: number) => Math.imul(words[at + place] as number, sign);
      const [sender, low, device, sentMs, msgId] = [word(1), word(2), word(3), word(4), word(5)] as const;
      const check = mixed(messageOf(sender, low, device, sentMs), msgId);
      if (word(CHECK) !== check) continue;
      if (cellOf(Math.floor(cell / CELLS_PER_ROW), check) !== cell) continue;
      taken++;
      const serial = (sender >>> SENDER_BITS) * LOW + (low >>> 0);
      (sign === 1 ? missing : extra).push({
        senderDevice: sender & SENDER_MASK,
        serial,
        device,
        sentMs: sentMs >>> 0,
        msgId: msgId >>> 0,
      });
      for (let row = 0; row < ROWS; row++) {
        const place = cellOf(row, check);
        this.#put(place, -sign, sender, low, device, sentMs, msgId, check);
        cells.push(place);
      }
    }
    return { missing, extra, isComplete: words.subarray(0, DIGEST_AT).every((word) => word === 0) };
  }

  #put(
    cell: number,
    times: number,
    sender: number,
    low: number,
    device: number,
    sentMs: number,
    msgId: number,
    check: number,
  ): void {
    const at = cell * WORDS;
    const words = this.#words;
    words[at] = (words[at] as number) + times;
    words[at + 1] = (words[at + 1] as number) + Math.imul(times, sender);
    words[at + 2] = (words[at + 2] as number) + Math.imul(times, low);
    words[at + 3] = (words[at + 3] as number) + Math.imul(times, device);
    words[at + 4] = (words[at + 4] as number) + Math.imul(times, sentMs);
    words[at + 5] = (words[at + 5] as number) + Math.imul(times, msgId);
    words[at + CHECK] = (words[at + CHECK] as number) + Math.imul(times, check);
  }
}

/** Of a key without its msg_id. With it, it is the check, and says where its cells are. */
function messageOf(sender: number, low: number, device: number, sentMs: number): number {
  return mixed(mixed(mixed(mixed(0x5bd1e995, sender), low), device), sentMs);
}

function cellOf(row: number, check: number): number {
  return row * CELLS_PER_ROW + (mixed(row + 1, check) >>> 22);
}

function mixed(state: number, value: number): number {
  let bits = Math.imul(state ^ value, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
