import { describe, expect, it } from "vitest";
import { FileStrays } from "../../../../src/cli/load/scenario-file/file-strays.js";

describe("FileStrays", () => {
  it("keeps what is the file's until there is a run, and throws what is a fault of ours until then", () => {
    const strays = new FileStrays((reason) => reason !== "ours");
    strays.take("early");
    expect(() => strays.take("ours")).toThrow("ours");
    const told: unknown[] = [];
    strays.goTo((reason) => told.push(reason));
    strays.take("late");
    strays.take("ours");
    expect(told).toEqual(["early", "late", "ours"]);
  });
});
