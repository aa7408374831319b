/** How much is logged: each kind brings those before it along. */
export const logKinds = ["notes", "commands", "pdus"] as const;
export type LogKind = (typeof logKinds)[number];

export interface LogEntry {
  readonly kind: LogKind;
  /** One line without its end; asked for when it is to be seen. */
  text(): string;
}

const ENTRIES_MAX = 5000;

/** The last lines of a log. What is not looked at is not made into text: servers log more than a screen can show. */
export class LogTail {
  /** Where the servers' log looks before it makes an entry. */
  level: LogKind = "notes";
  readonly #ring: LogEntry[] = [];
  #added = 0;

  get added(): number {
    return this.#added;
  }

  wants(kind: LogKind): boolean {
    return logKinds.indexOf(kind) <= logKinds.indexOf(this.level);
  }

  add(entry: LogEntry): void {
    this.#ring[this.#added % ENTRIES_MAX] = entry;
    this.#added++;
  }

  /**
   * The newest lines that fit, in the order they came.
   * @param before only those that were added before so many had been
   * @param skip so many of them, from the newest, are left out
   */
  last(lines: number, fits: (text: string, kind: LogKind) => boolean, before = this.#added, skip = 0): string[] {
    const found: string[] = [];
    const oldest = Math.max(0, this.#added - ENTRIES_MAX);
    let left = skip;
    for (let at = before - 1; at >= oldest && found.length < lines; at--) {
      const entry = this.#ring[at % ENTRIES_MAX];
      if (entry === undefined || !this.wants(entry.kind)) continue;
      const text = entry.text();
      if (fits(text, entry.kind) && left-- <= 0) found.push(text);
    }
    return found.reverse();
  }
}
