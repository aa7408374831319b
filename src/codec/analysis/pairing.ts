import { AttachType } from "../attach-data.js";
import { peekBytes } from "../body-peek.js";
import { HEADER_SIZE, HeaderOffset } from "../pdu-header.js";
import type { PduDirection } from "../record/pdu-record.js";
import type { Party } from "../registry.js";
import { answerCommand, clientCommandsBehind } from "./answer-command.js";

/** A PDU on a link, as pairing needs it. */
export interface LinkPdu {
  /** Position in the input, from 1. */
  readonly seq: number;
  /** Tells connections apart. */
  readonly link: number;
  /** The sender is the side that dialled. */
  readonly towardsServer: boolean;
  readonly dir: PduDirection | null;
  /** Who listens on the link, where that is known. */
  readonly listener: Party | undefined;
  /** Milliseconds since 1970, with a fraction. */
  readonly timeMs: number | undefined;
  /** The PDU is `buffer[start, end)`. */
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A request that waits, or waited, for its answer. */
export interface PendingRequest {
  readonly seq: number;
  readonly link: number;
  readonly dir: PduDirection | null;
  readonly commandId: number;
  readonly seqNum: number;
  readonly timeMs: number | undefined;
}

/** What another server took to answer on behalf of a client's request. */
interface Hop {
  readonly link: number;
  readonly commandId: number;
  /** Positions of the hop's request and response. */
  readonly requestSeq: number;
  readonly responseSeq: number;
  readonly latencyMs: number | undefined;
}

export interface Pair {
  readonly request: PendingRequest;
  readonly responseSeq: number;
  readonly responseCommandId: number;
  readonly latencyMs: number | undefined;
  /** Servers asked on the way, in the order of their answers. */
  readonly hops: readonly Hop[];
}

export interface PairingLimits {
  /** Requests waiting at once; the oldest is given up for a new one. */
  readonly pendingMax: number;
  /** Time of the capture after which a request counts as unanswered. */
  readonly patienceMs: number;
}

const pairingLimits: PairingLimits = { pendingMax: 100_000, patienceMs: 60_000 };

interface Pending extends PendingRequest {
  readonly key: number;
  /** Of a request between servers: what the answer must bring back (DBP-02). */
  readonly attach: Buffer | undefined;
  /** The client's request that this one serves. */
  readonly origin: Pending | undefined;
  readonly hops: Hop[];
}

const ATTACH_FIELD = 20;
const HANDLE_OFFSET = 4;
const ATTACH_FIXED_SIZE = 12;
const none: ReadonlySet<Pending> = new Set();
/** Requests that wait under one key; an answer looks through them. */
const WAITING_ALIKE_MAX = 1024;
const HANDLES_MAX = 65_536;
const LINKS_TOLD_APART = 2 ** 20;

/**
 * Finds the answer to each request of a stream of PDUs: by link, command and seq_num (FRM-08), between servers by attach_data
 * too; and which requests between servers a client's request led to. Memory is bounded by the limits.
 */
export class Pairing {
  /** In order of age. */
  readonly #pending = new Set<Pending>();
  readonly #byAnswer = new Map<number, Set<Pending>>();
  /** Waiting requests of clients that no request between servers was seen for. */
  readonly #clientRequests = new Map<number, Set<Pending>>();
  /** Which client a msg_server means by a handle on one of its links. */
  readonly #handles = new Map<number, number>();

  constructor(
    private readonly onUnanswered: (request: PendingRequest) => void = () => {},
    private readonly limits: PairingLimits = pairingLimits,
  ) {}

  /** The pair that the PDU completes, if it answers something. Hot. */
  take(pdu: LinkPdu): Pair | undefined {
    if (pdu.timeMs !== undefined) this.#giveUpBefore(pdu.timeMs - this.limits.patienceMs);
    const commandId = pdu.buffer.readUInt16BE(pdu.start + HeaderOffset.commandId);
    const pair = this.#answer(pdu, commandId);
    if (pair === undefined) this.#request(pdu, commandId);
    return pair;
  }

  /** Requests that could still be answered, oldest first. */
  waiting(): IterableIterator<PendingRequest> {
    return this.#pending.values();
  }

  /** The input is over: what still waits was not answered. */
  end(): void {
    for (const request of this.#pending) this.#giveUp(request);
  }

  #answer(pdu: LinkPdu, commandId: number): Pair | undefined {
    const seqNum = pdu.buffer.readUInt16BE(pdu.start + HeaderOffset.seqNum);
    const waiting = this.#byAnswer.get(keyOf(pdu.link, !pdu.towardsServer, commandId, seqNum)) ?? none;
    const request = pdu.dir === "s2s" ? withAttach(waiting, attachOf(pdu)) : oldestOf(waiting);
    if (request === undefined) return undefined;
    this.#forget(request);
    const latencyMs = differenceMs(pdu.timeMs, request.timeMs);
    request.origin?.hops.push({
      link: request.link,
      commandId: request.commandId,
      requestSeq: request.seq,
      responseSeq: pdu.seq,
      latencyMs,
    });
    return { request, responseSeq: pdu.seq, responseCommandId: commandId, latencyMs, hops: request.hops };
  }

