import { createHash } from "node:crypto";
import type { Clock } from "../clock.js";
import type { LoginFailures } from "./storage.js";

/** LGN-06: this many failures of one name within the window close the door for it. */
export const FAILURES_MAX = 11;
export const FAILURE_WINDOW_MS = 30 * 60 * 1000;
/** Names watched at once; beyond it the one that failed longest ago is forgotten. */
const NAMES_MAX = 100_000;
const NAME_KEPT_MAX_CHARS = 64;

/** In this process. */
export class LoginGuard implements LoginFailures {
  // Insertion order is the order of each name's latest failure, so the first is the one to forget.
  readonly #failures = new Map<string, readonly number[]>();

  constructor(private readonly clock: Clock) {}

  recent(name: string): number {
    return this.#recent(keyOf(name)).length;
  }

  failed(name: string): void {
    const key = keyOf(name);
    const times = [...this.#recent(key), this.clock.nowMs()];
    this.#failures.delete(key);
    this.#failures.set(key, times.slice(-FAILURES_MAX));
    if (this.#failures.size <= NAMES_MAX) return;
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined) this.#failures.delete(oldest);
  }

  succeeded(name: string): void {
    this.#failures.delete(keyOf(name));
  }

  #recent(key: string): number[] {
    const since = this.clock.nowMs() - FAILURE_WINDOW_MS;
    return (this.#failures.get(key) ?? []).filter((time) => time > since);
  }
}

/** A stranger chooses the name, and must not choose how much memory it takes (LGN-08). */
function keyOf(name: string): string {
  return name.length <= NAME_KEPT_MAX_CHARS ? name : createHash("sha256").update(name, "utf8").digest("base64");
}
