import { CommandId } from "../../codec/generated/commands.js";
import { MsgType } from "../../codec/generated/enums.js";
import type { MessageFields } from "../../codec/message-bytes.js";
import { encodePdu, type HeaderOverrides } from "../../codec/pdu.js";
import { asAudio, encrypted } from "./message-form.js";
import { contentTemplate, contentWith, type MessageToken, writeToken } from "./message-token.js";

const INITIAL_ROWS = 1024;
// What is known of a row, side by side: one line of the cache for a message.
const SERIAL = 0;
const SEQ_NUM = 1;
const SIZE = 2;
const TYPE = 3;
const FROM = 4;
const TO = 5;
const FIELDS = 8;

/** What a server adds to a message when it passes it on. */
export interface ServerFields {
  readonly msg_id: number;
  readonly create_time: number;
}

const asSent: ServerFields = { msg_id: 0, create_time: 0 };

/**
 * What is needed beside its token to say again, byte for byte, what was sent: by the row of the message in flight, until the
 * row's next message. A copy of each PDU would cost more than to make again the few that somebody wants to see.
 */
export class SentForms {
  #rows = new Float64Array(INITIAL_ROWS * FIELDS);
  readonly #texts = new Map<number, string>();

  constructor(private readonly isEncrypted: boolean) {}

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
    const at = row * FIELDS;
    if (at >= this.#rows.length) this.#grow(at + FIELDS);
    const rows = this.#rows;
    rows[at + SERIAL] = serial;
    rows[at + SEQ_NUM] = seqNum;
    rows[at + SIZE] = sizeBytes;
    rows[at + TYPE] = msgType;
    rows[at + FROM] = fromUserId;
    rows[at + TO] = toSessionId;
    if (text !== undefined) this.#texts.set(row, text);
    else if (this.#texts.size > 0) this.#texts.delete(row);
  }

  /** Hot: whether what came has the message's own fields, and its data is of the content's size: that of a text as it stands. */
  isEcho(row: number, { fromUserId, toSessionId, msgType, dataStart, dataEnd }: MessageFields): boolean {
    const at = row * FIELDS;
    const rows = this.#rows;
    return (
      !this.isEncrypted &&
      rows[at + FROM] === fromUserId &&
      rows[at + TO] === toSessionId &&
      rows[at + TYPE] === msgType &&
      rows[at + SIZE] === dataEnd - dataStart
    );
  }

  /** Of whoever sent it, and whom it was sent to. */
  fromUserIdOf(row: number): number {
    return this.#rows[row * FIELDS + FROM] as number;
  }

  toSessionIdOf(row: number): number {
    return this.#rows[row * FIELDS + TO] as number;
  }

  seqNumOf(row: number): number {
    return this.#rows[row * FIELDS + SEQ_NUM] as number;
  }

  isForGroup(row: number): boolean {
    const type = this.#rows[row * FIELDS + TYPE];
    return type === MsgType.MSG_TYPE_GROUP_TEXT || type === MsgType.MSG_TYPE_GROUP_AUDIO;
  }

  /** Has others keep what is known of a row, as a row of theirs. */
  copyTo(others: SentForms, row: number, theirs: number): void {
    const [serial = 0, seqNum = 0, size = 0, type = 0, from = 0, to = 0] = this.#rows.subarray(row * FIELDS);
    others.note(theirs, serial, seqNum, size, type as MsgType, from, to, this.#texts.get(row));
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
    const at = row * FIELDS;
    if (this.#rows[at + SERIAL] !== serial) return undefined;
    const text = this.#texts.get(row);
    const content = text === undefined ? contentTemplate(this.#rows[at + SIZE] as number, run) : contentWith(text, run);
    writeToken(content, token);
    const msg_type = this.#rows[at + TYPE] as MsgType;
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

  #grow(length: number): void {
    const grown = new Float64Array(2 ** Math.ceil(Math.log2(length)));
    grown.set(this.#rows);
    this.#rows = grown;
  }
}
