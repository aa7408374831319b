/** More of one span are forgotten: whoever asks waits a little longer. */
const ARRIVALS_MAX = 1 << 20;

/** Which deliveries from one shard have arrived of those that were sent in the last `spanMs`, or a little earlier. */
export class RecentArrivals {
  #current = new Set<number>();
  #previous = new Set<number>();
  #endsMs = 0;

  constructor(
    /** Of the run. */
    private readonly devices: number,
    private readonly spanMs: number,
  ) {}

  /** `sentMs` since the start that all shards share. */
  add(serial: number, device: number, sentMs: number): void {
    if (sentMs >= this.#endsMs) {
      this.#previous = sentMs < this.#endsMs + this.spanMs ? this.#current : new Set();
      this.#current = new Set();
      this.#endsMs = sentMs + this.spanMs;
    }
    if (this.#current.size < ARRIVALS_MAX) this.#current.add(this.#keyOf(serial, device));
  }

  has(serial: number, device: number): boolean {
    const key = this.#keyOf(serial, device);
    return this.#current.has(key) || this.#previous.has(key);
  }

  /** Exact below 2⁵³: of 30,000 devices as long as one shard sends less than 300,000 million messages. */
  #keyOf(serial: number, device: number): number {
    return serial * this.devices + device;
  }
}