  #request(pdu: LinkPdu, commandId: number): void {
    const answer = answerCommand(commandId, pdu.dir !== "s2s", pdu.listener);
    // An echo is no request: 0x0301 and heartbeats answer themselves, towards the side that dialled.
    if (answer === 0 || (answer === commandId && !pdu.towardsServer)) return;
    // Only clients' messages are acknowledged to a client; the same command towards it is a delivery.
    if (pdu.dir === "s2c" && commandId === 0x0301) return;
    const seqNum = pdu.buffer.readUInt16BE(pdu.start + HeaderOffset.seqNum);
    const attach = pdu.dir === "s2s" ? attachOf(pdu) : undefined;
    const origin = pdu.dir === "s2s" ? this.#originOf(pdu, commandId, seqNum, attach) : undefined;
    const request: Pending = {
      seq: pdu.seq,
      link: pdu.link,
      dir: pdu.dir,
      commandId,
      seqNum,
      timeMs: pdu.timeMs,
      key: keyOf(pdu.link, pdu.towardsServer, answer, seqNum),
      // A copy: the view would keep a chunk of the file.
      attach: attach && Buffer.from(attach),
      origin,
      hops: [],
    };
    this.#pending.add(request);
    const alike = addTo(this.#byAnswer, request.key, request);
    if (pdu.dir === "c2s") this.#awaitForwarding(request);
    if (alike.size > WAITING_ALIKE_MAX) this.#giveUpOldest(alike);
    if (this.#pending.size > this.limits.pendingMax) this.#giveUpOldest(this.#pending);
  }

  /**
   * The client's request that msg_server forwards: same seq_num, and from the client that the handle stands for. A handle
   * not met before is learnt from the request that came last and has not been forwarded yet.
   */
  #originOf(pdu: LinkPdu, commandId: number, seqNum: number, attach: Buffer | undefined): Pending | undefined {
    const handle = handleOf(attach);
    if (handle === undefined) return undefined;
    const handleKey = (pdu.link % LINKS_TOLD_APART) * 2 ** 32 + handle;
    const known = this.#handles.get(handleKey);
    let origin: Pending | undefined;
    for (const client of clientCommandsBehind(commandId)) {
      for (const candidate of this.#clientRequests.get(clientKeyOf(client, seqNum)) ?? none) {
        if (origin === undefined || origin.link !== known || candidate.link === known) origin = candidate;
      }
    }
    if (origin === undefined) return undefined;
    this.#forwarded(origin);
    if (known !== origin.link) {
      if (this.#handles.size >= HANDLES_MAX) this.#handles.clear();
      this.#handles.set(handleKey, origin.link);
    }
    return origin;
  }

  #giveUpBefore(timeMs: number): void {
    for (const request of this.#pending) {
      if (request.timeMs === undefined || request.timeMs >= timeMs) return;
      this.#giveUp(request);
    }
  }

  #giveUpOldest(requests: ReadonlySet<Pending>): void {
    const oldest = oldestOf(requests);
    if (oldest !== undefined) this.#giveUp(oldest);
  }

  #giveUp(request: Pending): void {
    this.#forget(request);
    this.onUnanswered(request);
  }

  #forget(request: Pending): void {
    this.#pending.delete(request);
    removeFrom(this.#byAnswer, request.key, request);
    if (request.dir === "c2s") this.#forwarded(request);
  }

  #awaitForwarding(request: Pending): void {
    const alike = addTo(this.#clientRequests, clientKeyOf(request.commandId, request.seqNum), request);
    const oldest = alike.size > WAITING_ALIKE_MAX ? oldestOf(alike) : undefined;
    if (oldest !== undefined) alike.delete(oldest);
  }

  /** Or given up: no request between servers is put down to it any more. */
  #forwarded(request: Pending): void {
    removeFrom(this.#clientRequests, clientKeyOf(request.commandId, request.seqNum), request);
  }
}

/** A number that a double holds exactly: far more links than a capture's reader keeps at once. */
function keyOf(link: number, isRequestTowardsServer: boolean, answer: number, seqNum: number): number {
  const end = (link % LINKS_TOLD_APART) * 2 + (isRequestTowardsServer ? 1 : 0);
  return end * 2 ** 32 + answer * 65_536 + seqNum;
}

function clientKeyOf(commandId: number, seqNum: number): number {
  return commandId * 65_536 + seqNum;
}

function attachOf({ buffer, start, end }: LinkPdu): Buffer | undefined {
  return peekBytes(buffer, start + HEADER_SIZE, end, ATTACH_FIELD);
}

function handleOf(attach: Buffer | undefined): number | undefined {
  if (attach === undefined || attach.length < ATTACH_FIXED_SIZE) return undefined;
  const type = attach.readUInt32BE(0);
  const isOfClient = type === AttachType.HANDLE || type === AttachType.HANDLE_AND_PDU_FOR_FILE;
  return isOfClient ? attach.readUInt32BE(HANDLE_OFFSET) : undefined;
}

function oldestOf(requests: ReadonlySet<Pending>): Pending | undefined {
  for (const request of requests) return request;
  return undefined;
}

function withAttach(waiting: ReadonlySet<Pending>, attach: Buffer | undefined): Pending | undefined {
  for (const request of waiting) {
    // Who asked with nothing attached may get an empty attachment back.
    const isIts =
      request.attach === undefined ? !attach?.length : attach !== undefined && request.attach.equals(attach);
    if (isIts) return request;
  }
  return undefined;
}

function differenceMs(later: number | undefined, earlier: number | undefined): number | undefined {
  return later === undefined || earlier === undefined ? undefined : later - earlier;
}

function addTo(sets: Map<number, Set<Pending>>, key: number, request: Pending): Set<Pending> {
  const known = sets.get(key);
  if (known !== undefined) return known.add(request);
  const made = new Set([request]);
  sets.set(key, made);
  return made;
}

function removeFrom(sets: Map<number, Set<Pending>>, key: number, request: Pending): void {
  const set = sets.get(key);
  if (set?.delete(request) && set.size === 0) sets.delete(key);
}
