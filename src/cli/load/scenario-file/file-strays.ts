/** What fails in a scenario file and nobody waits for: kept until there is a run, which it then goes to at once. */
export class FileStrays {
  readonly #early: unknown[] = [];
  #run: ((reason: unknown) => void) | undefined;

  constructor(readonly isTheirs: (error: unknown) => boolean) {}

  /** @throws the reason, where there is no run yet and it is not the file's, but a fault of ours */
  take(reason: unknown): void {
    if (this.#run !== undefined) return this.#run(reason);
    if (!this.isTheirs(reason)) throw reason;
    this.#early.push(reason);
  }

  goTo(run: (reason: unknown) => void): void {
    this.#run = run;
    for (const reason of this.#early.splice(0)) run(reason);
  }
}
