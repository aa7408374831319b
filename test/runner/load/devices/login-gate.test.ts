import { describe, expect, it } from "vitest";
import { LoginGate } from "../../../../src/runner/load/devices/login-gate.js";

/** Everything that can happen without time passing has. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("LoginGate", () => {
  it("lets so many in at once, and the others in the order in which they came", async () => {
    const gate = new LoginGate(2);
    const inside: number[] = [];
    for (let who = 0; who < 5; who++) void gate.enter().then(() => inside.push(who));
    await settled();
    expect(inside).toEqual([0, 1]);
    gate.leave();
    await settled();
    expect(inside).toEqual([0, 1, 2]);
    gate.leave();
    gate.leave();
    await settled();
    expect(inside).toEqual([0, 1, 2, 3, 4]);
  });

  it("has room again for whoever comes when nobody waits", async () => {
    const gate = new LoginGate(1);
    await gate.enter();
    gate.leave();
    const inside: string[] = [];
    void gate.enter().then(() => inside.push("next"));
    void gate.enter().then(() => inside.push("too many"));
    await settled();
    expect(inside).toEqual(["next"]);
  });
});
