import { describe, expect, it } from "vitest";
import { localAddressValues } from "../../../src/cli/load/local-address-value.js";

describe("localAddressValues", () => {
  it("gathers addresses and ranges", () => {
    const before = localAddressValues("::1", undefined);
    expect(localAddressValues("127.0.0.254-127.0.1.1", before)).toEqual([
      "::1",
      "127.0.0.254",
      "127.0.0.255",
      "127.0.1.0",
      "127.0.1.1",
    ]);
    expect(localAddressValues("255.255.255.255", undefined)).toEqual(["255.255.255.255"]);
  });

  it.each(["", "localhost", "127.0.0.1-", "127.0.0.9-127.0.0.2", "0.0.0.0-255.255.255.255", "1.2.3.4-1.2.3.5-1.2.3.6"])(
    "refuses %j",
    (text) => {
      expect(() => localAddressValues(text, undefined)).toThrow(/^(Expected an IP|The range ends|At most)/);
    },
  );
});
