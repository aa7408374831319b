import { describe, expect, it } from "vitest";
import { RunLoop } from "../../../src/runner/load/run-loop.js";

describe("RunLoop's clock", () => {
  it("stands at the moment it is told, until it goes on", () => {
    const loop = new RunLoop(() => {});
    const atMs = performance.now() + 1000;
    loop.standStill(atMs);
    const stood = loop.now();
    expect(loop.now()).toBe(stood);
    loop.goOn();
    expect(loop.now()).toBeLessThan(stood);
  });

  it("does not go back to a moment before what somebody has been told", () => {
    const loop = new RunLoop(() => {});
    const readMs = performance.now();
    while (performance.now() === readMs);
    const told = loop.now();
    loop.standStill(readMs);
    expect(loop.now()).toBe(told);
    loop.goOn();
    expect(loop.now()).toBeGreaterThanOrEqual(told);
  });
});
