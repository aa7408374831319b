import type { ClientSession } from "./client-session.js";

const nobody: readonly ClientSession[] = [];

/** Who is logged in on this msg_server, by user and by device class. */
export class UserTable {
  readonly #byUser = new Map<number, ClientSession[]>();
  readonly #onPc = new Set<ClientSession>();
  readonly #all = new Set<ClientSession>();

  get users(): number {
    return this.#byUser.size;
  }

  /** PRE-01: those that presence is told to. */
  get onPc(): ReadonlySet<ClientSession> {
    return this.#onPc;
  }

  get all(): ReadonlySet<ClientSession> {
    return this.#all;
  }

  of(userId: number): readonly ClientSession[] {
    return this.#byUser.get(userId) ?? nobody;
  }

  add(session: ClientSession): void {
    // A new array each time, so that whoever iterates over the old one is not disturbed.
    this.#byUser.set(session.userId, [...this.of(session.userId), session]);
    this.#all.add(session);
    if (!session.isMobile) this.#onPc.add(session);
  }

  /** `false` when it was not there. */
  remove(session: ClientSession): boolean {
    if (!this.#all.delete(session)) return false;
    this.#onPc.delete(session);
    const rest = this.of(session.userId).filter((other) => other !== session);
    if (rest.length === 0) this.#byUser.delete(session.userId);
    else this.#byUser.set(session.userId, rest);
    return true;
  }
}
