import { createHash } from "node:crypto";
import { CappedMap } from "../capped-map.js";
import type { IMMsgData } from "../generated/messages.js";

/** Messages and sessions remembered; the one met first is forgotten for a new one. */
const MESSAGES_MAX = 16_384;
const SESSIONS_MAX = 16_384;

/** A message as its sender's connection showed it. */
export interface SentMessage {
  readonly link: number;
  /** Positions of the request and of its acknowledgement. */
  readonly requestSeq: number;
  readonly ackSeq: number;
  readonly digest: string;
  /** As the client wrote it. */
  readonly createTime: number;
}

/** The greatest id that was acknowledged in a session, and where. */
export interface NewestMessage {
  readonly msgId: number;
  readonly link: number;
  readonly requestSeq: number;
  readonly ackSeq: number;
}

/** What the connections of one input tell together of its messages. */
export class MessageHistory {
  /** `null` where two messages that were on their way at the same time got the same id: nothing tells which is meant. */
  readonly #sent = new CappedMap<string, SentMessage | null>(MESSAGES_MAX);
  readonly #newest = new CappedMap<string, NewestMessage>(SESSIONS_MAX);

  sent(session: string, msgId: number): SentMessage | undefined {
    return this.#sent.get(`${session} ${msgId}`) ?? undefined;
  }

  newest(session: string): NewestMessage | undefined {
    return this.#newest.get(session);
  }

  acknowledged(session: string, msgId: number, message: SentMessage): void {
    const key = `${session} ${msgId}`;
    const twin = this.#sent.get(key);
    const isOneOfTwo = twin === null || (twin !== undefined && message.requestSeq < twin.ackSeq);
    this.#sent.renew(key, isOneOfTwo ? null : message);
    const { link, requestSeq, ackSeq } = message;
    const known = this.#newest.get(session);
    // A history that begins anew begins at 1 (MSG-02): a database was set up again.
    const isAnew = msgId === 1 && known !== undefined && requestSeq > known.ackSeq;
    if (known === undefined || isAnew || msgId > known.msgId)
      this.#newest.renew(session, { msgId, link, requestSeq, ackSeq });
  }
}

export function digestOf(bytes: Buffer): string {
  return createHash("sha1").update(bytes).digest("base64");
}

/** Users that speak to each other, whoever is asked; or a group. Ids of different servers are different ids. */
export function sessionKey(server: string, one: number, other: number, isGroup: boolean): string {
  return isGroup ? `${server} group ${other}` : `${server} ${Math.min(one, other)}-${Math.max(one, other)}`;
}

const FIRST_GROUP_TYPE = 0x11;

export function sessionOf(server: string, { from_user_id, to_session_id, msg_type }: IMMsgData): string {
  return sessionKey(server, from_user_id, to_session_id, msg_type >= FIRST_GROUP_TYPE);
}
