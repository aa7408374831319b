import { decodeBody } from "../codec/body-codec.js";
import { type CommandBody, CommandId } from "../codec/generated/commands.js";
import { encodePdu, framePdu, type HeaderOverrides } from "../codec/pdu.js";
import { decodeHeader, HEADER_SIZE, type PduHeader, serverLimits } from "../codec/pdu-header.js";
import { ProtocolError } from "../codec/protocol-error.js";
import type { Address } from "../net/address.js";
import { type ListenOptions, listen, type PduListener } from "../net/listen.js";
import type { LinkHandler, PduLink } from "../net/pdu-link.js";
import { ExpectationError } from "./expectation-error.js";
import { Patience } from "./patience.js";
import { type ExpectOptions, type MalformedPdu, PduInbox, type ReceivedPdu, type Where } from "./pdu-inbox.js";
import { PduTrace, type TracedConnection } from "./pdu-trace.js";

export interface PlayedServerOptions {
  /** What it is called in traces and expectations: "db_proxy_server". */
  readonly name: string;
  readonly answerTimeoutMs: number;
  /** RTE-09: after having sent nothing for so long on a link, it sends a heartbeat; 5,000 unless given. */
  readonly heartbeatIntervalMs?: number;
  /** Its addresses beyond the first take links only after `comeBack` has named them. */
  readonly hasSpares?: boolean;
}

/** RTE-09 */
const HEARTBEAT_INTERVAL_MS = 5000;
/** More than any msg_server opens. */
const LINKS_MAX = 1024;

/** A PDU that came to a played server, and the link that an answer goes back on. */
export type PlayedPdu<C extends CommandId = CommandId> = ReceivedPdu<C> & { readonly link: PlayedLink };

/** One link of a server under test to a server that is played. */
export class PlayedLink {
  heartbeats = 0;
  /** When it was taken, by performance.now(). */
  readonly openedMs = performance.now();
  #closeWaiters: (() => void)[] = [];

  constructor(
    readonly traced: TracedConnection,
    private readonly link: PduLink,
    private readonly server: PlayedServer,
    /** Which of the server's addresses was dialled: its place in their list. */
    readonly at: number,
  ) {}

  get label(): string {
    return this.traced.label;
  }

  get isOpen(): boolean {
    return this.link.isOpen;
  }

  /** Sends a valid PDU. @throws TypeError when it is not */
  send<C extends CommandId>(commandId: C, body: CommandBody[C], header: HeaderOverrides = {}): void {
    this.sendBytes(encodePdu(commandId, body, { seqNum: 0, ...header }));
  }

  /** Sends a PDU whose command or body need not be valid. */
  sendFramed(commandId: number, body: Buffer, header: HeaderOverrides = {}): void {
    this.sendBytes(framePdu(commandId, body, { seqNum: 0, ...header }));
  }

  sendBytes(bytes: Buffer): void {
    this.server.trace.record(this.traced, "sent", bytes);
    this.link.sendBytes(bytes);
  }

  /** Breaks the link off at once. */
  destroy(): void {
    this.link.destroy();
  }

  /** The other side ends the link. Returns how long it was open, in milliseconds. @throws ExpectationError */
  async expectClosed(withinMs: number): Promise<number> {
    if (this.isOpen) {
      await new Promise<void>((resolve, reject) => {
        const late = () => {
          const expected = `the other side closes ${this.label} within ${Math.round(withinMs)} ms`;
          reject(new ExpectationError(expected, "it is still open"));
        };
        const endWait = new Patience(withinMs).whenOver(late);
        this.#closeWaiters.push(() => {
          endWait();
          resolve();
        });
      });
    }
    return performance.now() - this.openedMs;
  }

  /** Its server says that it is gone. */
  closed(): void {
    for (const wake of this.#closeWaiters.splice(0)) wake();
  }
}

/**
 * A server that the suite plays towards a server under test: takes its links, keeps what they say until an expectation
 * takes it, and says what it is told to. By itself it sends heartbeats and nothing else (but see `alwaysAnswer`).
 */
export class PlayedServer {
  /** Where everything is recorded; a case puts its own here. */
  trace = new PduTrace();
  readonly #listeners: PduListener[] = [];
  readonly #links = new Map<PduLink, PlayedLink>();
  readonly #inbox: PduInbox;
  readonly #answers = new Map<CommandId, (pdu: PlayedPdu) => void>();
  #linksSoFar = 0;
  #beats = true;
  #linkWaiters: (() => void)[] = [];

  private constructor(
    readonly name: string,
    answerTimeoutMs: number,
    private readonly heartbeatIntervalMs: number,
    private readonly hasSpares: boolean,
  ) {
    this.#inbox = new PduInbox(name, answerTimeoutMs);
  }

