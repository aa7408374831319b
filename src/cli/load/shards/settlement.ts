import { rowsOf } from "../../../runner/load/shard/delivery-list.js";
import { DeliverySum } from "../../../runner/load/shard/delivery-sum.js";
import type { FarCounts, FarPage } from "../../../runner/load/shard/far-books.js";

/** What a settlement has workers told and asked; answers come back to `page` and `awaited`. */
export interface SettlementOrders {
  /** To all: nothing is under way between them any more. */
  settled(round: string): void;
  /** From each of them, what it has written down of each other one. */
  openBooks(): void;
  /** From one of them, how many of these deliveries from another one may still come. */
  askFor(recipient: number, sender: number, rows: readonly number[]): void;
}

/**
 * Finds out when nothing is under way between workers that await nothing of their own any more. Where as many deliveries have
 * come as were sent, that is known at once. Else the books are laid side by side: what the sender has and the recipient has
 * not is awaited unless the device, as its worker alone knows, was not there or has gone since.
 */
export class Settlement {
  readonly #told = new Map<number, { readonly round: string; readonly counts: FarCounts }>();
  readonly #settled = new Set<string>();
  /** What was known when the books were opened last: as long as nothing else is, they say the same. */
  #lookedAt = "";
  readonly #pages = new Map<string, FarPage>();
  #pagesLeft = 0;
  #answersLeft = 0;
  #awaited = 0;

  constructor(
    private readonly workers: number,
    private readonly orders: SettlementOrders,
  ) {}

  /** A worker awaits nothing of its own in this round. */
  told(worker: number, round: string, counts: FarCounts): void {
    this.#told.set(worker, { round, counts });
    this.#look();
  }

  /** What a worker has written down of another one. @throws RangeError for a damaged sum */
  page(worker: number, of: number, page: FarPage): void {
    this.#pages.set(pairOf(worker, of), page);
    if (--this.#pagesLeft === 0) this.#compare();
  }

  awaited(count: number): void {
    this.#awaited += count;
    if (--this.#answersLeft === 0) this.#judge();
  }

  get #isBusy(): boolean {
    return this.#pagesLeft > 0 || this.#answersLeft > 0;
  }

  /** What all wait for; undefined while some of them wait for something else. */
  get #round(): string | undefined {
    const [first, ...others] = [...this.#told.values()];
    if (first === undefined || this.#told.size < this.workers) return undefined;
    return others.every(({ round }) => round === first.round) ? first.round : undefined;
  }

  #look(): void {
    const round = this.#round;
    if (round === undefined || this.#isBusy || this.#settled.has(round)) return;
    if (this.#isPlainlySettled()) return this.#settle(round);
    const known = this.#known();
    if (known === this.#lookedAt) return;
    this.#lookedAt = known;
    this.#pagesLeft = this.workers * (this.workers - 1);
    this.orders.openBooks();
  }

  #isPlainlySettled(): boolean {
    return [...this.#told].every(([worker, { counts }]) => {
      if (counts.isUnsure || counts.isLoose) return false;
      return [...this.#told].every(([other, { counts: others }]) => counts.expected[other] === others.received[worker]);
    });
  }

  #compare(): void {
    const questions: [recipient: number, sender: number, rows: readonly number[]][] = [];
    for (const [sender, recipient] of this.#pairs()) {
      const rows = this.#missing(sender, recipient);
      // More than can be told one by one: what is missing arrives, or the drain's time runs out.
      if (rows === undefined) return;
      if (rows.length > 0) questions.push([recipient, sender, rows]);
    }
    this.#awaited = 0;
    this.#answersLeft = questions.length;
    if (questions.length === 0) return this.#judge();
    for (const question of questions) this.orders.askFor(...question);
  }

  /** What a worker has sent to another one and that one has not written down. */
  #missing(sender: number, recipient: number): number[] | undefined {
    const sent = this.#pages.get(pairOf(sender, recipient)) as FarPage;
    const come = this.#pages.get(pairOf(recipient, sender)) as FarPage;
    const { missing, isComplete } = DeliverySum.from(sent.expected).minus(DeliverySum.from(come.received));
    if (!isComplete || sent.unsure === null) return undefined;
    return [...rowsOf(missing), ...sent.unsure];
  }

  #judge(): void {
    const round = this.#round;
    if (round !== undefined && this.#awaited === 0 && this.#known() === this.#lookedAt) return this.#settle(round);
    // Something may have changed meanwhile.
    this.#look();
  }

  #settle(round: string): void {
    this.#settled.add(round);
    this.orders.settled(round);
  }

  #known(): string {
    return JSON.stringify([...this.#told]);
  }

  *#pairs(): Generator<[sender: number, recipient: number]> {
    for (let sender = 0; sender < this.workers; sender++) {
      for (let recipient = 0; recipient < this.workers; recipient++) {
        if (sender !== recipient) yield [sender, recipient];
      }
    }
  }
}

function pairOf(worker: number, of: number): string {
  return `${worker} ${of}`;
}
