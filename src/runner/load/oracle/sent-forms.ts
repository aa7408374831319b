import { CommandId } from "../../../codec/generated/commands.js";
import { MsgType, SessionType } from "../../../codec/generated/enums.js";
import type { AckFields, MessageFields } from "../../../codec/message-bytes.js";
import { encodePdu, type HeaderOverrides } from "../../../codec/pdu.js";
import { asAudio, encrypted, isToGroup } from "./message-form.js";
import { contentTemplate, contentWith, type MessageToken, writeToken } from "./message-token.js";
import { RowMemory } from "./row-memory.js";

/** What a server adds to a message when it passes it on. */
export interface ServerFields {
  readonly msg_id: number;
  readonly create_time: number;
}

const asSent: ServerFields = { msg_id: 0, create_time: 0 };

// biome-ignore lint/suspicious/noConstEnum: see RowMemory
const enum Int {
  perRow = 32,
  seqNum = 18,
  sizeBytes = 19,
  msgType = 20,
  fromUserId = 21,
  toSessionId = 22,
}
// biome-ignore lint/suspicious/noConstEnum: likewise
const enum Double {
  perRow = 16,
  serial = 8,
}

/**
 * What is needed beside its token to say again, byte for byte, what was sent: by the row of the message in flight, until the
 * row's next message. A copy of each PDU would cost more than to make again the few that somebody wants to see.
 */
export class SentForms {
  readonly #texts = new Map<number, string>();

  constructor(
    private readonly isEncrypted: boolean,
    /** Others may have fields in it, too. */
    readonly memory = new RowMemory(),
  ) {}

  /** Hot. `sizeBytes`: of the text or sound; `text`: somebody's own, undefined = the usual filler. Ids are the server's. */
  note(
    row: number,
    serial: number,
    seqNum: number,
    sizeBytes: number,
    msgType: MsgType,
    fromUserId: number,
    toSessionId: number,
    text?: string,
  ): void {
    this.memory.hold(row);
    const { ints, doubles } = this.memory;
    doubles[row * Double.perRow + Double.serial] = serial;
    const at = row * Int.perRow;
    ints[at + Int.seqNum] = seqNum;
    ints[at + Int.sizeBytes] = sizeBytes;
    ints[at + Int.msgType] = msgType;
    ints[at + Int.fromUserId] = fromUserId;
    ints[at + Int.toSessionId] = toSessionId;
    if (text !== undefined) this.#texts.set(row, text);
    else if (this.#texts.size > 0) this.#texts.delete(row);
  }

  /** Hot: whether what came has the message's own fields, and its data is of the content's size: that of a text as it stands. */
  isEcho(row: number, { fromUserId, toSessionId, msgType, dataStart, dataEnd }: MessageFields): boolean {
    const at = row * Int.perRow;
    const { ints } = this.memory;
    return (
      !this.isEncrypted &&
      ints[at + Int.fromUserId] === fromUserId &&
      ints[at + Int.toSessionId] === toSessionId &&
      ints[at + Int.msgType] === msgType &&
      ints[at + Int.sizeBytes] === dataEnd - dataStart
    );
  }

  /** Hot: whether an ack has the message's own fields. */
  isAnsweredBy(row: number, { userId, sessionId, sessionType }: AckFields): boolean {
    const at = row * Int.perRow;
    const { ints } = this.memory;
    return (
      ints[at + Int.fromUserId] === userId &&
      ints[at + Int.toSessionId] === sessionId &&
      sessionTypeOf(ints[at + Int.msgType] as MsgType) === sessionType
    );
  }

  /** Of whoever sent it, and whom it was sent to. */
  fromUserIdOf(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.fromUserId] as number;
  }

  toSessionIdOf(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.toSessionId] as number;
  }

  seqNumOf(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.seqNum] as number;
  }

  sessionTypeOf(row: number): SessionType {
    return sessionTypeOf(this.#msgTypeOf(row));
  }

  /** Has others keep what is known of a row, as a row of theirs. */
  copyTo(others: SentForms, row: number, theirs: number): void {
    const serial = this.memory.doubles[row * Double.perRow + Double.serial] as number;
    const [size, type] = [this.#sizeOf(row), this.#msgTypeOf(row)];
    const text = this.#texts.get(row);
    others.note(theirs, serial, this.seqNumOf(row), size, type, this.fromUserIdOf(row), this.toSessionIdOf(row), text);
  }

  /** The message's 0x0301 as it was sent; undefined when another one has its row by now. */
  pdu(token: MessageToken, row: number = token.row): Buffer | undefined {
    return this.#made(token, row, asSent, { seqNum: this.seqNumOf(row) });
  }

  /** The same as a server passes it on, with a header that says nothing more. */
  delivered(token: MessageToken, fields: ServerFields): Buffer | undefined {
    return this.#made(token, token.row, fields);
  }

  #made(token: MessageToken, row: number, fields: ServerFields, header: HeaderOverrides = {}): Buffer | undefined {
    const { serial, run } = token;
    if (this.memory.doubles[row * Double.perRow + Double.serial] !== serial) return undefined;
    const text = this.#texts.get(row);
    const content = text === undefined ? contentTemplate(this.#sizeOf(row), run) : contentWith(text, run);
    writeToken(content, token);
    const msg_type = this.#msgTypeOf(row);
    const isAudio = msg_type === MsgType.MSG_TYPE_SINGLE_AUDIO || msg_type === MsgType.MSG_TYPE_GROUP_AUDIO;
    const body = {
      from_user_id: this.fromUserIdOf(row),
      to_session_id: this.toSessionIdOf(row),
      ...fields,
      msg_type,
      msg_data: isAudio ? asAudio(content) : this.isEncrypted ? encrypted(content) : content,
    };
    return encodePdu(CommandId.CID_MSG_DATA, body, header);
  }

  #sizeOf(row: number): number {
    return this.memory.ints[row * Int.perRow + Int.sizeBytes] as number;
  }

  #msgTypeOf(row: number): MsgType {
    return this.memory.ints[row * Int.perRow + Int.msgType] as MsgType;
  }
}

function sessionTypeOf(type: MsgType): SessionType {
  return isToGroup(type) ? SessionType.SESSION_TYPE_GROUP : SessionType.SESSION_TYPE_SINGLE;
}
