import { decodeBody, encodeBody } from "../../src/codec/body-codec.js";
import type { CommandBody, CommandId } from "../../src/codec/generated/commands.js";
import { encodePdu, framePdu } from "../../src/codec/pdu.js";
import { HEADER_SIZE, type PduHeader, readHeader } from "../../src/codec/pdu-header.js";
import { ProtocolError } from "../../src/codec/protocol-error.js";

/** One PDU on its way through a faulty wire. */
export class PassingPdu {
  readonly header: PduHeader;

  constructor(readonly bytes: Buffer) {
    this.header = readHeader(bytes, 0);
  }

  get commandId(): number {
    return this.header.commandId;
  }

  get rawBody(): Buffer {
    return this.bytes.subarray(HEADER_SIZE);
  }

  /** `undefined` when it cannot be decoded. */
  body<C extends CommandId>(commandId: C): CommandBody[C] | undefined {
    try {
      return decodeBody(commandId, this.bytes, HEADER_SIZE);
    } catch (error) {
      if (error instanceof ProtocolError) return undefined;
      throw error;
    }
  }

  /** The bytes that our own encoder makes of the body; others differ from them in order, packing or unknown fields. */
  asWeEncode(): Buffer | undefined {
    const commandId = this.commandId as CommandId;
    const body = this.body(commandId);
    return body === undefined ? undefined : encodeBody(commandId, body);
  }

  /** The same header around another body. */
  with<C extends CommandId>(commandId: C, body: CommandBody[C]): Buffer {
    return encodePdu(commandId, body, { seqNum: this.header.seqNum });
  }

  /** The same body behind another header. */
  withHeader(header: Partial<PduHeader>): Buffer {
    return framePdu(this.commandId, this.rawBody, { ...this.header, ...header });
  }
}
