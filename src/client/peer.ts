import { decodeBody } from "../codec/body-codec.js";
import { type CommandBody, CommandId } from "../codec/generated/commands.js";
import { encodePdu, framePdu, type HeaderOverrides } from "../codec/pdu.js";
import { decodeHeader, HEADER_SIZE, type PduHeader, type PduLimits, serverLimits } from "../codec/pdu-header.js";
import { ProtocolError } from "../codec/protocol-error.js";
import { commandById, hexId } from "../codec/registry.js";
import { type Address, formatAddress } from "../net/address.js";
import { DialError, dial } from "../net/dial.js";
import type { CloseReason, PduLink } from "../net/pdu-link.js";
import { ExpectationError } from "./expectation-error.js";
import { PduTrace } from "./pdu-trace.js";
import { type RequestId, type ResponseBody, responseOf } from "./requests.js";

export type { Address };
export { DialError };

export interface PeerOptions {
  /** What the connection is called in traces. */
  readonly label?: string;
  /** Where everything is recorded; a trace of its own unless given. */
  readonly trace?: PduTrace;
  /** How long `expect…` waits unless told; 5,000 unless given. */
  readonly answerTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly limits?: PduLimits;
  readonly signal?: AbortSignal;
}

export interface ReceivedPdu<C extends CommandId = CommandId> {
  readonly commandId: C;
  readonly header: PduHeader;
  readonly seqNum: number;
  readonly body: CommandBody[C];
  /** The whole PDU; `body`'s bytes fields are views of it. */
  readonly bytes: Buffer;
}

/** A received PDU that breaks the schema: of no known command, or with an undecodable body. */
export interface MalformedPdu {
  readonly commandId: number;
  readonly error: ProtocolError;
}

/** Which PDU of a command is meant. */
export type Where<C extends CommandId> = (body: CommandBody[C], pdu: ReceivedPdu<C>) => boolean;

export interface ExpectOptions {
  readonly withinMs?: number;
  /** Which one of its kind is expected, in words: "from user 7". */
  readonly what?: string;
}

interface Waiter {
  readonly commandId: CommandId;
  readonly matches: (pdu: ReceivedPdu) => boolean;
  readonly resolve: (pdu: ReceivedPdu) => void;
  readonly reject: (actual: string) => void;
}

const ANSWER_TIMEOUT_MS = 5000;
const SEQ_NUM_MAX = 0xffff;
/** Kept for later expectations; a flood beyond either costs the server its connection instead of eating memory. */
const INBOX_MAX = 100_000;
const INBOX_MAX_BYTES = 256 * 1024 * 1024;

/**
 * A connection for tests and suites: sends any PDU or bytes, keeps what comes, and states expectations about it. What an
 * expectation does not take stays in the inbox for later ones, so notifications of other users may arrive at any time.
 */
export class PduPeer {
  readonly trace: PduTrace;
  readonly label: string;
  readonly malformed: MalformedPdu[] = [];
  #link: PduLink | undefined;
  #closedBy: CloseReason | undefined;
  #closeWaiters: (() => void)[] = [];
  #waiters: Waiter[] = [];
  #inbox: ReceivedPdu[] = [];
  #inboxBytes = 0;
  #lastSeqNum = 0;
  readonly #answerTimeoutMs: number;

  private constructor(options: PeerOptions) {
    this.trace = options.trace ?? new PduTrace();
    this.label = options.label ?? "peer";
    this.#answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
  }

