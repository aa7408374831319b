import { decodeBody } from "../codec/body-codec.js";
import type { CommandBody, CommandId } from "../codec/generated/commands.js";
import { HEADER_SIZE } from "../codec/pdu-header.js";
import { commandById, hexId } from "../codec/registry.js";
import { unwatch, type Watched, watch } from "../net/link-sweep.js";
import { ClientError } from "./client-error.js";

interface Pending {
  readonly responseId: CommandId;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly resolve: (answer: Answer<object>) => void;
  readonly reject: (error: ClientError) => void;
}

/** What a request was answered, and the PDU that says so. */
export interface Answer<Body> {
  readonly body: Body;
  readonly pdu: Buffer;
}

/** Requests whose answers are awaited, by seq_num (FRM-08). Deadlines are looked at by the process's one link sweep. */
export class PendingRequests implements Watched {
  sweepSlot = 0;
  readonly #pending = new Map<number, Pending>();

  get size(): number {
    return this.#pending.size;
  }

  has(seqNum: number): boolean {
    return this.#pending.has(seqNum);
  }

  add<C extends CommandId>(seqNum: number, responseId: C, timeoutMs: number): Promise<Answer<CommandBody[C]>> {
    if (this.#pending.size === 0) watch(this);
    return new Promise((resolve, reject) => {
      const deadlineMs = performance.now() + timeoutMs;
      const settle = resolve as (answer: Answer<object>) => void;
      this.#pending.set(seqNum, { responseId, timeoutMs, deadlineMs, resolve: settle, reject });
    });
  }

  /** Whether `bytes[start, end)` answers a request; its promise settles then. */
  settle(commandId: number, seqNum: number, bytes: Buffer, start: number, end: number): boolean {
    const pending = this.#pending.get(seqNum);
    if (pending === undefined || pending.responseId !== commandId) return false;
    this.#remove(seqNum);
    try {
      // A copy: the caller's bytes are gone when the promise's owner runs, and decoded bytes fields are views.
      const pdu = Buffer.from(bytes.subarray(start, end));
      pending.resolve({ body: decodeBody(pending.responseId, pdu, HEADER_SIZE, pdu.length), pdu });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      pending.reject(new ClientError("ANSWER_MALFORMED", { waitedFor: nameOf(commandId), reason }, { cause: error }));
    }
    return true;
  }

  /** Rejects everything that still waits. */
  fail(error: ClientError): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    unwatch(this);
    for (const { reject } of all) reject(error);
  }

  sweep(nowMs: number): number {
    for (const [seqNum, { deadlineMs, timeoutMs, responseId, reject }] of this.#pending) {
      if (nowMs < deadlineMs) continue;
      this.#remove(seqNum);
      reject(new ClientError("TIMEOUT", { waitedFor: nameOf(responseId), timeoutMs }));
    }
    // As often as can be: the next to be late may be any of them.
    return this.#pending.size === 0 ? Number.POSITIVE_INFINITY : nowMs;
  }

  #remove(seqNum: number): void {
    this.#pending.delete(seqNum);
    if (this.#pending.size === 0) unwatch(this);
  }
}

function nameOf(commandId: number): string {
  return `${hexId(commandId)} ${commandById(commandId)?.name ?? ""}`.trim();
}
