import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AttachType, decodeAttachData, encodeAttachData } from "../../src/codec/attach-data.js";
import { decodeAudio, encodeAudio } from "../../src/codec/audio-content.js";
import { loginPassword } from "../../src/codec/password.js";
import { ProtocolError } from "../../src/codec/protocol-error.js";
import { decryptText, encryptText } from "../../src/codec/text-content.js";
import { hex } from "../helpers/hex.js";

describe("text content", () => {
  it.each([
    ["hello", "nnZSBwfPCz60q69ddmfIJA=="],
    ["123456789012", "qRbX2o2N6/0vxpOpQhCOOg=="],
  ])("encrypts %s as the shipped clients do", (text, encrypted) => {
    expect(encryptText(text).toString()).toBe(encrypted);
    expect(decryptText(Buffer.from(encrypted))).toBe(text);
  });

  it("gives any text back, whatever its length", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(decryptText(encryptText(text))).toBe(text);
      }),
    );
  });

  it.each(["plain words", "", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA=="])("says that %j is not encrypted text", (content) => {
    expect(() => decryptText(Buffer.from(content))).toThrow(ProtocolError);
  });

  it("says so when the key is another one", () => {
    expect(() => decryptText(encryptText("hello"), "x".repeat(32))).toThrow(/another key/);
  });
});

describe("attach_data", () => {
  it("reads the layout that msg_server writes", () => {
    expect(decodeAttachData(hex("00000001 0000002a 00000000"))).toEqual({
      type: AttachType.HANDLE,
      handle: 42,
      serviceType: 0,
    });
    expect(decodeAttachData(hex("00000003 00000001 00000002 00000002 0801"))).toEqual({
      type: AttachType.HANDLE_AND_PDU,
      handle: 1,
      serviceType: 2,
      pdu: hex("0801"),
    });
  });

  it("reads what the original servers write besides: an empty body behind a HANDLE, none behind a HANDLE_AND_PDU", () => {
    expect(decodeAttachData(hex("00000001 0000000f 00000000 00000000")).pdu).toEqual(Buffer.alloc(0));
    expect(decodeAttachData(hex("00000003 00000004 00000000")).pdu).toBeUndefined();
  });

  it.each(["", "0000000100000001", "00000009 00000001 00000000", "00000003 00000001 00000002 00000009 0801"])(
    "refuses %j",
    (bytes) => {
      expect(() => decodeAttachData(hex(bytes))).toThrow(ProtocolError);
    },
  );

  it("writes what it reads", () => {
    const bytes = hex("00000005 00000007 00000000 00000003 010203");
    expect(encodeAttachData(decodeAttachData(bytes))).toEqual(bytes);
  });
});

describe("audio content", () => {
  it("is a duration and bytes", () => {
    expect(decodeAudio(hex("00000005 ffee"))).toEqual({ durationSeconds: 5, audio: hex("ffee") });
    expect(encodeAudio({ durationSeconds: 5, audio: hex("ffee") })).toEqual(hex("00000005 ffee"));
    expect(() => decodeAudio(hex("0000"))).toThrow(ProtocolError);
  });
});

it("loginPassword is the hex MD5 of what was typed", () => {
  expect(loginPassword("secret")).toBe("5ebe2294ecd0e0f08eab7690d2a6ee69");
});
