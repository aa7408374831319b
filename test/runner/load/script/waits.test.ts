import { describe, expect, it } from "vitest";
import { IterationInterrupted } from "../../../../src/runner/load/script/iteration-interrupted.js";
import { Waits } from "../../../../src/runner/load/script/waits.js";

describe("Waits", () => {
  it("fails in a later turn, so that a loop that catches it keeps nothing else from happening", async () => {
    let turns = 0;
    const waits = new Waits();
    const failing = waits.for((done) => done({ error: "not today" }));
    setImmediate(() => {
      turns++;
    });
    await expect(failing).rejects.toThrow("not today");
    expect(turns).toBe(1);
    waits.interrupt();
    const refused = waits.for(() => {});
    setImmediate(() => {
      turns++;
    });
    await expect(refused).rejects.toThrow(IterationInterrupted);
    expect(turns).toBe(2);
  });

  it("throws what a function of the file threw itself, and ends with an interrupt whatever it waits for", async () => {
    const waits = new Waits();
    const thrown = { code: 7 };
    await expect(waits.itself(Promise.reject(thrown))).rejects.toBe(thrown);
    await expect(waits.itself(Promise.resolve(8))).resolves.toBe(8);
    const never = waits.itself(new Promise<never>(() => {}));
    waits.interrupt();
    await expect(never).rejects.toThrow(IterationInterrupted);
  });
});
