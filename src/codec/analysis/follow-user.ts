import { decodeBody } from "../body-codec.js";
import { peekBytes } from "../body-peek.js";
import { CommandId } from "../generated/commands.js";
import type { UserInfo } from "../generated/messages.js";
import { HEADER_SIZE, readCommandId } from "../pdu-header.js";
import { ProtocolError } from "../protocol-error.js";
import { carriedMessage } from "../record/attachment.js";
import { commandById } from "../registry.js";
import type { AnalysedPdu } from "./analysed-pdu.js";
import { LinkUsers } from "./link-users.js";

/** Fields that say whom a PDU is about; lists of strangers (all users, somebody's statuses) are not among them. */
const aboutFields = [
  "user_id",
  "from_user_id",
  "to_user_id",
  "changed_user_id",
  "member_id_list",
  "chg_user_id_list",
] as const;
/** Others' connections show a person by what is sent from or to them, not by each change of presence. */
const shownElsewhere: ReadonlySet<number> = new Set<number>([
  CommandId.CID_MSG_DATA,
  CommandId.CID_SWITCH_P2P_CMD,
  CommandId.CID_FILE_NOTIFY,
]);
const FIRST_GROUP_TYPE = 0x11;
const LINKS_MAX = 65_536;

/** PDUs held back at most while it is not known whether a login is the person's. */
const HELD_MAX = 1024;

interface Held<T> {
  readonly pdu: T;
  /** The name that asks to log in; `undefined` for what is the person's for certain. */
  readonly asked: string | undefined;
}

/**
 * Picks the PDUs of one person out of all links: every one of the connections that the person logs in on, and those between
 * servers, or delivered to others, that are about the person. A name's id is learnt from logins and lists of users, an id's
 * name from the answer to its login: the request is held back until then, and what follows it too.
 */
export class FollowUser<T extends AnalysedPdu = AnalysedPdu> {
  readonly users = new LinkUsers();
  #id: number | undefined;
  readonly #name: string | undefined;
  /** Links that asked to log in as the person: theirs, whatever the answer will be. */
  readonly #links = new Set<number>();
  /** In order; the first is always a login of which it is not known whose it is. */
  #held: Held<T>[] = [];

  /** `who`: an id, or a name. `id` where both are known: then `who` is the name. */
  constructor(who: string, id?: number) {
    if (id !== undefined) {
      this.#id = id;
      this.#name = who;
    } else if (/^\d{1,10}$/.test(who)) this.#id = Number(who);
    else this.#name = who;
  }

  /** The id, as soon as it is known. */
  get id(): number | undefined {
    return this.#id;
  }

