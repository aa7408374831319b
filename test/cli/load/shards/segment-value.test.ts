import { describe, expect, it } from "vitest";
import { segmentValue } from "../../../../src/cli/load/shards/segment-value.js";

describe("segmentValue", () => {
  it("counts from 0, as the pods of an Indexed Job are counted", () => {
    expect(segmentValue("0/3")).toEqual({ index: 0, count: 3 });
    expect(segmentValue("999/1000")).toEqual({ index: 999, count: 1000 });
  });

  it.each(["", "1", "1/", "/3", "a/3", "-1/3", "0/0", "0/1001", "0/3 "])("refuses %j, which is no i/n", (text) => {
    expect(() => segmentValue(text)).toThrow("Expected i/n, as in 0/3, with n up to 1000.");
  });

  it("says which segments there are when there is no such one", () => {
    expect(() => segmentValue("3/3")).toThrow("The segments of 3 are 0/3 to 2/3.");
  });
});