  /** @throws DialError */
  static async dial(address: Address, options: PeerOptions = {}): Promise<PduPeer> {
    const peer = new PduPeer(options);
    const { connectTimeoutMs, signal } = options;
    peer.#link = await dial(
      address,
      {
        limits: options.limits ?? serverLimits,
        ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
        ...(signal === undefined ? {} : { signal }),
      },
      {
        onPdu: (_, bytes, start, end) => peer.#received(Buffer.from(bytes.subarray(start, end))),
        onClose: (_, reason, error) => peer.#closed(reason, error),
      },
    );
    peer.trace.record(peer.label, "opened", `${formatAddress(peer.#link.local)} > ${formatAddress(address)}`);
    return peer;
  }

  /** Why the connection closed; `undefined` while it is open. */
  get closedBy(): CloseReason | undefined {
    return this.#closedBy;
  }

  get isOpen(): boolean {
    return this.#link?.isOpen ?? false;
  }

  get localAddress(): Address {
    return (this.#link as PduLink).local;
  }

  /** Received and not taken by an expectation yet. */
  get inbox(): readonly ReceivedPdu[] {
    return this.#inbox;
  }

  /** Sends a valid PDU; the header may lie. Returns its seq_num, a fresh one unless given. @throws TypeError */
  send<C extends CommandId>(commandId: C, body: CommandBody[C], header: HeaderOverrides = {}): number {
    const seqNum = header.seqNum ?? this.nextSeqNum();
    this.sendBytes(encodePdu(commandId, body, { ...header, seqNum }));
    return seqNum;
  }

  /** Sends a PDU whose command or body need not be valid. Returns its seq_num. */
  sendFramed(commandId: number, body: Buffer, header: HeaderOverrides = {}): number {
    const seqNum = header.seqNum ?? this.nextSeqNum();
    this.sendBytes(framePdu(commandId, body, { ...header, seqNum }));
    return seqNum;
  }

  /** Hand-written bytes; blanks are left out. */
  sendHex(hex: string): void {
    const digits = hex.replaceAll(/\s+/g, "");
    if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw new TypeError(`not hex: ${hex}`);
    this.sendBytes(Buffer.from(digits, "hex"));
  }

  /** What is sent within one tick leaves in one segment. */
  sendBytes(bytes: Buffer): void {
    this.trace.record(this.label, "sent", bytes);
    this.#link?.sendBytes(bytes);
  }

  /** Sends a request and takes its answer: the response command with the request's seq_num (FRM-08). */
  async request<C extends RequestId>(
    commandId: C,
    body: CommandBody[C],
    options: ExpectOptions = {},
  ): Promise<ResponseBody<C>> {
    const seqNum = this.send(commandId, body);
    return (await this.expectAnswer(commandId, seqNum, options)).body;
  }

  /** The answer to the request that went out under `seqNum`. */
  expectAnswer<C extends RequestId>(commandId: C, seqNum: number, options: ExpectOptions = {}) {
    return this.expect(responseOf[commandId], (_, pdu) => pdu.seqNum === seqNum, {
      what: `with seq_num ${seqNum}`,
      ...options,
    });
  }

  /** Takes the first PDU of the command that matches, from the inbox or as it comes. @throws ExpectationError */
  expect<C extends CommandId>(
    commandId: C,
    where: Where<C> = () => true,
    { withinMs = this.#answerTimeoutMs, what = "" }: ExpectOptions = {},
  ): Promise<ReceivedPdu<C>> {
    const expected = `${nameOf(commandId)}${what === "" ? "" : ` ${what}`}`;
    const matches = (pdu: ReceivedPdu) =>
      pdu.commandId === commandId && where(pdu.body as CommandBody[C], pdu as ReceivedPdu<C>);
    const at = this.#inbox.findIndex(matches);
    if (at >= 0) {
      const [pdu] = this.#inbox.splice(at, 1) as [ReceivedPdu<C>];
      this.#inboxBytes -= pdu.bytes.length;
      return Promise.resolve(pdu);
    }
    return new Promise((resolve, reject) => {
      const fail = (actual: string) => {
        clearTimeout(timer);
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(new ExpectationError(`${expected} on ${this.label}`, actual));
      };
      const waiter: Waiter = {
        commandId,
        matches,
        reject: fail,
        resolve: (pdu) => {
          clearTimeout(timer);
          resolve(pdu as ReceivedPdu<C>);
        },
      };
      const timer = setTimeout(() => fail(`nothing of it within ${withinMs} ms; ${this.#inboxInWords()}`), withinMs);
      if (this.#closedBy !== undefined) return fail(`the connection closed (${this.#closedBy})`);
      this.#waiters.push(waiter);
    });
  }

  /**
   * Nothing of the command that matches has come, and nothing comes before a probe that must: a heartbeat sent now and
   * echoed (CON-01), unless another is given. @throws ExpectationError also when the probe does not arrive
   */
  async expectNothing<C extends CommandId>(
    commandId: C,
    where: Where<C> = () => true,
    { what = "", probe = () => this.expectHeartbeat() }: { what?: string; probe?: () => Promise<unknown> } = {},
  ): Promise<void> {
    await probe();
    const unwanted = this.#inbox.find(
      (pdu) => pdu.commandId === commandId && where(pdu.body as CommandBody[C], pdu as ReceivedPdu<C>),
    );
    if (unwanted === undefined) return;
    throw new ExpectationError(
      `no ${nameOf(commandId)}${what === "" ? "" : ` ${what}`} on ${this.label}`,
      `${nameOf(commandId)} ${inWords(unwanted)}`,
    );
  }

  /** Nothing answers the PDU that went out under `seqNum`, before a probe that must be answered. */
  async expectNoAnswer(seqNum: number, probe: () => Promise<unknown> = () => this.expectHeartbeat()): Promise<void> {
    await probe();
    const answer = this.#inbox.find((pdu) => pdu.seqNum === seqNum && seqNum !== 0);
    if (answer === undefined) return;
    throw new ExpectationError(
      `no answer to seq_num ${seqNum} on ${this.label}`,
      `${nameOf(answer.commandId)} ${inWords(answer)}`,
    );
  }

  /** The connection is open and served: a heartbeat sent now is echoed, seq_num included (CON-01). */
  async expectHeartbeat(): Promise<void> {
    await this.request(CommandId.CID_OTHER_HEARTBEAT, {}, { what: "(echo of a heartbeat)" });
  }

  /** The server closes the connection. Returns after how many milliseconds from now. @throws ExpectationError */
  expectClosed({ withinMs = this.#answerTimeoutMs }: { withinMs?: number } = {}): Promise<number> {
    if (this.#closedBy !== undefined) return Promise.resolve(0);
    const startedMs = performance.now();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#closeWaiters = this.#closeWaiters.filter((other) => other !== closed);
        reject(
          new ExpectationError(
            `the server closes ${this.label} within ${Math.round(withinMs)} ms`,
            `it is still open; ${this.#inboxInWords()}`,
          ),
        );
      }, withinMs);
      const closed = () => {
        clearTimeout(timer);
        resolve(performance.now() - startedMs);
      };
      this.#closeWaiters.push(closed);
    });
  }

  /** Half-closes: the server gets what was sent, then FIN. Nothing more may be sent. */
  endSending(): void {
    this.#link?.endSending();
  }

  /** What comes stays in the sockets' buffers, and a close of the server's goes unseen. */
  stopReading(): void {
    this.#link?.pause();
  }

  goOnReading(): void {
    this.#link?.resume();
  }

  /** Flushes, closes, and waits until the connection is gone. */
  async close(): Promise<void> {
    if (this.#closedBy !== undefined) return;
    const gone = new Promise<void>((resolve) => this.#closeWaiters.push(resolve));
    this.#link?.close();
    await gone;
  }

  /** 1…65535 in turn. */
  nextSeqNum(): number {
    this.#lastSeqNum = this.#lastSeqNum === SEQ_NUM_MAX ? 1 : this.#lastSeqNum + 1;
    return this.#lastSeqNum;
  }

  #received(bytes: Buffer): void {
    this.trace.record(this.label, "received", bytes);
    const header = decodeHeader(bytes, serverLimits) as PduHeader;
    let pdu: ReceivedPdu;
    try {
      const commandId = header.commandId as CommandId;
      pdu = { commandId, header, seqNum: header.seqNum, body: decodeBody(commandId, bytes, HEADER_SIZE), bytes };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return this.#receivedMalformed(header.commandId, error);
    }
    const at = this.#waiters.findIndex(({ matches }) => matches(pdu));
    if (at >= 0) return this.#waiters.splice(at, 1)[0]?.resolve(pdu);
    if (this.#inbox.length >= INBOX_MAX || this.#inboxBytes + bytes.length > INBOX_MAX_BYTES) {
      return this.#link?.destroy("inbox-full");
    }
    this.#inbox.push(pdu);
    this.#inboxBytes += bytes.length;
  }

  #receivedMalformed(commandId: number, error: ProtocolError): void {
    if (this.malformed.length >= INBOX_MAX) return this.#link?.destroy("inbox-full");
    this.malformed.push({ commandId, error });
    for (const waiter of this.#waiters.filter((each) => each.commandId === commandId)) {
      waiter.reject(`a ${nameOf(commandId)} that breaks the schema: ${error.message}`);
    }
  }

  #closed(reason: CloseReason, error: Error | undefined): void {
    this.#closedBy = reason;
    const words = error === undefined ? reason : `${reason}: ${error.message}`;
    this.trace.record(this.label, "closed", words);
    for (const waiter of [...this.#waiters]) waiter.reject(`the connection closed (${words})`);
    for (const closed of this.#closeWaiters.splice(0)) closed();
  }

  #inboxInWords(): string {
    if (this.#inbox.length === 0 && this.malformed.length === 0) return "nothing else came";
    const counts = new Map<string, number>();
    for (const { commandId } of [...this.#inbox, ...this.malformed]) {
      counts.set(nameOf(commandId), (counts.get(nameOf(commandId)) ?? 0) + 1);
    }
    return `came: ${[...counts].map(([name, count]) => (count === 1 ? name : `${name} ×${count}`)).join(", ")}`;
  }
}

const WORDS_MAX = 200;

function inWords({ seqNum, body }: ReceivedPdu): string {
  const text = JSON.stringify(body, (_, value) => (isBufferJson(value) ? `${value.data.length} bytes` : value));
  return `seq_num ${seqNum} ${text.length > WORDS_MAX ? `${text.slice(0, WORDS_MAX)}…` : text}`;
}

function isBufferJson(value: unknown): value is { type: "Buffer"; data: number[] } {
  return typeof value === "object" && value !== null && (value as { type?: unknown }).type === "Buffer";
}

function nameOf(commandId: number): string {
  const name = commandById(commandId)?.name;
  return name === undefined ? `unknown command ${hexId(commandId)}` : `${hexId(commandId)} ${name}`;
}
