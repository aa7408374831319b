import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBody, encodeBody, encodeMessage } from "../../src/codec/body-codec.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../src/codec/generated/enums.js";
import {
  AckFields,
  MessageFields,
  readAck,
  readMessage,
  sizeOfAck,
  sizeOfMessage,
  writeAck,
  writeMessageHead,
} from "../../src/codec/message-bytes.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { HEADER_SIZE, readCommandId } from "../../src/codec/pdu-header.js";
import { goldenCapture, goldenCaptures, readCapture } from "../helpers/captured-bytes.js";

const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffffffff }));
const msgType = fc.constantFrom(...Object.values(MsgType));
const sessionType = fc.constantFrom(...Object.values(SessionType));
const message = fc.record({
  from_user_id: uint32,
  to_session_id: uint32,
  msg_id: uint32,
  create_time: uint32,
  msg_type: msgType,
  msg_data: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
});
const ack = fc.record({ user_id: uint32, session_id: uint32, msg_id: uint32, session_type: sessionType });
const AROUND = 5;

/** The bytes with others in front and behind. */
function amid(bytes: Buffer): Buffer {
  const filler = Buffer.alloc(AROUND, 0x08);
  return Buffer.concat([filler, bytes, filler]);
}

function messageIn(body: Buffer): object | undefined {
  const bytes = amid(body);
  const fields = new MessageFields();
  if (!readMessage(bytes, AROUND, AROUND + body.length, fields)) return undefined;
  return {
    from_user_id: fields.fromUserId,
    to_session_id: fields.toSessionId,
    msg_id: fields.msgId,
    create_time: fields.createTime,
    msg_type: fields.msgType,
    msg_data: bytes.subarray(fields.dataStart, fields.dataEnd),
  };
}

function ackIn(body: Buffer): object | undefined {
  const fields = new AckFields();
  if (!readAck(amid(body), AROUND, AROUND + body.length, fields)) return undefined;
  return {
    user_id: fields.userId,
    session_id: fields.sessionId,
    msg_id: fields.msgId,
    session_type: fields.sessionType,
  };
}

describe("messages straight from bytes", () => {
  it.each(goldenCaptures)("read as the general decoder reads them, all that are in %s", async (name) => {
    let read = 0;
    const { events } = await readCapture(goldenCapture(name));
    for (const event of events) {
      if (event.kind !== "pdu") continue;
      const { bytes } = event;
      const commandId = readCommandId(bytes);
      if (commandId !== CommandId.CID_MSG_DATA && commandId !== CommandId.CID_MSG_DATA_ACK) continue;
      const body = bytes.subarray(HEADER_SIZE);
      const fields = commandId === CommandId.CID_MSG_DATA ? messageIn(body) : ackIn(body);
      const decoded = decodeBody(commandId, body);
      // Servers attach things for each other.
      expect(fields).toEqual("attach_data" in decoded ? undefined : decoded);
      if (fields !== undefined) read++;
    }
    expect(read).toBeGreaterThan(0);
  });

  it("are what was encoded, for any values", () => {
    fc.assert(
      fc.property(message, ack, (body, ackBody) => {
        expect(messageIn(encodeBody(CommandId.CID_MSG_DATA, body))).toEqual(body);
        expect(ackIn(encodeBody(CommandId.CID_MSG_DATA_ACK, ackBody))).toEqual(ackBody);
      }),
    );
  });

  it("are left to the general decoder whatever is changed, unless it reads the same", () => {
    const changed = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(message, ack, changed, fc.nat(), (body, ackBody, [place, byte], cut) => {
        for (const [commandId, whole, read] of [
          [CommandId.CID_MSG_DATA, encodeBody(CommandId.CID_MSG_DATA, body), messageIn],
          [CommandId.CID_MSG_DATA_ACK, encodeBody(CommandId.CID_MSG_DATA_ACK, ackBody), ackIn],
        ] as const) {
          const altered = Buffer.from(whole);
          altered[place % whole.length] = byte;
          for (const bytes of [altered, whole.subarray(0, cut % whole.length), Buffer.concat([whole, whole])]) {
            const fields = read(bytes);
            if (fields !== undefined) expect(encodeBody(commandId, decodeBody(commandId, bytes))).toEqual(bytes);
            if (fields !== undefined) expect(fields).toEqual(decodeBody(commandId, bytes));
          }
        }
      }),
    );
  });

  it("are not read when a number is longer than it need be, or an attachment follows", () => {
    expect(ackIn(Buffer.from("0801100218032001", "hex"))).toBeDefined();
    expect(ackIn(Buffer.from("088100100218032001", "hex"))).toBeUndefined();
    expect(ackIn(Buffer.from("08ffffffff1f100218032001", "hex"))).toBeUndefined();
    expect(ackIn(Buffer.from("0801100218032003", "hex"))).toBeUndefined();
    const attached = {
      from_user_id: 1,
      to_session_id: 2,
      msg_id: 3,
      create_time: 4,
      msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
      msg_data: Buffer.from("a"),
      attach_data: Buffer.from("b"),
    };
    expect(messageIn(encodeMessage("IM.Message.IMMsgData", attached))).toBeUndefined();
  });
});

describe("messages straight into bytes", () => {
  it("are what the general encoder makes of them", () => {
    fc.assert(
      fc.property(message, ack, fc.nat(0xffff), (body, ackBody, seqNum) => {
        const { from_user_id, to_session_id, msg_type, msg_data } = body;
        const sent = { ...body, msg_id: 0, create_time: 0 };
        const out = Buffer.alloc(AROUND + sizeOfMessage(from_user_id, to_session_id, msg_data.length));
        const at = writeMessageHead(out, AROUND, seqNum, from_user_id, to_session_id, msg_type, msg_data.length);
        msg_data.copy(out, at);
        expect(out.subarray(AROUND)).toEqual(encodePdu(CommandId.CID_MSG_DATA, sent, { seqNum }));

        const { user_id, session_id, msg_id, session_type } = ackBody;
        const ackOut = Buffer.alloc(AROUND + sizeOfAck(user_id, session_id, msg_id));
        writeAck(ackOut, AROUND, seqNum, user_id, session_id, msg_id, session_type);
        expect(ackOut.subarray(AROUND)).toEqual(encodePdu(CommandId.CID_MSG_DATA_ACK, ackBody, { seqNum }));
      }),
    );
  });
});
