import { describe, expect, it } from "vitest";
import { StartWaits } from "../../../../src/runner/load/devices/start-waits.js";

describe("StartWaits", () => {
  it("says what is waited for longest, and how many devices wait for the same", () => {
    const waits = new StartWaits();
    for (const device of [1, 2, 3]) waits.begin(device, "connections", 0);
    expect(waits.textAt(2000)).toBe("waiting for connections: 3, for up to 2.0 s");
    for (const device of [1, 2]) waits.begin(device, "answers to logins", 2000);
    expect(waits.textAt(2000)).toBe("waiting for connections: 1, for up to 2.0 s");
    waits.end(3);
    waits.begin(1, "answers to pulls", 3000);
    expect(waits.textAt(5500)).toBe("waiting for answers to logins: 1, for up to 3.5 s");
    waits.end(2);
    expect(waits.textAt(5500)).toBe("waiting for answers to pulls: 1, for up to 2.5 s");
  });

  it("says nothing of a server that answers", () => {
    const waits = new StartWaits();
    expect(waits.textAt(0)).toBe("");
    waits.begin(1, "answers to logins", 0);
    expect(waits.textAt(400)).toBe("");
    waits.end(1);
    expect(waits.textAt(60_000)).toBe("");
  });
});
