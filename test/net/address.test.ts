import { describe, expect, it } from "vitest";
import { formatAddress, parseAddress } from "../../src/net/address.js";

describe("parseAddress", () => {
  it.each([
    ["127.0.0.1:8000", "127.0.0.1", 8000],
    ["[::1]:8000", "::1", 8000],
    [":8000", "127.0.0.1", 8000],
    ["localhost:65535", "localhost", 65535],
  ])("reads %s", (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
  });

  it.each(["", "8000", "host:", "host:0", "host:65536", "::1:8000", "a b:80", "host:80x"])("refuses %j", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it("is the reverse of formatAddress", () => {
    for (const text of ["127.0.0.1:1", "[::1]:2"])
      expect(formatAddress(parseAddress(text) ?? { host: "", port: 0 })).toBe(text);
  });
});
