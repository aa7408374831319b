import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/codec/record/body-json.js";
import { pduFromJson } from "../../../src/codec/record/pdu-from-json.js";
import { recordOf } from "../../../src/codec/record/pdu-record.js";
import { capturePdus } from "../../helpers/capture-pdus.js";

const nowhere = { seq: 0, time: null, conn: null, dir: null, offset: 0 };

const heartbeat = (header: JsonObject) => pduFromJson({ command: "CID_OTHER_HEARTBEAT", header }).toString("hex");

describe("the header of JSON for a PDU", () => {
  it("keeps its fields, all but the length, which is the PDU's own", () => {
    expect(
      heartbeat({ length: 99, version: 2, flag: 3, serviceId: 7, commandId: 0x0701, seqNum: 5, reserved: 6 }),
    ).toBe("00000010" + "0002" + "0003" + "0007" + "0701" + "0005" + "0006");
  });

  it.each([
    [{ seqnum: 5 }, 'header: there is no field "seqnum"; did you mean "seqNum"?'],
    [JSON.parse('{"__proto__":1}') as JsonObject, 'header: there is no field "__proto__"'],
    [{ seqNum: 65536 }, "header.seqNum: a whole number from 0 to 65535 is expected, not 65536"],
  ])("refuses %j", (header, problem) => {
    expect(() => heartbeat(header)).toThrow(problem);
  });
});

describe("JSON of a PDU that ttk decode could not read", () => {
  const record = (bytes: Buffer) => JSON.parse(JSON.stringify(recordOf(bytes, nowhere))) as JsonObject;
  const broken = capturePdus("cluster-session.pcap", 8000)
    .map(({ bytes }) => bytes)
    .filter((bytes) => recordOf(bytes, nowhere).error?.code === "BODY_MISSING_REQUIRED");

  it.each([true, false])("is refused, and not made into another PDU: partial %s", (partial) => {
    expect(broken.length).toBeGreaterThan(0);
    for (const bytes of broken) {
      expect(() => pduFromJson(record(bytes), { partial })).toThrow(
        "body: it could not be decoded (the body lacks a required field (message IM.",
      );
    }
  });

  it("is taken with a body of one's own", () => {
    const [bytes = Buffer.alloc(0)] = broken;
    expect(pduFromJson({ ...record(bytes), body: { user_id: 1 } }, { partial: true }).toString("hex", 16)).toBe("0801");
  });
});
