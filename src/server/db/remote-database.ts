import { setTimeout as delay } from "node:timers/promises";
import { AttachType, decodeAttachData, encodeAttachData } from "../../codec/attach-data.js";
import { decodeBody } from "../../codec/body-codec.js";
import { type CommandBody, CommandId } from "../../codec/generated/commands.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../../codec/pdu-header.js";
import { ProtocolError } from "../../codec/protocol-error.js";
import type { Address } from "../../net/address.js";
import type { PduLink } from "../../net/pdu-link.js";
import type { PersistentLink, PersistentLinkOptions } from "../../net/persistent-link.js";
import { roomIn } from "../../net/room-in.js";
import type { RoleName } from "../role-name.js";
import { ServerLinks } from "../server-links.js";
import type { ServerLog } from "../server-log.js";
import {
  answerTimeoutMs,
  type DatabaseNoticeId,
  type DatabasePort,
  type DatabaseRequestId,
  type DatabaseResponseBody,
  DatabaseUnavailableError,
  databaseResponse,
} from "./database-port.js";
import { type PendingAnswer, PendingAnswers } from "./pending-answers.js";

export interface RemoteDatabaseOptions {
  /** Whose links these are, for the log. */
  readonly role: RoleName;
  readonly dbProxies: readonly Address[];
  readonly linksPerProxy?: number | undefined;
  readonly requestTimeoutMs?: number;
  /** Requests of clients that may wait, beside what msg_server asks on its own: 0 unless given. */
  readonly clientsPendingMax?: number;
  readonly link?: Partial<PersistentLinkOptions>;
  readonly log: ServerLog;
}

const LINKS_PER_PROXY = 4;
/** Members of groups that others talk in, tokens to push to, back-office systems. */
const OWN_PENDING_MAX = 100_000;
/** For room, before more is read of who told something. */
const NOTICE_WAIT_MAX_MS = 10_000;
const SWEEP_INTERVAL_MS = 500;
const HANDLE_MAX = 0xffffffff;

/** DBP-05: half of the links serve these, the other half everything else. */
const loginTimeRequests: ReadonlySet<number> = new Set([
  CommandId.CID_OTHER_VALIDATE_REQ,
  CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST,
  CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST,
  CommandId.CID_MSG_UNREAD_CNT_REQUEST,
  CommandId.CID_MSG_LIST_REQUEST,
  CommandId.CID_MSG_GET_BY_MSG_ID_REQ,
]);

/**
 * What changes nothing, or sets what is set already, when it is asked a second time: so a db_proxy_server that dies takes no
 * answer with it. The others cannot be told from such that were done.
 */
const repeatableRequests: ReadonlySet<number> = new Set([
  CommandId.CID_OTHER_VALIDATE_REQ,
  CommandId.CID_OTHER_GET_DEVICE_TOKEN_REQ,
  CommandId.CID_OTHER_GET_SHIELD_REQ,
  CommandId.CID_LOGIN_REQ_DEVICETOKEN,
  CommandId.CID_LOGIN_REQ_PUSH_SHIELD,
  CommandId.CID_LOGIN_REQ_QUERY_PUSH_SHIELD,
  CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST,
  CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST,
  CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST,
  CommandId.CID_BUDDY_LIST_CHANGE_AVATAR_REQUEST,
  CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST,
  CommandId.CID_BUDDY_LIST_CHANGE_SIGN_INFO_REQUEST,
  CommandId.CID_MSG_UNREAD_CNT_REQUEST,
  CommandId.CID_MSG_LIST_REQUEST,
  CommandId.CID_MSG_GET_LATEST_MSG_ID_REQ,
  CommandId.CID_MSG_GET_BY_MSG_ID_REQ,
  CommandId.CID_GROUP_NORMAL_LIST_REQUEST,
  CommandId.CID_GROUP_INFO_REQUEST,
  CommandId.CID_GROUP_SHIELD_GROUP_REQUEST,
  CommandId.CID_FILE_HAS_OFFLINE_REQ,
]);

