import { appendFile } from "node:fs/promises";
import type { Push, PushOutlet } from "./push-outlet.js";

/** Appends each push to a file as one line of JSON. Those that come at once are one write. */
export class FileOutlet implements PushOutlet {
  #lines: string[] = [];
  /** The write that will take the lines collected now. */
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly path: string) {}

  deliver(push: Push): Promise<void> {
    this.#lines.push(`${JSON.stringify(push)}\n`);
    this.#next ??= this.#last.then(() => this.#write());
    return this.#next;
  }

  async stop(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#last;
  }

  #write(): Promise<void> {
    const lines = this.#lines.join("");
    this.#lines = [];
    this.#next = undefined;
    const written = appendFile(this.path, lines);
    this.#last = written.catch(() => {});
    return written;
  }
}
