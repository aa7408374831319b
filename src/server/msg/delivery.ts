import { CommandId } from "../../codec/generated/commands.js";
import type { IMMsgData } from "../../codec/generated/messages.js";
import type { ClientSession } from "./client-session.js";
import type { UserTable } from "./user-table.js";

/**
 * So many connections are told of presence in a millisecond, at most: each is a write of its own, and the work must leave
 * most of a core to messages however many log in at once.
 */
const PRESENCE_WRITES_PER_MS = 10;
const PRESENCE_WAIT_MAX_MS = 1000;

/** Puts PDUs into the outboxes of connections on this msg_server. Hot: nothing is allocated here. */
export class Delivery {
  delivered = 0;
  /** 0x0203s that wait to be told. */
  #presence: Buffer[] = [];
  #telling: NodeJS.Timeout | undefined;
  #toldMs = 0;

  constructor(private readonly users: UserTable) {}

  /** Every connection of the user, except the one named. */
  toUser(userId: number, pdu: Buffer, except?: ClientSession): void {
    for (const session of this.users.of(userId)) this.#send(session, pdu, except);
  }

  /** A message: each connection is expected to confirm it with 0x0302 (MSG-13). Encoded where it leaves from, each time. */
  messageTo(userId: number, message: IMMsgData, seqNum = 0, except?: ClientSession): void {
    for (const session of this.users.of(userId)) {
      if (session === except) continue;
      session.link.send(CommandId.CID_MSG_DATA, message, seqNum);
      this.delivered++;
      session.unconfirmed.delivered++;
    }
  }

  toUsers(userIds: Iterable<number>, pdu: Buffer, except?: ClientSession): void {
    for (const userId of userIds) this.toUser(userId, pdu, except);
  }

  toPcsOf(userId: number, pdu: Buffer): void {
    for (const session of this.users.of(userId)) if (!session.isMobile) this.#send(session, pdu);
  }

  toMobilesOf(userId: number, pdu: Buffer): void {
    for (const session of this.users.of(userId)) if (session.isMobile) this.#send(session, pdu);
  }

  toAll(pdu: Buffer): void {
    for (const session of this.users.all) this.#send(session, pdu);
  }

  /**
   * PRE-01. Presence goes to everybody: the one place where work grows with the number of users. What comes at once, or
   * sooner after the last than these writes take, goes out together, in the order it came.
   */
  toPcs(bytes: Buffer, start: number, end: number): void {
    this.#presence.push(Buffer.from(bytes.subarray(start, end)));
    if (this.#presence.length > 1) return;
    const waitMs = Math.min(this.users.onPc.size / PRESENCE_WRITES_PER_MS, PRESENCE_WAIT_MAX_MS);
    const dueInMs = this.#toldMs + waitMs - performance.now();
    if (dueInMs < 1) this.#tellPcs();
    else this.#telling = setTimeout(this.#tellPcs, dueInMs);
  }

  /** Nobody is told any more. */
  stop(): void {
    clearTimeout(this.#telling);
  }

  readonly #tellPcs = (): void => {
    const news = Buffer.concat(this.#presence);
    for (const { link } of this.users.onPc) link.sendShared(news, this.#presence.length);
    this.delivered += this.users.onPc.size * this.#presence.length;
    this.#presence = [];
    this.#toldMs = performance.now();
  };

  #send(session: ClientSession, pdu: Buffer, except?: ClientSession): void {
    if (session === except) return;
    session.link.sendBytes(pdu);
    this.delivered++;
  }
}
