import { decodeBody } from "../codec/body-codec.js";
import { type CommandBody, CommandId } from "../codec/generated/commands.js";
import { encodePdu, framePdu, type HeaderOverrides } from "../codec/pdu.js";
import { decodeHeader, HEADER_SIZE, type PduHeader, type PduLimits, serverLimits } from "../codec/pdu-header.js";
import { ProtocolError } from "../codec/protocol-error.js";
import type { Address } from "../net/address.js";
import { DialError, dial } from "../net/dial.js";
import type { CloseReason, PduLink } from "../net/pdu-link.js";
import { ExpectationError } from "./expectation-error.js";
import { Patience } from "./patience.js";
import {
  type ExpectOptions,
  type MalformedPdu,
  nameOf,
  PduInbox,
  pduInWords,
  type ReceivedPdu,
  type Where,
} from "./pdu-inbox.js";
import { PduTrace, type TracedConnection, type TraceEvent } from "./pdu-trace.js";
import { type RequestId, type ResponseBody, responseOf } from "./requests.js";

export type { Address, ExpectOptions, ReceivedPdu, Where };
export { DialError };

export interface PeerOptions {
  /** What the connection is called in traces. */
  readonly label?: string;
  /** Where everything is recorded; a trace of its own unless given. */
  readonly trace?: PduTrace;
  /** How long `expect…` waits unless told; 5,000 unless given. */
  readonly answerTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Sends a heartbeat whenever it has sent nothing for so long, as servers do on their links (RTE-09); none unless given. */
  readonly heartbeatIntervalMs?: number;
  readonly limits?: PduLimits;
  readonly signal?: AbortSignal;
}

const ANSWER_TIMEOUT_MS = 5000;
const SEQ_NUM_MAX = 0xffff;
/**
 * A connection for tests and suites: sends any PDU or bytes, keeps what comes, and states expectations about it. What an
 * expectation does not take stays in the inbox for later ones, so notifications of other users may arrive at any time.
 */
export class PduPeer {
  readonly trace: PduTrace;
  readonly label: string;
  #link: PduLink | undefined;
  #traced: TracedConnection | undefined;
  #closedBy: CloseReason | undefined;
  /** Why this side closed for what the server had sent. */
  #ownWords: string | undefined;
  #closeWaiters: (() => void)[] = [];
  #lastSeqNum = 0;
  readonly #inbox: PduInbox;
  readonly #answerTimeoutMs: number;

  private constructor(options: PeerOptions) {
    this.trace = options.trace ?? new PduTrace();
    this.label = options.label ?? "peer";
    this.#answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    this.#inbox = new PduInbox(this.label, this.#answerTimeoutMs);
  }

  /** @throws DialError */
  static async dial(address: Address, options: PeerOptions = {}): Promise<PduPeer> {
    const peer = new PduPeer(options);
    const { connectTimeoutMs, heartbeatIntervalMs, signal } = options;
    peer.#link = await dial(
      address,
      {
        limits: options.limits ?? serverLimits,
        ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
        ...(heartbeatIntervalMs === undefined ? {} : { heartbeatIntervalMs }),
        ...(signal === undefined ? {} : { signal }),
      },
      {
        onPdu: (_, bytes, start, end) => peer.#received(Buffer.from(bytes.subarray(start, end))),
        onClose: (_, reason, error) => peer.#closed(reason, error),
      },
    );
    const { local, remote } = peer.#link;
    peer.#traced = { label: peer.label, client: local, server: remote, plays: "client" };
    peer.trace.opened(peer.#traced);
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
    return this.#inbox.pdus;
  }

  /** What came and breaks the schema. */
  get malformed(): MalformedPdu[] {
    return this.#inbox.malformed;
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
    this.#record("sent", bytes);
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
  expect<C extends CommandId>(commandId: C, where?: Where<C>, options?: ExpectOptions): Promise<ReceivedPdu<C>> {
    return this.#inbox.expect(commandId, where, options);
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
    this.#inbox.expectNone(commandId, where, what);
  }

  /** Nothing answers the PDU that went out under `seqNum`, before a probe that must be answered. */
  async expectNoAnswer(seqNum: number, probe: () => Promise<unknown> = () => this.expectHeartbeat()): Promise<void> {
    await probe();
    const answer = this.inbox.find((pdu) => pdu.seqNum === seqNum && seqNum !== 0);
    if (answer === undefined) return;
    throw new ExpectationError(
      `no answer to seq_num ${seqNum} on ${this.label}`,
      `${nameOf(answer.commandId)} ${pduInWords(answer)}`,
    );
  }

  /** What has come of the command and was not taken is taken for nothing. */
  forget(commandId: CommandId): void {
    this.#inbox.forget(commandId);
  }

  /** The connection is open and served: a heartbeat sent now is echoed, seq_num included (CON-01). */
  async expectHeartbeat(): Promise<void> {
    await this.request(CommandId.CID_OTHER_HEARTBEAT, {}, { what: "(echo of a heartbeat)" });
  }

  /**
   * The server closes the connection. Returns after how many milliseconds from now. @throws ExpectationError when it does not,
   * also when what it sends makes this side close
   */
  expectClosed({ withinMs = this.#answerTimeoutMs }: { withinMs?: number } = {}): Promise<number> {
    const startedMs = performance.now();
    if (this.#closedBy !== undefined) return this.#closedByServer(startedMs, startedMs);
    return new Promise((resolve, reject) => {
      const endWait = new Patience(withinMs).whenOver(() => {
        this.#closeWaiters = this.#closeWaiters.filter((other) => other !== closed);
        reject(
          new ExpectationError(
            `the server closes ${this.label} within ${Math.round(withinMs)} ms`,
            `it is still open; ${this.#inbox.inWords()}`,
          ),
        );
      });
      const closed = () => {
        endWait();
        resolve(this.#closedByServer(startedMs, performance.now()));
      };
      this.#closeWaiters.push(closed);
    });
  }

  async #closedByServer(startedMs: number, endedMs: number): Promise<number> {
    if (this.#ownWords === undefined) return endedMs - startedMs;
    throw new ExpectationError(`the server closes ${this.label}`, `it sent what closes any client: ${this.#ownWords}`);
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

  #record(event: TraceEvent, content: Buffer | string): void {
    if (this.#traced !== undefined) this.trace.record(this.#traced, event, content);
  }

  #received(bytes: Buffer): void {
    this.#record("received", bytes);
    const header = decodeHeader(bytes, serverLimits) as PduHeader;
    let pdu: ReceivedPdu;
    try {
      const commandId = header.commandId as CommandId;
      pdu = { commandId, header, seqNum: header.seqNum, body: decodeBody(commandId, bytes, HEADER_SIZE), bytes };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (!this.#inbox.deliverMalformed(header.commandId, error)) this.#link?.destroy("inbox-full");
      return;
    }
    if (!this.#inbox.deliver(pdu)) this.#link?.destroy("inbox-full");
  }

  #closed(reason: CloseReason, error: Error | undefined): void {
    this.#closedBy = reason;
    const words = error === undefined ? reason : `${reason}: ${error.message}`;
    if (reason === "protocol-error" || reason === "inbox-full") this.#ownWords = words;
    this.#record("closed", words);
    this.#inbox.end(`the connection closed (${words})`);
    for (const closed of this.#closeWaiters.splice(0)) closed();
  }
}
