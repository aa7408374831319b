import type { LineSink } from "./server-logs.js";

/**
 * Collects log lines and writes them once a tick: a busy server must not pay a system call for each line. Holds them back
 * until released, because the first line that a program reads is the one that says what listens where.
 */
export class LineBatch implements LineSink {
  #lines = "";
  #scheduled = false;
  #held = true;

  constructor(private readonly sink: LineSink) {}

  write(text: string): void {
    this.#lines += text;
    if (!this.#held) this.#schedule();
  }

  release(): void {
    this.#held = false;
    this.#schedule();
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#lines === "") return;
    this.sink.write(this.#lines);
    this.#lines = "";
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }
}
