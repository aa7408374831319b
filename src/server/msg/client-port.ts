import { decodeBody } from "../../codec/body-codec.js";
import { CommandId } from "../../codec/generated/commands.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../../codec/pdu-header.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import { hexId } from "../../codec/registry.js";
import { formatAddress } from "../../net/address.js";
import { CommandCounts } from "../../net/command-counts.js";
import type { CloseReason, LinkHandler, PduLink } from "../../net/pdu-link.js";
import { type DatabaseRequestId, DatabaseUnavailableError, databaseResponse } from "../db/database-port.js";
import { failedAnswers } from "../db/failed-answers.js";
import { FailureLog } from "../failure-log.js";
import { ClientSession, type SessionOwner } from "./client-session.js";
import type { ClientHandler } from "./define-handler.js";
import { accountHandlers } from "./handlers/account-handlers.js";
import { fileHandlers } from "./handlers/file-handlers.js";
import { forwardedHandlers } from "./handlers/forwarded-handlers.js";
import { groupHandlers } from "./handlers/group-handlers.js";
import { loginHandler } from "./handlers/login-handler.js";
import { messageHandlers } from "./handlers/message-handlers.js";
import type { MsgContext } from "./msg-context.js";

const handlers: ReadonlyMap<number, ClientHandler> = new Map(
  [loginHandler, ...accountHandlers, ...forwardedHandlers, ...messageHandlers, ...groupHandlers, ...fileHandlers].map(
    (handler) => [handler.command, handler],
  ),
);

/** CON-02 is checked each second. */
const SWEEP_INTERVAL_MS = 1000;
/** MSG-13. */
const ACK_TIMEOUT_MS = 15_000;

/** Clients' connections: from bytes to handlers, and what happens when they come and go. */
export class ClientPort implements SessionOwner {
  /** CON-02: in the order they connected. */
  readonly #strangers = new Set<ClientSession>();
  readonly #received = new CommandCounts();
  readonly #failures: FailureLog;
  readonly #sweep: NodeJS.Timeout;
  readonly #ackSweep: NodeJS.Timeout;
  #ignored = 0;
  #pending = 0;
  #isStopping = false;
  #whenIdle: (() => void) | undefined;

