import { describe, expect, it } from "vitest";
import { findSchemaEntries, schemaNames } from "../../src/codec/schema-entries.js";

describe("findSchemaEntries", () => {
  it("finds a field of one message, with the values that it may have", () => {
    expect(findSchemaEntries("IMMsgData.msg_type")).toEqual([
      {
        kind: "field",
        name: "IM.Message.IMMsgData.msg_type",
        number: 5,
        label: "required",
        type: "MsgType",
        values: expect.arrayContaining([{ name: "MSG_TYPE_GROUP_TEXT", number: 0x11 }]),
        commands: ["0x0301 CID_MSG_DATA"],
      },
    ]);
  });

  it("finds a field in every message that has it", () => {
    expect(findSchemaEntries("msg_data").map(({ name }) => name)).toEqual([
      "IM.BaseDefine.MsgInfo.msg_data",
      "IM.Message.IMMsgData.msg_data",
    ]);
  });

  it("finds an enumeration by a value of it, and says who uses it", () => {
    const [entry] = findSchemaEntries("KICK_REASON_MOBILE_KICK");
    expect(entry).toMatchObject({ kind: "enum", usedBy: ["IM.Login.IMKickUser.kick_reason"] });
  });

  it("finds a command by a number that it once had", () => {
    expect(findSchemaEntries("0x0717")).toMatchObject([{ id: "0x0733", obsoleteIds: ["0x0717"] }]);
  });

  it("knows names of fields and values for who mistypes one", () => {
    expect(schemaNames()).toEqual(expect.arrayContaining(["msg_data", "CLIENT_TYPE_IOS", "CID_MSG_DATA"]));
  });
});
