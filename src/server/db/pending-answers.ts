import type { CommandId } from "../../codec/generated/commands.js";
import { DatabaseUnavailableError } from "./database-port.js";

export interface PendingAnswer {
  readonly link: object;
  readonly response: CommandId;
  readonly seqNum: number;
  readonly resolve: (body: object) => void;
  readonly reject: (error: Error) => void;
  /** Asks over another link, where that comes to the same; false when there is none. */
  readonly askAgain: (() => boolean) | undefined;
  readonly deadlineMs: number;
}

/** Requests that wait for an answer, by the number that travels in attach_data. */
export class PendingAnswers {
  readonly #byHandle = new Map<number, PendingAnswer>();

  constructor(private readonly pendingMax: number) {}

  get size(): number {
    return this.#byHandle.size;
  }

  get isFull(): boolean {
    return this.#byHandle.size >= this.pendingMax;
  }

  add(handle: number, pending: PendingAnswer): void {
    this.#byHandle.set(handle, pending);
  }

  /** Nothing for a handle that nobody waits for, nor when what has come answers another question than was asked. */
  take(handle: number, response: number): PendingAnswer | undefined {
    const pending = this.#byHandle.get(handle);
    if (pending?.response !== response) return undefined;
    this.#byHandle.delete(handle);
    return pending;
  }

  /** For an answer that cannot be decoded, so that its attach_data cannot be read: the header must do. */
  takeBySeqNum(link: object, response: number, seqNum: number): PendingAnswer | undefined {
    for (const [handle, pending] of this.#byHandle) {
      if (pending.link !== link || pending.seqNum !== seqNum) continue;
      const found = this.take(handle, response);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  expire(nowMs: number): void {
    for (const [handle, pending] of this.#byHandle) {
      if (pending.deadlineMs <= nowMs) this.#fail(handle, pending, "no answer in time");
    }
  }

  /** Each is asked again, in the order of before, or fails. */
  failLink(link: object): void {
    const lost = [...this.#byHandle].filter(([, pending]) => pending.link === link);
    for (const [handle] of lost) this.#byHandle.delete(handle);
    for (const [handle, pending] of lost) {
      if (pending.askAgain?.() !== true) this.#fail(handle, pending, "link lost");
    }
  }

  #fail(handle: number, pending: PendingAnswer, reason: string): void {
    this.#byHandle.delete(handle);
    pending.reject(new DatabaseUnavailableError(reason));
  }
}
