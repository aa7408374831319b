import { describe, expect, it } from "vitest";
import { startAtValue } from "../../../../src/cli/load/shards/start-at-value.js";

describe("startAtValue", () => {
  it.each([
    ["2026-11-25T21:00:00Z", { atMs: 1_795_640_400_000 }],
    ["2026-11-25T22:00:00.5+01:00", { atMs: 1_795_640_400_500 }],
    ["1795640400", { atMs: 1_795_640_400_000 }],
    ["1795640400.25", { atMs: 1_795_640_400_250 }],
    ["+30s", { inMs: 30_000 }],
    ["+24h", { inMs: 86_400_000 }],
  ])("reads %s", (text, start) => {
    expect(startAtValue(text)).toEqual(start);
  });

  it.each(["", "now", "30s", "+25h", "+", "2026-11-25T21:00:00", "2026-11-25", "2026-13-25T21:00:00Z", "17956404"])(
    "refuses %j, which may mean several moments or none",
    (text) => {
      expect(() => startAtValue(text)).toThrow("Expected a time, as in 2026-11-25T21:00:00Z");
    },
  );
});