  constructor(private readonly context: MsgContext) {
    this.#failures = new FailureLog(context.log, "msg", "request not served");
    this.#sweep = setInterval(
      () => this.#closeStrangers(),
      Math.min(SWEEP_INTERVAL_MS, context.limits.loginTimeoutMs / 4),
    );
    this.#sweep.unref();
    this.#ackSweep = setInterval(() => this.#countMissedAcks(), ACK_TIMEOUT_MS);
    this.#ackSweep.unref();
  }

  accept(link: PduLink): LinkHandler {
    const session = new ClientSession(link, performance.now(), this);
    this.#strangers.add(session);
    if (this.#strangers.size > this.context.limits.strangersMax) this.#dropOldestStranger();
    return session;
  }

  /** Hot. FRM-07: only command_id decides; version, flag, reserved and service_id mean nothing. */
  received(session: ClientSession, bytes: Buffer, start: number, end: number): void {
    const commandId = readCommandId(bytes, start);
    this.#received.add(commandId);
    // CON-01: the very same PDU goes back.
    if (commandId === CommandId.CID_OTHER_HEARTBEAT) return session.link.sendBytes(bytes, start, end);
    this.#log(session, commandId, readSeqNum(bytes, start), end - start);
    // OBS-03: what comes now would not be finished in time.
    if (this.#isStopping) return;
    if (session.pending >= this.context.limits.pendingPerClientMax) return putOff(session, bytes, start, end);
    this.#dispatch(session, bytes, start, end);
  }

  /** CON-04. */
  lost(session: ClientSession, reason: CloseReason): void {
    this.#strangers.delete(session);
    session.putOff = undefined;
    const { users, route, login, log } = this.context;
    if (reason === "outbox-full")
      log.trouble("msg", "client dropped: it does not read", { peer: formatAddress(session.link.remote) });
    if (!users.remove(session)) return;
    route.wentOffline(session.userId, session.clientType);
    login.userLeft(session.userId);
  }

  /** OBS-03: resolves once every request that was accepted has been answered, or after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#sweep);
    clearInterval(this.#ackSweep);
    if (this.#pending === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
      setTimeout(resolve, graceMs).unref();
    });
  }

  counters(): Record<string, number> {
    const byCommand = [...this.#received.entries()].map(([id, count]) => [`pdusInBy.${hexId(id)}`, count] as const);
    let unconfirmedMessages = 0;
    for (const { unconfirmed } of this.context.users.all) unconfirmedMessages += unconfirmed.count;
    return {
      ...Object.fromEntries(byCommand),
      pendingRequests: this.#pending,
      ignored: this.#ignored,
      strangers: this.#strangers.size,
      unconfirmedMessages,
    };
  }

  #dispatch(session: ClientSession, bytes: Buffer, start: number, end: number): void {
    const commandId = readCommandId(bytes, start);
    const handler = handlers.get(commandId);
    if (handler === undefined || !(handler.allowedIn.includes(session.state) || this.#isLetThrough(commandId))) {
      this.#ignored++;
      return;
    }
    if (this.#pending >= this.context.limits.pendingRequestsMax) {
      this.context.counts.requestsOverPending++;
      return;
    }
    this.#handle(handler, session, bytes, start + HEADER_SIZE, end, readSeqNum(bytes, start));
  }

  #handle(
    handler: ClientHandler,
    session: ClientSession,
    bytes: Buffer,
    start: number,
    end: number,
    seqNum: number,
  ): void {
    try {
      const body = decodeBody(handler.command, bytes, start, end);
      const work = handler.handle(this.context, session, body, seqNum);
      if (work !== undefined) this.#track(work, handler.command, session, body, seqNum);
    } catch (error) {
      // FRM-10: ignored.
      if (!(error instanceof ProtocolError)) throw error;
      this.#ignored++;
    }
  }

  /** CON-06, as the original: a stranger's P2P command is delivered. */
  #isLetThrough(commandId: number): boolean {
    return this.context.deviates["CON-06"] && commandId === CommandId.CID_SWITCH_P2P_CMD;
  }

  #track(work: Promise<void>, commandId: CommandId, session: ClientSession, body: object, seqNum: number): void {
    this.#pending++;
    session.pending++;
    work.then(
      () => this.#done(session),
      (error: unknown) => {
        if (error instanceof DatabaseUnavailableError) this.#failed(error, commandId, session, body, seqNum);
        this.#done(session);
        if (!(error instanceof DatabaseUnavailableError)) throw error;
      },
    );
  }

  /** A request that the database did not serve: the answer says so, where it has a place for it. */
  #failed(
    { message }: Error,
    commandId: CommandId,
    { link, userId }: ClientSession,
    body: object,
    seqNum: number,
  ): void {
    const { counts, deviates } = this.context;
    counts.databaseFailures++;
    this.#failures.failed(message);
    if (commandId === CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST && deviates["PRE-05"]) return;
    const asked = commandId as DatabaseRequestId;
    const answerTo = failedAnswers[asked] as ((request: object) => object) | undefined;
    // CON-07: in the name of who is logged in.
    if (answerTo !== undefined)
      link.send(databaseResponse[asked], answerTo({ ...body, user_id: userId }) as never, seqNum);
  }

  #done(session: ClientSession): void {
    this.#pending--;
    session.pending--;
    if (session.isLoggedIn) this.#strangers.delete(session);
    if (session.putOff !== undefined) this.#takeUp(session, session.putOff);
    if (this.#pending === 0) this.#whenIdle?.();
  }

  /** What was put off, in the order it came; then the client is read on. */
  #takeUp(session: ClientSession, putOff: Buffer[]): void {
    let taken = 0;
    while (taken < putOff.length && session.pending < this.context.limits.pendingPerClientMax) {
      const pdu = putOff[taken++] as Buffer;
      if (session.link.isOpen && !this.#isStopping) this.#dispatch(session, pdu, 0, pdu.length);
    }
    putOff.splice(0, taken);
    if (putOff.length > 0) return;
    session.putOff = undefined;
    session.link.resume();
  }

  #log(session: ClientSession, commandId: number, seqNum: number, length: number): void {
    const { command } = this.context.log;
    if (command === undefined) return;
    command({
      role: "msg",
      peer: formatAddress(session.link.remote),
      userId: session.userId,
      commandId,
      seqNum,
      length,
    });
  }

  /** A flood of connections that never log in must not keep those out that would. */
  #dropOldestStranger(): void {
    const [oldest] = this.#strangers;
    if (oldest === undefined) return;
    this.#strangers.delete(oldest);
    this.context.counts.strangersDropped++;
    oldest.link.destroy();
  }

  #countMissedAcks(): void {
    for (const session of this.context.users.all) this.context.counts.missedAcks += session.unconfirmed.look();
  }

  #closeStrangers(): void {
    const oldestMs = performance.now() - this.context.limits.loginTimeoutMs;
    for (const session of this.#strangers) {
      if (session.connectedMs > oldestMs) return;
      this.#strangers.delete(session);
      session.link.close();
    }
  }
}

/**
 * A client whose requests are slow to be answered is not read until they are: however many it sends, and however long, they
 * must not fill the links that all clients share. What of its bytes is read already waits here.
 */
function putOff(session: ClientSession, bytes: Buffer, start: number, end: number): void {
  session.putOff ??= [];
  session.putOff.push(Buffer.from(bytes.subarray(start, end)));
  session.link.pause();
}
