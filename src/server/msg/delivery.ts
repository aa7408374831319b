import type { ClientSession } from "./client-session.js";
import type { UserTable } from "./user-table.js";

/** Copies encoded PDUs into the outboxes of connections on this msg_server. Hot: nothing is encoded or allocated here. */
export class Delivery {
  delivered = 0;

  constructor(private readonly users: UserTable) {}

  /** Every connection of the user, except the one named. */
  toUser(userId: number, pdu: Buffer, except?: ClientSession): void {
    for (const session of this.users.of(userId)) this.#send(session, pdu, except);
  }

  toUsers(userIds: Iterable<number>, pdu: Buffer, except?: ClientSession): void {
    for (const userId of userIds) this.toUser(userId, pdu, except);
  }

  toMobilesOf(userId: number, pdu: Buffer): void {
    for (const session of this.users.of(userId)) if (session.isMobile) this.#send(session, pdu);
  }

  toAll(pdu: Buffer): void {
    for (const session of this.users.all) this.#send(session, pdu);
  }

  /** PRE-01. Presence goes to everybody: the one place where work grows with the number of users. */
  toPcs(bytes: Buffer, start: number, end: number): void {
    for (const { link } of this.users.onPc) link.sendBytes(bytes, start, end);
    this.delivered += this.users.onPc.size;
  }

  #send(session: ClientSession, pdu: Buffer, except?: ClientSession): void {
    if (session === except) return;
    session.link.sendBytes(pdu);
    this.delivered++;
  }
}
