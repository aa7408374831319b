/** How many bytes of unfinished PDUs the streams of a capture hold together, against how many they may. */
export class CarryBudget {
  #held = 0;

  constructor(private readonly carriedBytesMax: number) {}

  get isExceeded(): boolean {
    return this.#held > this.carriedBytesMax;
  }

  take(bytes: number): void {
    this.#held += bytes;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}
