import { CommandId } from "../../codec/generated/commands.js";
import { MsgType } from "../../codec/generated/enums.js";
import { encodePdu } from "../../codec/pdu.js";
import { asAudio, encrypted } from "./message-form.js";
import { contentTemplate, contentWith, type MessageToken, writeToken } from "./message-token.js";

const INITIAL_ROWS = 1024;

/** Of the connection that it went over, and of the run. */
export interface Way {
  readonly fromUserId: number;
  readonly toSessionId: number;
  readonly isEncrypted: boolean;
}

/**
 * What is needed beside its token to say again, byte for byte, what was sent: by the row of the message in flight, until the
 * row's next message. A copy of each PDU would cost more than to make again the few that somebody wants to see.
 */
export class SentForms {
  #serial = new Float64Array(INITIAL_ROWS);
  #seqNum = new Uint16Array(INITIAL_ROWS);
  #sizeBytes = new Uint32Array(INITIAL_ROWS);
  #msgType = new Uint8Array(INITIAL_ROWS);
  readonly #texts = new Map<number, string>();

  /** Hot. `sizeBytes`: of the text or sound; `text`: somebody's own, undefined = the usual filler. */
  note(row: number, serial: number, seqNum: number, sizeBytes: number, msgType: MsgType, text?: string): void {
    if (row >= this.#serial.length) this.#grow(row);
    this.#serial[row] = serial;
    this.#seqNum[row] = seqNum;
    this.#sizeBytes[row] = sizeBytes;
    this.#msgType[row] = msgType;
    if (text !== undefined) this.#texts.set(row, text);
    else if (this.#texts.size > 0) this.#texts.delete(row);
  }

  /** Has others keep what is known of a row, as a row of theirs. */
  copyTo(others: SentForms, row: number, theirs: number): void {
    const [serial, seqNum] = [this.#serial[row] as number, this.#seqNum[row] as number];
    others.note(
      theirs,
      serial,
      seqNum,
      this.#sizeBytes[row] as number,
      this.#msgType[row] as MsgType,
      this.#texts.get(row),
    );
  }

  /** The message's 0x0301; undefined when another one has its row by now. */
  pdu(token: MessageToken, { fromUserId, toSessionId, isEncrypted }: Way, row: number = token.row): Buffer | undefined {
    const { serial, run } = token;
    if (this.#serial[row] !== serial) return undefined;
    const text = this.#texts.get(row);
    const content = text === undefined ? contentTemplate(this.#sizeBytes[row] as number, run) : contentWith(text, run);
    writeToken(content, token);
    const msg_type = this.#msgType[row] as MsgType;
    const isAudio = msg_type === MsgType.MSG_TYPE_SINGLE_AUDIO || msg_type === MsgType.MSG_TYPE_GROUP_AUDIO;
    const body = {
      from_user_id: fromUserId,
      to_session_id: toSessionId,
      msg_id: 0,
      create_time: 0,
      msg_type,
      msg_data: isAudio ? asAudio(content) : isEncrypted ? encrypted(content) : content,
    };
    return encodePdu(CommandId.CID_MSG_DATA, body, { seqNum: this.#seqNum[row] as number });
  }

  #grow(row: number): void {
    const length = 2 ** Math.ceil(Math.log2(row + 1));
    this.#serial = grown(this.#serial, new Float64Array(length));
    this.#seqNum = grown(this.#seqNum, new Uint16Array(length));
    this.#sizeBytes = grown(this.#sizeBytes, new Uint32Array(length));
    this.#msgType = grown(this.#msgType, new Uint8Array(length));
  }
}

function grown<T extends { set(from: ArrayLike<number>): void }>(old: T & ArrayLike<number>, bigger: T): T {
  bigger.set(old);
  return bigger;
}
