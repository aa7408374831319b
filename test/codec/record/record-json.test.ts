import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { framePdu } from "../../../src/codec/pdu.js";
import { type PduOrigin, recordOf } from "../../../src/codec/record/pdu-record.js";
import { pduJson, recordJson } from "../../../src/codec/record/record-json.js";
import { goldenCapture, goldenCaptures, readCapture } from "../../helpers/captured-bytes.js";
import { hex } from "../../helpers/hex.js";

const origin: PduOrigin = {
  seq: 7,
  time: "2026-11-23T17:25:16.131381Z",
  conn: "10.0.0.1:40000>[::1]:8000",
  dir: "c2s",
  offset: 198,
};

describe("pduJson", () => {
  it.each(goldenCaptures)("writes every PDU of %s as the record says it", async (name) => {
    for (const pdu of await pdusOf(name)) expectAgreement(pdu);
  });

  it("prints nothing else that the origin knows, be it circular", () => {
    const wide = { ...origin, connection: {} as object };
    wide.connection = { wide };
    const broken = framePdu(CommandId.CID_MSG_DATA_ACK, hex("08 01"));
    expect(pduJson(broken, wide)).toBe(recordJson(recordOf(broken, origin)));
  });

  it("does so for damaged ones too", async () => {
    const pdus = (await Promise.all(goldenCaptures.map(pdusOf))).flat();
    const edit = fc.tuple(fc.nat(200), fc.nat(255));
    fc.assert(
      fc.property(fc.constantFrom(...pdus), fc.array(edit, { maxLength: 3 }), fc.nat(60), (pdu, edits, cut) => {
        const damaged = Buffer.from(pdu.subarray(0, pdu.length - Math.max(0, cut - 40)));
        for (const [at, value] of edits) if (at < damaged.length) damaged[at] = value;
        expectAgreement(damaged);
      }),
      { numRuns: 3000 },
    );
  });

  it.each<[string, number, string]>([
    ["fields out of order", CommandId.CID_MSG_DATA_ACK, "10 02 08 01 18 03 20 01"],
    ["a field twice", CommandId.CID_MSG_DATA_ACK, "08 01 08 09 10 02 18 03 20 01"],
    ["a list in two parts", CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, "10 02 08 01 10 03"],
    ["a packed list", CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, "08 01 12 02 02 03"],
    ["a varint of ten bytes", CommandId.CID_MSG_UNREAD_CNT_REQUEST, "08 ffffffffffffffffff01"],
    ["the largest number", CommandId.CID_MSG_UNREAD_CNT_REQUEST, "08 ffffffff0f"],
    ["a number of 35 bits", CommandId.CID_MSG_UNREAD_CNT_REQUEST, "08 ffffffff7f"],
    ["an enum out of range", CommandId.CID_MSG_DATA_ACK, "08 01 10 02 18 03 20 09"],
    ["text that is not UTF-8", CommandId.CID_LOGIN_REQ_USERLOGIN, "0a 01 ff 12 01 62 18 01 20 11"],
    ["text that needs escapes", CommandId.CID_LOGIN_REQ_USERLOGIN, "0a 03 22 5c 0a 12 03 e4bda0 18 01 20 11"],
    ["a nested length that runs over", CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, "0a 05 08 01 10 01"],
  ])("does so for %s", (_, commandId, body) => {
    expectAgreement(framePdu(commandId, hex(body), { seqNum: 3 }));
  });
});

function expectAgreement(pdu: Buffer): void {
  expect(pduJson(pdu, origin)).toBe(recordJson(recordOf(pdu, origin)));
}

async function pdusOf(name: (typeof goldenCaptures)[number]): Promise<Buffer[]> {
  const { events } = await readCapture(goldenCapture(name));
  return events.flatMap((event) => (event.kind === "pdu" ? [event.bytes] : []));
}
