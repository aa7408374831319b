/**
 * A map that forgets the entry that came first when there are too many. Costs the same for each entry, however many there are:
 * an iterator made anew for each eviction would pass by all that was evicted before.
 */
export class CappedMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #oldest = this.#entries.keys();

  constructor(private readonly entriesMax: number) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#entries[Symbol.iterator]();
  }

  /** An entry that is there keeps its age. */
  set(key: K, value: V): void {
    if (this.#entries.size >= this.entriesMax && !this.#entries.has(key)) this.#forgetOldest();
    this.#entries.set(key, value);
  }

  /** The entry is the youngest from now on. */
  renew(key: K, value: V): void {
    this.#entries.delete(key);
    this.set(key, value);
  }

  getOrMake(key: K, make: () => V): V {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  #forgetOldest(): void {
    const { value, done } = this.#oldest.next();
    if (!done) this.#entries.delete(value);
  }
}
