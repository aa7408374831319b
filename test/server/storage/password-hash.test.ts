import { describe, expect, it } from "vitest";
import { passwordHash, passwordMatches } from "../../../src/server/storage/password-hash.js";

/** printf secret | md5sum; printf '<that>0001' | md5sum */
const RECEIVED = "5ebe2294ecd0e0f08eab7690d2a6ee69";
const STORED = "308f5c87c280501f158da084b3eb83c0";

describe("passwordHash", () => {
  it("is md5(md5(plain) + salt) as lower-case hex", () => {
    expect(passwordHash(RECEIVED, "0001")).toBe(STORED);
  });

  it.each(["", RECEIVED.toUpperCase(), `${RECEIVED}\0`, "secret", STORED, "é😀"])("does not match %j", (received) => {
    expect(passwordMatches(RECEIVED, "0001", STORED)).toBe(true);
    expect(passwordMatches(received, "0001", STORED)).toBe(false);
  });

  it.each(["", STORED.slice(1), `${STORED}0`, "é".repeat(32)])("matches nothing against a stored %j", (stored) => {
    expect(passwordMatches(RECEIVED, "0001", stored)).toBe(false);
  });
});
