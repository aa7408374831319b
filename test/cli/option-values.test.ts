import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { addressValue, addressValues, countValue, hostValue } from "../../src/cli/option-values.js";

describe("option values", () => {
  it("read addresses, one or several", () => {
    expect(addressValue("127.0.0.1:8000")).toEqual({ host: "127.0.0.1", port: 8000 });
    expect(addressValues("[::1]:2", addressValues(":1", undefined))).toEqual([
      { host: "127.0.0.1", port: 1 },
      { host: "::1", port: 2 },
    ]);
  });

  it.each(["", "localhost", "localhost:", "localhost:0", "localhost:65536", "a b:1"])(
    "refuse the address '%s'",
    (text) => {
      expect(() => addressValue(text)).toThrow(InvalidArgumentError);
    },
  );

  it("read a host", () => {
    expect(["127.0.0.1", "::1", "chat-1.example"].map(hostValue)).toEqual(["127.0.0.1", "::1", "chat-1.example"]);
  });

  it.each(["", "a b", "127.0.0.1:8000", "[::1]", "http://chat.example"])("refuse the host '%s'", (text) => {
    expect(() => hostValue(text)).toThrow(InvalidArgumentError);
  });

  it("read whole numbers within bounds", () => {
    expect(["1", "5", "10"].map(countValue(1, 10))).toEqual([1, 5, 10]);
  });

  it.each(["", "0", "11", "-1", "1.5", "1e1", "0x2", "five", " 5"])("refuse '%s' for a number from 1 to 10", (text) => {
    expect(() => countValue(1, 10)(text)).toThrow(InvalidArgumentError);
  });
});
