import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkPattern, holdsPattern } from "../../../src/runner/conformance/check-pattern.js";

describe("the pattern of a check", () => {
  it.each([
    ["result_code 6", "result_code *"],
    ["0x0302 CID_MSG_DATA_ACK with seq_num 12 on user7 windows", "0x0302 CID_MSG_DATA_ACK with seq_num * on * windows"],
    ["the server closes user12 ios within 5000 ms", "the server closes * ios within * ms"],
    ["0x0301 with nnZSBwfPCz60q69ddmfIJA== on user1 mac", "0x0301 with * on * mac"],
    ["0x0703 of user-1a2b3c4d5e6f7081 on db_proxy_server", "0x0703 of user-* on db_proxy_server"],
    ["members [1,2,30]", "members [*]"],
    ["user123 stays", "user* stays"],
  ])("of %j is %j", (expected, pattern) => {
    const names = ["user1", "user12", "user7"];
    expect(checkPattern(expected, names)).toBe(pattern);
    expect(holdsPattern(expected, pattern)).toBe(true);
  });

  it("holds the text that it was made of, whatever that is", () => {
    const text = fc.string({ maxLength: 400, unit: "grapheme" });
    const names = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 5 });
    fc.assert(fc.property(text, names, (expected, users) => holdsPattern(expected, checkPattern(expected, users))));
  });

  it("holds no text without its words, in their order", () => {
    expect(holdsPattern("a close of the link", "a close")).toBe(true);
    expect(holdsPattern("open, then closed", "closed*open")).toBe(false);
    expect(holdsPattern("anything", "")).toBe(true);
    expect(holdsPattern("", "*")).toBe(true);
  });
});