  /** Those of the PDUs given so far that turn out to be the person's now, in order. */
  take(pdu: T): readonly T[] {
    const isTheirs = this.#isTheirs(pdu);
    if (this.#held.length === 0 && isTheirs !== undefined) return isTheirs ? [pdu] : [];
    if (isTheirs !== false) this.#held.push({ pdu, asked: isTheirs ? undefined : nameAskedIn(pdu) });
    if (isLoginAnswer(pdu)) this.#held = this.#held.flatMap((held) => this.#afterAnswer(held, pdu));
    else if (this.#held.length > HELD_MAX) this.#held.shift();
    const firstOpen = this.#held.findIndex(({ asked }) => asked !== undefined);
    return this.#held.splice(0, firstOpen < 0 ? this.#held.length : firstOpen).map((held) => held.pdu);
  }

  /** The input is over: a login that nobody answered is nobody's. */
  end(): readonly T[] {
    return this.#held.splice(0).flatMap(({ pdu, asked }) => (asked === undefined ? [pdu] : []));
  }

  /** `undefined` where only the answer to a login will tell. */
  #isTheirs(pdu: T): boolean | undefined {
    this.users.take(pdu);
    const commandId = readCommandId(pdu.buffer, pdu.start);
    if (this.#id === undefined) this.#learn(pdu, commandId);
    const asked = nameAskedIn(pdu);
    if (asked !== undefined) {
      const isTheirs = this.#hasName(asked);
      if (isTheirs && pdu.dir !== "s2s" && this.#links.size < LINKS_MAX) this.#links.add(pdu.link);
      return isTheirs === false ? this.#links.has(pdu.link) : isTheirs;
    }
    if (pdu.dir !== "s2s") {
      const user = this.users.userOf(pdu.link);
      if (this.#links.has(pdu.link) || (user !== undefined && user.id === this.#id)) return true;
      if (!shownElsewhere.has(commandId)) return false;
    }
    return this.#id !== undefined && this.#isAbout(pdu, commandId, this.#id);
  }

  #hasName(asked: string): boolean | undefined {
    const name = this.#name ?? (this.#id === undefined ? undefined : this.users.nameOf(this.#id));
    if (name !== undefined) return asked === name;
    return this.users.idOf(asked) === undefined ? undefined : false;
  }

  /** A login that is still nobody's after its own answer was refused. */
  #afterAnswer(held: Held<T>, answer: T): Held<T>[] {
    if (held.asked === undefined) return [held];
    const isTheirs = this.#hasName(held.asked);
    if (isTheirs) return [{ pdu: held.pdu, asked: undefined }];
    return isTheirs === false || isAnswerTo(held, answer) ? [] : [held];
  }

  #isAbout(pdu: AnalysedPdu, commandId: number, id: number): boolean {
    const body = bodyOf(pdu, commandId);
    if (body === undefined) return false;
    if (isAbout(body, id)) return true;
    const attach = body.attach_data;
    if (!(attach instanceof Uint8Array)) return false;
    const carried = carriedMessage(commandId, attach as Buffer);
    return carried !== undefined && isAbout(carried.body as Readonly<Record<string, unknown>>, id);
  }

  #learn(pdu: AnalysedPdu, commandId: number): void {
    const name = this.#name ?? "";
    this.#id = this.users.idOf(name);
    const isList =
      commandId === CommandId.CID_BUDDY_LIST_ALL_USER_RESPONSE ||
      commandId === CommandId.CID_BUDDY_LIST_USER_INFO_RESPONSE;
    if (this.#id !== undefined || !isList) return;
    const body = bodyOf(pdu, commandId);
    const list = (body?.user_list ?? body?.user_info_list ?? []) as readonly UserInfo[];
    // Deployments keep the name that a user logs in with in user_real_name.
    for (const info of list) this.users.learnName(info.user_real_name, info.user_id);
    this.#id = this.users.idOf(name) ?? list.find((info) => info.user_nick_name === name)?.user_id;
  }
}

/** The name that asks to log in, at msg_server or at db_proxy_server. */
function nameAskedIn({ buffer, start, end }: AnalysedPdu): string | undefined {
  const commandId = readCommandId(buffer, start);
  const isLogin = commandId === CommandId.CID_LOGIN_REQ_USERLOGIN || commandId === CommandId.CID_OTHER_VALIDATE_REQ;
  return isLogin ? peekBytes(buffer, start + HEADER_SIZE, end, 1)?.toString("utf8") : undefined;
}

/** Between servers one link carries everybody's logins, but the answer has the name. */
function isAnswerTo({ pdu, asked }: Held<AnalysedPdu>, { buffer, start, end, link, dir }: AnalysedPdu): boolean {
  if (dir !== "s2s") return pdu.link === link;
  return pdu.dir === "s2s" && peekBytes(buffer, start + HEADER_SIZE, end, 1)?.toString("utf8") === asked;
}

function isLoginAnswer({ buffer, start }: AnalysedPdu): boolean {
  const commandId = readCommandId(buffer, start);
  return commandId === CommandId.CID_LOGIN_RES_USERLOGIN || commandId === CommandId.CID_OTHER_VALIDATE_RSP;
}

function isAbout(body: Readonly<Record<string, unknown>>, id: number): boolean {
  if (aboutFields.some((field) => sameOrWithin(body[field], id))) return true;
  const isSingle = body.session_type === 1 || Number(body.msg_type) < FIRST_GROUP_TYPE;
  if (isSingle && (body.to_session_id === id || body.session_id === id)) return true;
  return [body.user_info, body.user_stat].some((inner) => (inner as { user_id?: number } | undefined)?.user_id === id);
}

function sameOrWithin(value: unknown, id: number): boolean {
  return Array.isArray(value) ? value.includes(id) : value === id;
}

function bodyOf({ buffer, start, end }: AnalysedPdu, commandId: number): Readonly<Record<string, unknown>> | undefined {
  const command = commandById(commandId);
  if (command === undefined) return undefined;
  try {
    return decodeBody(command.id, buffer, start + HEADER_SIZE, end) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
