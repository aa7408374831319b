import { peekBytes, peekNumber } from "../body-peek.js";
import { CappedMap } from "../capped-map.js";
import { CommandId } from "../generated/commands.js";
import { HEADER_SIZE, readCommandId } from "../pdu-header.js";
import type { AnalysedPdu } from "./analysed-pdu.js";

export interface LinkUser {
  readonly id: number;
  /** As it logged in; `undefined` while only the id was seen. */
  readonly name: string | undefined;
  /** `undefined` when the capture began after the login. */
  readonly clientType: number | undefined;
}

/** Answers that carry, in field 1, the id of the user whose connection it is: for links whose login was not captured. */
export const ownAnswers: ReadonlySet<number> = new Set<number>([
  CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE,
  CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE,
  CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE,
  CommandId.CID_BUDDY_LIST_USERS_STATUS_RESPONSE,
  CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE,
  CommandId.CID_MSG_DATA_ACK,
  CommandId.CID_MSG_UNREAD_CNT_RESPONSE,
  CommandId.CID_MSG_LIST_RESPONSE,
  CommandId.CID_GROUP_NORMAL_LIST_RESPONSE,
  CommandId.CID_GROUP_INFO_RESPONSE,
]);

const LINKS_MAX = 65_536;
const NAMES_MAX = 200_000;
const nothing = Buffer.alloc(0);

/** Learns from logins and answers whose connection each link is, and which id a name has. */
export class LinkUsers {
  readonly #users = new CappedMap<number, LinkUser>(LINKS_MAX);
  readonly #logins = new CappedMap<number, { readonly name: string; readonly clientType: number }>(LINKS_MAX);
  readonly #idOfName = new Map<string, number>();
  readonly #nameOfId = new Map<number, string>();

  userOf(link: number): LinkUser | undefined {
    return this.#users.get(link);
  }

  nameOf(id: number): string | undefined {
    return this.#nameOfId.get(id);
  }

  idOf(name: string): number | undefined {
    return this.#idOfName.get(name);
  }

  /** Names met so far. */
  names(): IterableIterator<string> {
    return this.#idOfName.keys();
  }

  learnName(name: string, id: number): void {
    if (this.#idOfName.size >= NAMES_MAX) return;
    this.#idOfName.set(name, id);
    this.#nameOfId.set(id, name);
  }

  /** Hot: most PDUs tell nothing. */
  take(pdu: AnalysedPdu): void {
    const { buffer, end, link, dir } = pdu;
    const commandId = readCommandId(buffer, pdu.start);
    const body = pdu.start + HEADER_SIZE;
    if (commandId === CommandId.CID_LOGIN_REQ_USERLOGIN && dir === "c2s") {
      const name = (peekBytes(buffer, body, end, 1) ?? nothing).toString("utf8");
      if (!this.#logins.has(link)) this.#logins.set(link, { name, clientType: peekNumber(buffer, body, end, 4) });
    } else if (commandId === CommandId.CID_LOGIN_RES_USERLOGIN) {
      const id = userIdIn(buffer, body, end, 2, 5);
      const login = this.#logins.get(link);
      if (id < 0) return;
      this.#users.set(link, { id, name: login?.name, clientType: login?.clientType });
      if (login !== undefined) this.learnName(login.name, id);
    } else if (commandId === CommandId.CID_OTHER_VALIDATE_RSP) {
      const id = userIdIn(buffer, body, end, 2, 4);
      if (id >= 0) this.learnName((peekBytes(buffer, body, end, 1) ?? nothing).toString("utf8"), id);
    } else if (dir === "s2c" && ownAnswers.has(commandId) && !this.#users.has(link)) {
      const id = peekNumber(buffer, body, end, 1);
      if (id >= 0) this.#users.set(link, { id, name: this.nameOf(id), clientType: undefined });
    }
  }
}

/** The id in the user_info of a successful login, or -1. */
function userIdIn(buffer: Buffer, start: number, end: number, resultField: number, infoField: number): number {
  if (peekNumber(buffer, start, end, resultField) !== 0) return -1;
  const info = peekBytes(buffer, start, end, infoField);
  return info === undefined ? -1 : peekNumber(info, 0, info.length, 1);
}
