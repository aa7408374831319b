import { describe, expect, it } from "vitest";
import { fuzz } from "../../scripts/fuzz.js";

describe("mutated input", () => {
  it("ends in documented errors for every parser: a short run of the fuzzer", { timeout: 60_000 }, async () => {
    const { faults, rounds } = await fuzz({ seed: 1, goesOn: (round) => round < 300 });
    expect(faults.map(({ target, round, error }) => `${target}, round ${round}: ${error}`)).toEqual([]);
    expect(rounds).toBe(300);
  });
});
