import type { ClientSession } from "./client-session.js";

interface StatusRequest {
  readonly session: ClientSession;
  readonly seqNum: number;
}

/** Questions of clients that travel to route_server and back (PUL-07), found again by the handle in attach_data. */
export class StatusRequests {
  readonly #pending = new Map<number, StatusRequest>();
  #handle = 0;

  constructor(private readonly pendingMax: number) {}

  /** Returns the handle to send along. Beyond the limit the oldest question is forgotten: its answer is the least likely. */
  add(session: ClientSession, seqNum: number): number {
    this.#handle = (this.#handle % 0xffffffff) + 1;
    this.#pending.set(this.#handle, { session, seqNum });
    if (this.#pending.size > this.pendingMax) {
      const [oldest] = this.#pending.keys();
      if (oldest !== undefined) this.#pending.delete(oldest);
    }
    return this.#handle;
  }

  take(handle: number): StatusRequest | undefined {
    const request = this.#pending.get(handle);
    this.#pending.delete(handle);
    return request;
  }
}
