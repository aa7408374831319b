import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framePdu } from "../../../src/codec/pdu.js";
import { annotatedHex, hexLines } from "../../../src/codec/record/annotated-hex.js";
import { fieldAt, firstProblem, type PduField, pduFields } from "../../../src/codec/record/pdu-fields.js";
import { recordOf } from "../../../src/codec/record/pdu-record.js";
import { recordTree } from "../../../src/codec/record/record-text.js";
import { commands } from "../../../src/codec/registry.js";
import { goldenCaptures } from "../../helpers/captured-bytes.js";
import { hex } from "../../helpers/hex.js";
import { seenPdus } from "../../helpers/seen-pdus.js";

describe("pduFields", () => {
  it.each(goldenCaptures)("gives every byte of every PDU in %s one meaning, in order", async (name) => {
    for (const { bytes } of await seenPdus(name)) expectTiled(pduFields(bytes), 0, bytes.length);
  });

  it("does so for any bytes behind any command, and never throws", () => {
    const body = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(...commands.map(({ id }) => id), 0x9999), body, (id, bytes) => {
        const pdu = framePdu(id, Buffer.from(bytes));
        expectTiled(pduFields(pdu), 0, pdu.length);
      }),
    );
  });

  it("stops at what it cannot read, says what was expected, and keeps what comes before", () => {
    const pdu = framePdu(0x0301, hex("0801 1002 3218 6162"));
    expect(
      pduFields(pdu)
        .slice(7)
        .map(({ name, text }) => `${name} ${text}`),
    ).toEqual(["from_user_id 1", "to_session_id 2", "problem field 6: 24 bytes are expected, 2 are there"]);
    expect(firstProblem(pduFields(pdu))?.start).toBe(20);
    expect(recordOf(pdu, origin).error?.message).toContain("byte 20: field 6: 24 bytes are expected, 2 are there");
  });

  it("reads a body of an obsolete number by the message that it once meant", () => {
    const pdu = framePdu(0x0717, hex(""));
    expect(recordTree(recordOf(pdu, origin), pdu, { isStyled: false })).toContain(
      "obsolete alias of 0x0733 CID_OTHER_FILE_SERVER_IP_REQ",
    );
  });

  it("finds the innermost field of a byte", async () => {
    const pdu = (await seenPdus("cluster-session.pcap"))[92]?.bytes as Buffer;
    expect(fieldAt(pduFields(pdu), 0x1c)?.name).toBe("create_time");
    expect(fieldAt(pduFields(pdu), 10_000)).toBeUndefined();
  });
});

describe("recordTree", () => {
  it("shows offsets, numbers, enum names, decrypted text and the message inside an attachment", async () => {
    const pdu = (await seenPdus("cluster-session.pcap"))[743];
    if (pdu === undefined) throw new Error("the capture has more PDUs");
    expect(recordTree(pdu.record, pdu.bytes, { isStyled: false, isUtc: true })).toBe(
      `#744  2026-11-23 17:25:20.655351Z  127.0.0.1:43842 > 127.0.0.1:10600  s2s  0x0403  CID_GROUP_INFO_REQUEST  seq 0  98 bytes
    IM.Group.IMGroupInfoListReq
    0010   1 user_id = 30
    0012   2 group_version_list[0] GroupVersionInfo
    0014      1 group_id = 4
    0016      2 version = 0
    0018  20 attach_data = 71 bytes
    001b        type = HANDLE_AND_PDU (3)
    001f        handle = 15
    0023        service_type = 0
    0027        pdu_length = 55
    002b        pdu = IM.Message.IMMsgData
    002b         1 from_user_id = 30
    002d         2 to_session_id = 4
    002f         3 msg_id = 1
    0031         4 create_time = 1795454720
    0037         5 msg_type = MSG_TYPE_GROUP_TEXT (17)
    0039         6 msg_data = "zxto60UYibRFrqXjvYBQgw==" (24 bytes)  "gm"
    0053        20 attach_data = 12 bytes
    0056              type = HANDLE (1)
    005a              handle = 15
    005e              service_type = 0`,
    );
    expect(pdu.record.attach).toMatchObject({
      type: "HANDLE_AND_PDU",
      message: "IM.Message.IMMsgData",
      body: { from_user_id: 30, msg_type: "MSG_TYPE_GROUP_TEXT" },
      text: "gm",
    });
  });

  it("shows the duration and size of audio, and never what would move a terminal's cursor", () => {
    // IMMsgData of type 2: 3 seconds, 2 bytes of audio; then an avatar with an escape sequence of one character.
    const audio = framePdu(0x0301, hex("0801 1002 1800 2000 2802 3206 00000003 aabb"));
    expect(recordTree(recordOf(audio, origin), audio, { isStyled: false })).toContain("3 s of audio, 2 bytes");
    const avatar = framePdu(0x020c, hex("0801 1204 c29b 326a"));
    expect(recordTree(recordOf(avatar, origin), avatar, { isStyled: false })).toContain('avatar_url = "\\u009b2j"');
  });
});

describe("annotatedHex", () => {
  it("puts each field's bytes beside what they say, also of a message that is the whole attachment", async () => {
    const pdu = (await seenPdus("cluster-session.pcap"))[92]?.bytes as Buffer;
    expect(annotatedHex(pdu, { isStyled: false }).split("\n").slice(7, 13)).toEqual([
      "    00000010  08 15                                            1 user_id[0] = 21",
      "    00000012  a2 01 28                                         20 attach_data = 40 bytes",
      "    00000015                                                     pdu = IM.Message.IMMsgData",
      "    00000015  08 14                                                1 from_user_id = 20",
      "    00000017  10 15                                                2 to_session_id = 21",
      "    00000019  18 01                                                3 msg_id = 1",
    ]);
  });

  it.each(goldenCaptures)(
    "has each byte of %s on exactly one line, but for what it says it leaves out",
    async (name) => {
      for (const { bytes } of await seenPdus(name)) {
        const shown = hexLines(bytes).reduce((sum, { start, end, omitted }) => sum + end - start + omitted, 0);
        expect(shown).toBe(bytes.length);
      }
    },
  );
});

const origin = { seq: 1, time: null, conn: null, dir: null, offset: 0 };

function expectTiled(fields: readonly PduField[], start: number, end: number): void {
  let at = start;
  for (const field of fields) {
    expect(field.start).toBe(at);
    expect(field.valueStart).toBeGreaterThanOrEqual(field.start);
    if (field.fields.length > 0) expectTiled(field.fields, field.valueStart, field.end);
    at = field.end;
  }
  expect(at).toBe(end);
}
