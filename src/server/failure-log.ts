import type { RoleName } from "./role-name.js";
import type { NoteDetail, ServerLog } from "./server-log.js";

/** While something is away, each request is a failure. */
const INTERVAL_MS = 1000;

/** Failures of one kind in the log: one line a second, with how many there were besides. */
export class FailureLog {
  #loggedMs = Number.NEGATIVE_INFINITY;
  #unlogged = 0;

  constructor(
    private readonly log: ServerLog,
    private readonly role: RoleName,
    private readonly text: string,
  ) {}

  failed(error: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#loggedMs < INTERVAL_MS) {
      this.#unlogged++;
      return;
    }
    const detail: NoteDetail = { error, ...(this.#unlogged === 0 ? {} : { more: this.#unlogged }) };
    this.log.trouble(this.role, this.text, detail);
    this.#loggedMs = nowMs;
    this.#unlogged = 0;
  }
}