  /** Listens on all of the addresses. @throws ListenError */
  static async listen(addresses: readonly Address[], options: PlayedServerOptions): Promise<PlayedServer> {
    const { name, answerTimeoutMs, heartbeatIntervalMs = HEARTBEAT_INTERVAL_MS, hasSpares = false } = options;
    const server = new PlayedServer(name, answerTimeoutMs, heartbeatIntervalMs, hasSpares);
    try {
      for (const address of addresses) server.#listeners.push(await server.#listen(address, server.#listeners.length));
    } catch (error) {
      server.stop();
      throw error;
    }
    for (const [at, listener] of server.#listeners.entries()) if (hasSpares && at > 0) listener.close();
    return server;
  }

  /** What it listens on, whatever ports the system chose. */
  get addresses(): readonly Address[] {
    return this.#listeners.map(({ address }) => address);
  }

  /** Open ones, the oldest first. */
  get links(): readonly PlayedLink[] {
    return [...this.#links.values()].filter(({ isOpen }) => isOpen);
  }

  /** What came and breaks the schema since the last `begin`. */
  get malformed(): readonly MalformedPdu[] {
    return this.#inbox.malformed;
  }

  get inbox(): readonly PlayedPdu[] {
    return this.#inbox.pdus as readonly PlayedPdu[];
  }

  /** Answers that request whenever it comes, also between cases; no expectation sees it. */
  alwaysAnswer<C extends CommandId>(commandId: C, answer: (pdu: PlayedPdu<C>) => void): void {
    this.#answers.set(commandId, answer as (pdu: PlayedPdu) => void);
  }

  /** Forgets what came, and records from here on in that trace. */
  begin(trace: PduTrace): void {
    this.#inbox.clear();
    this.trace = trace;
  }

  /** Takes the first PDU of the command that matches, kept or as it comes, on whichever link. @throws ExpectationError */
  async expect<C extends CommandId>(
    commandId: C,
    where: (body: CommandBody[C], pdu: PlayedPdu<C>) => boolean = () => true,
    options: ExpectOptions = {},
  ): Promise<PlayedPdu<C>> {
    return (await this.#inbox.expect(commandId, where as Where<C>, options)) as PlayedPdu<C>;
  }

  /** Nothing of the command that matches has come, and nothing comes before a probe that must. @throws ExpectationError */
  async expectNothing<C extends CommandId>(
    commandId: C,
    where: (body: CommandBody[C], pdu: PlayedPdu<C>) => boolean,
    probe: () => Promise<unknown>,
    what = "",
  ): Promise<void> {
    await probe();
    this.#inbox.expectNone(commandId, where as Where<C>, what);
  }

  /** Resolves with `true` once so many links are open, `false` when they are not in time. */
  async hasLinks(count: number, withinMs: number, signal?: AbortSignal): Promise<boolean> {
    const patience = new Patience(withinMs);
    while (this.links.length < count) {
      if (patience.isOver || signal?.aborted) return false;
      await new Promise<void>((resolve) => {
        const done = () => {
          endWait();
          signal?.removeEventListener("abort", done);
          this.#linkWaiters = this.#linkWaiters.filter((other) => other !== done);
          resolve();
        };
        const endWait = patience.whenOver(done);
        signal?.addEventListener("abort", done);
        this.#linkWaiters.push(done);
      });
    }
    return true;
  }

  /** @throws ExpectationError when there are not so many links in time */
  async expectLinks(count: number, withinMs: number): Promise<void> {
    if (await this.hasLinks(count, withinMs)) return;
    throw new ExpectationError(
      `${count} link${count === 1 ? "" : "s"} to the ${this.name} within ${Math.round(withinMs)} ms`,
      `${this.links.length} open`,
    );
  }

  /** Breaks every link but those to keep and takes no new one, as if the server had gone; or only at one of its addresses. */
  goAway({ only, keep = [] }: { readonly only?: number; readonly keep?: readonly PlayedLink[] } = {}): void {
    for (const [at, listener] of this.#listeners.entries()) if (at === (only ?? at)) listener.close();
    for (const link of this.links) if (link.at === (only ?? link.at) && !keep.includes(link)) link.destroy();
  }

  /**
   * Takes links again, at the ports where it did, or at a single one.
   * @param beats whether heartbeats are sent on the links that come now (RTE-09); `true` unless given
   * @throws ListenError
   */
  async comeBack({ only, beats = true }: { readonly only?: number; readonly beats?: boolean } = {}): Promise<void> {
    this.#beats = beats;
    const isMeant = (at: number) => (only === undefined ? at === 0 || !this.hasSpares : at === only);
    for (const [at, { address }] of this.#listeners.entries()) {
      if (isMeant(at)) this.#listeners[at] = await this.#listen(address, at);
    }
  }

  stop(): void {
    this.goAway();
  }

  #listen(address: Address, at: number): Promise<PduListener> {
    const options: ListenOptions = {
      limits: serverLimits,
      connectionsMax: LINKS_MAX,
      ...(this.#beats ? { heartbeatIntervalMs: this.heartbeatIntervalMs } : {}),
    };
    return listen(address, options, (link) => this.#accept(link, at));
  }

  #accept(link: PduLink, at: number): LinkHandler {
    this.#linksSoFar++;
    const label = `${this.name} link ${this.#linksSoFar}`;
    const traced: TracedConnection = { label, client: link.remote, server: link.local, plays: "server" };
    const played = new PlayedLink(traced, link, this, at);
    this.#links.set(link, played);
    this.trace.opened(traced);
    for (const wake of this.#linkWaiters.splice(0)) wake();
    return {
      onPdu: (_: PduLink, bytes: Buffer, start: number, end: number) =>
        this.#received(played, Buffer.from(bytes.subarray(start, end))),
      onClose: (_: PduLink, reason: string) => {
        this.#links.delete(link);
        this.trace.record(traced, "closed", reason);
        played.closed();
      },
    };
  }

  #received(link: PlayedLink, bytes: Buffer): void {
    this.trace.record(link.traced, "received", bytes);
    const header = decodeHeader(bytes, serverLimits) as PduHeader;
    const commandId = header.commandId as CommandId;
    if (commandId === CommandId.CID_OTHER_HEARTBEAT) {
      link.heartbeats++;
      return;
    }
    try {
      const pdu = { commandId, header, seqNum: header.seqNum, body: decodeBody(commandId, bytes, HEADER_SIZE), bytes };
      const played = { ...pdu, link } as PlayedPdu;
      const answer = this.#answers.get(commandId);
      if (answer !== undefined) return answer(played);
      if (!this.#inbox.deliver(played)) link.destroy();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (!this.#inbox.deliverMalformed(header.commandId, error)) link.destroy();
    }
  }
}