/** db_proxy_servers over links; answers find their request by the handle in attach_data, which comes back unchanged. */
export class RemoteDatabase implements DatabasePort {
  readonly links: readonly PersistentLink[];
  readonly #links: ServerLinks;
  readonly #pending: PendingAnswers;
  /** DBP-04: links that asked to be left alone. */
  readonly #resting = new WeakSet<PduLink>();
  readonly #sweep: NodeJS.Timeout;
  #handle = 0;
  #requests = 0;
  #repeated = 0;
  #untold = 0;

  constructor(private readonly options: RemoteDatabaseOptions) {
    this.#pending = new PendingAnswers(OWN_PENDING_MAX + (options.clientsPendingMax ?? 0));
    const perProxy = options.linksPerProxy ?? LINKS_PER_PROXY;
    // Proxies in turn, so that each half of the links holds some of every proxy.
    const servers = Array.from({ length: perProxy }, () => options.dbProxies).flat();
    this.#links = new ServerLinks(
      { ...options, to: "db_proxy_server", servers },
      {
        onPdu: (link, bytes, start, end) => this.#received(link, bytes, start, end),
        lost: (link) => this.#pending.failLink(link),
      },
    );
    this.links = this.#links.all;
    this.#links.start();
    this.#sweep = setInterval(() => this.#pending.expire(performance.now()), SWEEP_INTERVAL_MS);
    this.#sweep.unref();
  }

  get isOpen(): boolean {
    return this.links.some((link) => this.#usable(link) !== undefined);
  }

  get lacking(): readonly string[] {
    return this.isOpen ? [] : ["db_proxy_server"];
  }

  request<C extends DatabaseRequestId>(commandId: C, body: CommandBody[C]): Promise<DatabaseResponseBody<C>> {
    return this.#askOnceThereIsRoom(commandId, body, this.#deadlineMs(commandId));
  }

  #askOnceThereIsRoom<C extends DatabaseRequestId>(
    commandId: C,
    body: CommandBody[C],
    untilMs: number,
  ): Promise<DatabaseResponseBody<C>> {
    const link = this.#choose(commandId, body);
    if (link === undefined) return Promise.reject(new DatabaseUnavailableError("no db_proxy_server link is open"));
    // Messages keep their order, and are bounded by MSG-08.
    const room = commandId === CommandId.CID_MSG_DATA ? undefined : roomIn(link, untilMs);
    if (room !== undefined) {
      if (performance.now() >= untilMs) return Promise.reject(new DatabaseUnavailableError("nothing is read in time"));
      return room.then(() => this.#askOnceThereIsRoom(commandId, body, untilMs));
    }
    if (this.#pending.isFull) return Promise.reject(new DatabaseUnavailableError("too many requests are pending"));
    return new Promise((resolve, reject) => {
      this.#ask(link, commandId, body, { resolve: resolve as (answer: object) => void, reject }, 1);
    });
  }

  #deadlineMs(commandId: DatabaseRequestId): number {
    return performance.now() + answerTimeoutMs(commandId, this.options.requestTimeoutMs);
  }

  #ask<C extends DatabaseRequestId>(
    link: PduLink,
    commandId: C,
    body: CommandBody[C],
    asker: Pick<PendingAnswer, "resolve" | "reject">,
    attempt: number,
  ): void {
    this.#requests++;
    const handle = this.#nextHandle();
    const seqNum = handle & 0xffff;
    const attach_data = encodeAttachData({ type: AttachType.HANDLE, handle, serviceType: 0 });
    link.send(commandId, { ...body, attach_data }, seqNum);
    // Each link of a process that has died is lost on its own.
    const mayAskAgain = attempt < this.links.length && repeatableRequests.has(commandId);
    this.#pending.add(handle, {
      link,
      response: databaseResponse[commandId],
      seqNum,
      resolve: asker.resolve,
      reject: asker.reject,
      deadlineMs: this.#deadlineMs(commandId),
      askAgain: mayAskAgain ? () => this.#askAgain(commandId, body, asker, attempt + 1) : undefined,
    });
  }

  #askAgain<C extends DatabaseRequestId>(
    commandId: C,
    body: CommandBody[C],
    asker: Pick<PendingAnswer, "resolve" | "reject">,
    attempt: number,
  ): boolean {
    const link = this.#choose(commandId, body);
    if (link === undefined) return false;
    this.#repeated++;
    this.#ask(link, commandId, body, asker, attempt);
    return true;
  }

  tell<C extends DatabaseNoticeId>(commandId: C, body: CommandBody[C]): Promise<void> | undefined {
    this.#requests++;
    const link = this.#choose(commandId, body);
    if (link === undefined) {
      this.#untold++;
      return undefined;
    }
    link.send(commandId, body);
    return roomIn(link, performance.now() + NOTICE_WAIT_MAX_MS);
  }

  counters(): Record<string, number> {
    return {
      databaseLinks: this.#links.openCount,
      databaseRequests: this.#requests,
      databaseRepeated: this.#repeated,
      databaseUntold: this.#untold,
      databasePending: this.#pending.size,
    };
  }

  async stop(graceMs: number): Promise<void> {
    const deadlineMs = performance.now() + graceMs;
    while (this.#pending.size > 0 && performance.now() < deadlineMs) await delay(5);
    clearInterval(this.#sweep);
    this.#links.stop();
  }

  /**
   * The same user's requests of one kind take the same link while the links stay as they are: a db_proxy_server that works
   * in order then keeps their order (MSG-09). What is nobody's takes each link in turn. One half of the links falls back to
   * the other (DBP-05).
   */
  #choose(commandId: number, body: object): PduLink | undefined {
    const half = Math.ceil(this.links.length / 2);
    const isLoginTime = loginTimeRequests.has(commandId);
    const preferred = isLoginTime ? this.links.slice(0, half) : this.links.slice(half);
    const spread = userIn(body) ?? this.#requests;
    return this.#pick(preferred, spread) ?? this.#pick(this.links, spread);
  }

  #pick(links: readonly PersistentLink[], spread: number): PduLink | undefined {
    for (let step = 0; step < links.length; step++) {
      const link = this.#usable(links[(spread + step) % links.length] as PersistentLink);
      if (link !== undefined) return link;
    }
    return undefined;
  }

  #usable({ link }: PersistentLink): PduLink | undefined {
    return link?.isOpen && !this.#resting.has(link) ? link : undefined;
  }

  #nextHandle(): number {
    this.#handle = this.#handle >= HANDLE_MAX ? 1 : this.#handle + 1;
    return this.#handle;
  }

  #received(link: PduLink, bytes: Buffer, start: number, end: number): void {
    const commandId = readCommandId(bytes, start);
    if (commandId === CommandId.CID_OTHER_HEARTBEAT) return;
    if (commandId === CommandId.CID_OTHER_STOP_RECV_PACKET) {
      this.#resting.add(link);
      return;
    }
    try {
      this.#answered(commandId, bytes, start, end);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      const pending = this.#pending.takeBySeqNum(link, commandId, readSeqNum(bytes, start));
      // LGN-17, TT: the original db_proxy_server answers 0x0108 with a body that lacks its required field.
      if (commandId === CommandId.CID_LOGIN_RES_DEVICETOKEN) pending?.resolve({ user_id: 0 });
      else pending?.reject(new DatabaseUnavailableError(error.message));
    }
  }

  #answered(commandId: number, bytes: Buffer, start: number, end: number): void {
    // The bytes go with this call, the answer does not: byte fields must not be views of them.
    const own = Buffer.from(bytes.subarray(start + HEADER_SIZE, end));
    const body = decodeBody(commandId as CommandId, own) as { attach_data?: Buffer };
    if (body.attach_data === undefined) return;
    const { handle } = decodeAttachData(body.attach_data);
    delete body.attach_data;
    this.#pending.take(handle, commandId)?.resolve(body);
  }
}

/** What a role was given as its database: one in this process, or db_proxy_servers to dial. */
export function databaseAt(
  given: DatabasePort | Pick<RemoteDatabaseOptions, "dbProxies">,
  options: Omit<RemoteDatabaseOptions, "dbProxies">,
): DatabasePort {
  return "dbProxies" in given ? new RemoteDatabase({ ...options, ...given }) : given;
}

/** Who asks, where a request names one user by id; a login does not. */
function userIn(body: object): number | undefined {
  const { user_id, from_user_id } = body as { user_id?: unknown; from_user_id?: unknown };
  const id = user_id ?? from_user_id;
  return typeof id === "number" ? id : undefined;
}
