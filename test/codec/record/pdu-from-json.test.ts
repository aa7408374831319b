import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/codec/record/body-json.js";
import { pduFromJson } from "../../../src/codec/record/pdu-from-json.js";

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
