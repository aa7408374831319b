import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeBody,
  decodeMessage,
  encodeBody,
  encodeMessage,
  encodePartialMessage,
} from "../../src/codec/body-codec.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import { hotCodecs } from "../../src/codec/generated/hot-codecs.js";
import type { IMMsgData } from "../../src/codec/generated/messages.js";
import { HEADER_SIZE } from "../../src/codec/pdu-header.js";
import { ProtocolError } from "../../src/codec/protocol-error.js";
import { exampleOf } from "../../src/codec/record/schema-example.js";
import { unknownFieldsOf } from "../../src/codec/record/unknown-fields.js";
import { commands } from "../../src/codec/registry.js";
import { messageType } from "../../src/codec/schema.js";
import { hex } from "../helpers/hex.js";

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const message: fc.Arbitrary<IMMsgData> = fc
  .record({
    from_user_id: uint32,
    to_session_id: uint32,
    msg_id: uint32,
    create_time: uint32,
    msg_type: fc.constantFrom(0x01, 0x02, 0x11, 0x12),
    msg_data: bytes,
    attach_data: fc.option(bytes, { nil: undefined }),
  })
  .map(({ attach_data, ...rest }) => (attach_data === undefined ? rest : { ...rest, attach_data }));

describe("decodeBody", () => {
  const login = "0a 05 7573657231 12 02 6162 18 01 20 11";

  it("reads what is there and leaves absent fields undefined", () => {
    const body = decodeBody(CommandId.CID_LOGIN_REQ_USERLOGIN, hex(login));
    expect(body).toEqual({ user_name: "user1", password: "ab", online_status: 1, client_type: 0x11 });
    expect(body.client_version).toBeUndefined();
  });

  it.each([
    ["a required field that is missing (FRM-10)", "0a 05 7573657231", "BODY_MISSING_REQUIRED"],
    [
      "an enum number out of range in a required field (FRM-12)",
      "0a 01 61 12 01 62 18 04 20 11",
      "BODY_MISSING_REQUIRED",
    ],
    [
      "a required enum with a negative number",
      "0a 01 61 12 01 62 18 ffffffffffffffffff01 20 11",
      "BODY_MISSING_REQUIRED",
    ],
    ["a length that runs past the end", "0a 50 61", "BODY_TRUNCATED"],
    ["a varint that never ends", "0a 01 61 18 ff", "BODY_TRUNCATED"],
    ["an invalid wire type", "0f", "BODY_MALFORMED"],
    ["field number 0", "02 01 61", "BODY_MALFORMED"],
  ])("refuses %s", (_, bytes, code) => {
    expect(codeOf(() => decodeBody(CommandId.CID_LOGIN_REQ_USERLOGIN, hex(bytes)))).toBe(code);
  });

  it("keeps unknown fields, names them and writes them back (FRM-11)", () => {
    const body = decodeBody(CommandId.CID_LOGIN_REQ_USERLOGIN, hex(`${login} f2 01 02 6869 f8 01 05`));
    expect(unknownFieldsOf(body)).toEqual([
      { path: "", field: 30, wireType: "len", hex: "f201026869" },
      { path: "", field: 31, wireType: "varint", hex: "f80105" },
    ]);
    expect(encodeBody(CommandId.CID_LOGIN_REQ_USERLOGIN, body)).toEqual(hex(`${login} f2 01 02 6869 f8 01 05`));
  });

  it("treats an optional enum out of range as unknown (FRM-12)", () => {
    const body = decodeBody(CommandId.CID_LOGIN_RES_USERLOGIN, hex("08 01 10 00 20 09"));
    expect(body.online_status).toBeUndefined();
    expect(unknownFieldsOf(body)).toEqual([{ path: "", field: 4, wireType: "varint", hex: "2009" }]);
  });

  it("treats a known field with another wire type as unknown", () => {
    expect(codeOf(() => decodeBody(CommandId.CID_MSG_UNREAD_CNT_REQUEST, hex("0a 01 07")))).toBe(
      "BODY_MISSING_REQUIRED",
    );
  });

  it("reads repeated numbers packed and unpacked, and sends them unpacked (FRM-13)", () => {
    const unpacked = decodeBody(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, hex("08 01 10 02 10 03"));
    const packed = decodeBody(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, hex("08 01 12 02 02 03"));
    expect(packed).toEqual(unpacked);
    expect(encodeBody(CommandId.CID_BUDDY_LIST_USER_INFO_REQUEST, packed)).toEqual(hex("08 01 10 02 10 03"));
  });

  it("never throws anything but ProtocolError, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(CommandId)), fc.uint8Array({ maxLength: 80 }), (id, array) => {
        expect(["no error", "BODY_TRUNCATED", "BODY_MALFORMED", "BODY_MISSING_REQUIRED"]).toContain(
          codeOf(() => decodeBody(id, Buffer.from(array))),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe("encodeBody", () => {
  it("refuses a body that lacks a required field, which a partial encoding leaves out", () => {
    const body = { user_name: "user1" };
    expect(() => encodeMessage("IM.Login.IMLoginReq", body)).toThrow(TypeError);
    expect(encodePartialMessage("IM.Login.IMLoginReq", body)).toEqual(hex("0a 05 7573657231"));
  });
});

describe("a body that lacks what messages.tsv requires", () => {
  // Of specialised codecs the types alone keep watch: they look at no field twice.
  const lacking = commands
    .filter(({ messageName }) => !(messageName in hotCodecs))
    .flatMap((command) =>
      messageType(command.messageName)
        .fieldsArray.filter(({ required }) => required)
        .map(({ name }) => [command.name, name, command] as const),
    );

  // A C++ peer drops what comes without, and says nothing.
  it.each(lacking)("is not sent: %s without %s", (_, field, command) => {
    const id = command.id as CommandId;
    const whole = decodeBody(id, hex(exampleOf(command).hex), HEADER_SIZE) as Record<string, unknown>;
    const { [field]: left, ...rest } = whole;
    expect(left).toBeDefined();
    expect(encodeBody(id, whole as never)).toEqual(hex(exampleOf(command).hex).subarray(HEADER_SIZE));
    expect(() => encodeBody(id, rest as never)).toThrow(TypeError);
  });
});

describe("specialised codecs", () => {
  it("write the bytes that protobufjs writes and read them back", () => {
    fc.assert(
      fc.property(message, (body) => {
        const encoded = encodeBody(CommandId.CID_MSG_DATA, body);
        expect(encoded).toEqual(encodeMessage("IM.Message.IMMsgData", body));
        expect(decodeBody(CommandId.CID_MSG_DATA, encoded)).toEqual(body);
      }),
    );
  });

  it.each(Object.entries(hotCodecs))("%s agrees with protobufjs on mutated bytes", (name, codec) => {
    const seeds = [
      hex("08 01 10 ac02 18 03 20 01"),
      hex("08 01 10 02 18 03 20 04 28 01 32 03 616263 a2 01 01 00"),
      hex("08 01 10 02 10 ac02 a2 01 01 00"),
      hex("08 01 12 04 08 05 10 01 12 05 08 ac02 10 02 a2 01 01 00"),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(30), fc.nat(255)), { maxLength: 3 }),
        fc.nat(30),
        (seed, edits, cut) => {
          const mutated = Buffer.from(seed);
          for (const [at, value] of edits) if (at < mutated.length) mutated[at] = value;
          const input = mutated.subarray(0, Math.max(0, mutated.length - (cut > 20 ? cut - 20 : 0)));
          const fast = codec.read(input, 0, input.length);
          // The specialised reader may decline; what it accepts must be exactly what the oracle says.
          if (fast !== undefined) expect(fast).toEqual({ ...decodeMessage(name, input) });
        },
      ),
      { numRuns: 3000 },
    );
  });
});

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "no error";
}
