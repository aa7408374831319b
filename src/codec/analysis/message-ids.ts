import { peekNumber } from "../body-peek.js";
import { CappedMap } from "../capped-map.js";
import { CommandId } from "../generated/commands.js";
import { SessionType } from "../generated/enums.js";
import { HEADER_SIZE, readCommandId } from "../pdu-header.js";
import type { AnalysedPdu } from "./analysed-pdu.js";

export interface RepeatedId {
  /** `1-2` of a pair of users, `group 4`. */
  readonly session: string;
  readonly msgId: number;
  /** Acknowledged twice: two messages with one id. Delivered twice: to one connection. */
  readonly what: "acknowledged twice" | "delivered twice";
  /** Position of the second PDU. */
  readonly seq: number;
}

export interface MissingIds {
  readonly session: string;
  readonly msgIds: readonly number[];
}

const SESSIONS_MAX = 100_000;
const REPEATED_MAX = 1_000;
const RECENT_IDS_MAX = 128;
const MISSING_IDS_MAX = 1_000;
const FIRST_GROUP_TYPE = 0x11;

interface Session {
  highest: number;
  readonly missing: Set<number>;
}

/**
 * Ids of messages that are there twice, or not at all although later ones of the session are (MSG-02), among the messages
 * acknowledged and delivered to clients. Messages that the capture does not have are missing too.
 */
export class MessageIds {
  repeatedCount = 0;
  readonly repeated: RepeatedId[] = [];
  readonly #sessions = new CappedMap<string, Session>(SESSIONS_MAX);
  readonly #recent = new CappedMap<string, number[]>(SESSIONS_MAX);

  /** Hot. */
  take({ buffer, start, end, dir, link, seq }: AnalysedPdu): void {
    if (dir !== "s2c") return;
    const commandId = readCommandId(buffer, start);
    const body = start + HEADER_SIZE;
    if (commandId === CommandId.CID_MSG_DATA_ACK) {
      const isGroup = peekNumber(buffer, body, end, 4) === SessionType.SESSION_TYPE_GROUP;
      this.#met("acknowledged twice", "", isGroup, buffer, body, end, seq);
    } else if (commandId === CommandId.CID_MSG_DATA) {
      const isGroup = peekNumber(buffer, body, end, 5) >= FIRST_GROUP_TYPE;
      this.#met("delivered twice", `${link} `, isGroup, buffer, body, end, seq);
    }
  }

  /** Sessions with gaps, and the ids that are in them. */
  missing(): MissingIds[] {
    return [...this.#sessions].flatMap(([session, { missing }]) =>
      missing.size === 0 ? [] : [{ session, msgIds: [...missing] }],
    );
  }

  /** Both bodies have one user in field 1, the other or the group in field 2, and the id in field 3. */
  #met(
    what: RepeatedId["what"],
    scope: string,
    isGroup: boolean,
    buffer: Buffer,
    body: number,
    end: number,
    seq: number,
  ): void {
    const [one, other] = [peekNumber(buffer, body, end, 1), peekNumber(buffer, body, end, 2)];
    const msgId = peekNumber(buffer, body, end, 3);
    if (msgId <= 0) return;
    const session = isGroup ? `group ${other}` : `${Math.min(one, other)}-${Math.max(one, other)}`;
    const recent = this.#recent.getOrMake(scope + session, () => []);
    if (recent.includes(msgId)) {
      this.repeatedCount++;
      if (this.repeated.length < REPEATED_MAX) this.repeated.push({ session, msgId, what, seq });
      return;
    }
    recent.push(msgId);
    if (recent.length > RECENT_IDS_MAX) recent.shift();
    this.#count(session, msgId);
  }

  #count(name: string, msgId: number): void {
    const session = this.#sessions.getOrMake(name, () => ({ highest: msgId, missing: new Set<number>() }));
    session.missing.delete(msgId);
    for (let id = session.highest + 1; id < msgId && session.missing.size < MISSING_IDS_MAX; id++)
      session.missing.add(id);
    session.highest = Math.max(session.highest, msgId);
  }
}
