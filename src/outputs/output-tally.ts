import type { OutputResult } from "../runner/load/load-result.js";

/** Counts what becomes of what an output sends, and tells of the first failure: one line, however long it lasts. */
export class OutputTally {
  sent = 0;
  #failed = 0;
  #dropped = 0;
  #firstFailure: string | null = null;

  constructor(
    /** As on the command line, without passwords. */
    readonly output: string,
    private readonly unit: OutputResult["unit"],
    private readonly warn: (text: string) => void,
  ) {}

  failed(count: number, reason: string): void {
    this.#failed += count;
    this.#tell(reason);
  }

  /** Given up because those before it are still under way. */
  dropped(count: number, reason: string): void {
    this.#dropped += count;
    this.#tell(reason);
  }

  result(): OutputResult {
    const { output, unit, sent } = this;
    return { output, unit, sent, failed: this.#failed, dropped: this.#dropped, firstFailure: this.#firstFailure };
  }

  #tell(reason: string): void {
    if (this.#firstFailure !== null) return;
    this.#firstFailure = reason;
    this.warn(`--out ${this.output}: ${reason}; the run goes on, and the report counts what is missing`);
  }
}
