import { describe, expect, it } from "vitest";
import { CommandId } from "../../../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../../../src/codec/generated/enums.js";
import { AckFields, MessageFields, readAck, readMessage } from "../../../../src/codec/message-bytes.js";
import { encodePdu } from "../../../../src/codec/pdu.js";
import { HEADER_SIZE } from "../../../../src/codec/pdu-header.js";
import { InFlightPdus } from "../../../../src/runner/load/oracle/in-flight-pdus.js";
import { contentTemplate, emptyToken, writeToken } from "../../../../src/runner/load/oracle/message-token.js";
import { SentForms } from "../../../../src/runner/load/oracle/sent-forms.js";

const chunk = Buffer.from("..one..two..three");
const one = [2, 5] as const;
const two = [7, 10] as const;
const three = [12, 17] as const;

const ofRow = (row: number) => ({ ...emptyToken(), row });
const unread = undefined;

describe("InFlightPdus", () => {
  it("has the ack, and what each recipient got, also of those that got something else", () => {
    const pdus = new InFlightPdus(new SentForms(false));
    pdus.begin(3);
    pdus.acked(3, chunk, ...one, unread);
    pdus.received(3, 0, chunk, ...two, unread);
    pdus.received(3, 1, Buffer.from(chunk), ...two, unread);
    pdus.received(3, 2, chunk, ...three, unread);
    pdus.received(3, 4, chunk, ...one, unread);
    expect(pdus.ackOf(3)?.toString()).toBe("one");
    expect([0, 1, 2, 4].map((recipient) => pdus.receivedBy(ofRow(3), recipient)?.toString())).toEqual([
      "two",
      "two",
      "three",
      "one",
    ]);
    expect(pdus.ackOf(4)).toBeUndefined();
  });

  it("forgets a row's message when the next one has the row", () => {
    const pdus = new InFlightPdus(new SentForms(false));
    pdus.begin(0);
    pdus.acked(0, chunk, ...one, unread);
    pdus.received(0, 0, chunk, ...two, unread);
    pdus.received(0, 1, chunk, ...three, unread);
    pdus.begin(0);
    expect([pdus.ackOf(0), pdus.receivedBy(ofRow(0), 0), pdus.receivedBy(ofRow(0), 1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    pdus.received(0, 1, chunk, ...one, unread);
    expect(pdus.receivedBy(ofRow(0), 1)?.toString()).toBe("one");
  });

  it("keeps no more than it may, shows nothing in place of what it did not keep, and goes on once rows are free", () => {
    const pdus = new InFlightPdus(new SentForms(false), 64 + 5);
    pdus.begin(0);
    pdus.received(0, 0, chunk, ...one, unread);
    pdus.received(0, 1, chunk, ...three, unread);
    pdus.received(0, 2, chunk, ...two, unread);
    pdus.begin(1);
    pdus.received(1, 0, chunk, ...one, unread);
    expect(pdus.receivedBy(ofRow(0), 1)?.toString()).toBe("three");
    expect(pdus.receivedBy(ofRow(0), 2)).toBeUndefined();
    expect(pdus.receivedBy(ofRow(1), 0)).toBeUndefined();
    pdus.begin(0);
    pdus.received(0, 0, chunk, ...one, unread);
    pdus.received(0, 1, chunk, ...three, unread);
    expect(pdus.receivedBy(ofRow(0), 1)?.toString()).toBe("three");
  });
});

describe("InFlightPdus of a message that is known", () => {
  const RUN = 5;
  const ROW = 3;
  const token = { ...emptyToken(), run: RUN, row: ROW, serial: 9, senderDevice: 1, target: 2, intendedUs: 77 };
  const content = contentTemplate(64, RUN);
  writeToken(content, token);
  const [sender, session, seqNum] = [1001, 70_000, 300];
  const message = {
    from_user_id: sender,
    to_session_id: session,
    msg_id: 123_456,
    create_time: 1_700_000_000,
    msg_type: MsgType.MSG_TYPE_GROUP_TEXT,
    msg_data: content,
  };
  const delivery = encodePdu(CommandId.CID_MSG_DATA, message);
  const contentAt = delivery.indexOf(content);
  const ackBody = {
    user_id: sender,
    session_id: session,
    msg_id: 123_456,
    session_type: SessionType.SESSION_TYPE_GROUP,
  };
  const ack = encodePdu(CommandId.CID_MSG_DATA_ACK, ackBody, { seqNum });

  function known(): InFlightPdus {
    const forms = new SentForms(false);
    forms.note(ROW, 9, seqNum, 64, MsgType.MSG_TYPE_GROUP_TEXT, sender, session);
    const pdus = new InFlightPdus(forms);
    pdus.begin(ROW);
    return pdus;
  }

  /** As the oracle tells of it: with its fields where they can be read in place. */
  function receive(pdus: InFlightPdus, recipient: number, pdu: Buffer): void {
    const fields = new MessageFields();
    const isUsual = readMessage(pdu, HEADER_SIZE, pdu.length, fields);
    pdus.received(ROW, recipient, pdu, 0, pdu.length, isUsual ? fields : undefined);
  }

  function acknowledge(pdus: InFlightPdus, pdu: Buffer): void {
    const fields = new AckFields();
    const isUsual = readAck(pdu, HEADER_SIZE, pdu.length, fields);
    pdus.acked(ROW, pdu, 0, pdu.length, isUsual ? fields : undefined);
  }

  /** All that a header and fields may be changed to in one place, lengths and command apart: that would be no such PDU. */
  function* changed(pdu: Buffer, end: number): Generator<Buffer> {
    for (let at = 4; at < end; at++) {
      if (at === 10 || at === 11) continue;
      for (let change = 1; change < 256; change++) {
        const altered = Buffer.from(pdu);
        altered[at] = (altered[at] as number) ^ change;
        yield altered;
      }
    }
  }

  it("are byte for byte what came, whatever is another way than usual", () => {
    for (const pdu of [delivery, ...changed(delivery, contentAt)]) {
      const pdus = known();
      receive(pdus, 0, pdu);
      expect(pdus.receivedBy(token, 0)?.equals(pdu)).toBe(true);
    }
    for (const pdu of [ack, ...changed(ack, ack.length)]) {
      const pdus = known();
      acknowledge(pdus, pdu);
      expect(pdus.ackOf(ROW)?.equals(pdu)).toBe(true);
    }
  });

  it("are each recipient's own, whichever of them got the usual one", () => {
    for (const pdu of changed(delivery, contentAt)) {
      const pdus = known();
      const came = [delivery, pdu, delivery, pdu];
      for (const [recipient, each] of came.entries()) receive(pdus, recipient, each);
      for (const [recipient, each] of came.toReversed().entries()) receive(pdus, 10 + recipient, each);
      const kept = [0, 1, 2, 3, 10, 11, 12, 13].map((recipient) => pdus.receivedBy(token, recipient));
      expect(kept.map((bytes) => bytes?.equals(delivery))).toEqual([
        true,
        false,
        true,
        false,
        false,
        true,
        false,
        true,
      ]);
      expect(kept[1]?.equals(pdu)).toBe(true);
      expect(kept[3]?.equals(pdu)).toBe(true);
    }
  });

  it("hold no memory while they are usual", () => {
    const forms = new SentForms(false);
    forms.note(ROW, 9, seqNum, 64, MsgType.MSG_TYPE_GROUP_TEXT, sender, session);
    const pdus = new InFlightPdus(forms, 0);
    pdus.begin(ROW);
    acknowledge(pdus, ack);
    receive(pdus, 0, delivery);
    expect(pdus.ackOf(ROW)).toEqual(ack);
    expect(pdus.receivedBy(token, 0)).toEqual(delivery);
    pdus.begin(ROW);
    expect([pdus.ackOf(ROW), pdus.receivedBy(token, 0)]).toEqual([undefined, undefined]);
  });
});
