import { IterationInterrupted } from "./iteration-interrupted.js";

/** What a waiting came to. Errors are thrown by whoever waits, so that their stack names the line of the file. */
export type Outcome<T> = { readonly value: T } | { readonly error: string };

const interrupted: unique symbol = Symbol("interrupted");

/** All that an iteration waits for, so that an interrupt ends it. */
export class Waits {
  readonly #open = new Set<() => void>();
  #isInterrupted = false;

  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  /** @throws IterationInterrupted, Error with the outcome's text */
  for<T>(begin: (done: (outcome: Outcome<T>) => void) => void): Promise<T> {
    return this.fairly(() => this.#outcomeOf(begin));
  }

  async #outcomeOf<T>(begin: (done: (outcome: Outcome<T>) => void) => void): Promise<T> {
    this.check();
    const outcome = await new Promise<Outcome<T> | typeof interrupted>((resolve) => {
      const end = () => resolve(interrupted);
      this.#open.add(end);
      begin((result) => {
        this.#open.delete(end);
        resolve(result);
      });
    });
    if (outcome === interrupted) throw new IterationInterrupted();
    if ("error" in outcome) throw new Error(outcome.error);
    return outcome.value;
  }

  /** The same for a promise. */
  promised<T>(work: Promise<T>): Promise<T> {
    return this.for<T>((done) => {
      work.then(
        (value) => done({ value }),
        (error: unknown) => done({ error: error instanceof Error ? error.message : String(error) }),
      );
    });
  }

  /** The same for a function of the file, whose error is thrown as it is. @throws IterationInterrupted, what it threw */
  async itself<T>(work: Promise<T>): Promise<T> {
    const result = await this.for<() => T>((done) => {
      work.then(
        (value) => done({ value: () => value }),
        (error: unknown) => {
          const rethrow = () => {
            throw error;
          };
          done({ value: rethrow });
        },
      );
    });
    return result();
  }

  /** @throws IterationInterrupted */
  check(): void {
    if (this.#isInterrupted) throw new IterationInterrupted();
  }

  /** What fails does so in a later turn: a loop that catches it and tries again must not keep all else from happening. */
  async fairly<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await new Promise((resolve) => setImmediate(resolve));
      throw error;
    }
  }

  interrupt(): void {
    this.#isInterrupted = true;
    const open = [...this.#open];
    this.#open.clear();
    for (const end of open) end();
  }

  /** The next iteration begins. */
  reset(): void {
    this.#isInterrupted = false;
    this.#open.clear();
  }
}
