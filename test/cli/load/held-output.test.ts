import { describe, expect, it } from "vitest";
import { HeldOutput } from "../../../src/cli/load/held-output.js";

const MEBI = 1 << 20;

describe("HeldOutput", () => {
  it("gives back what was said, once", () => {
    const held = new HeldOutput();
    held.add("one\n");
    held.add("two");
    expect(held.take()).toBe("one\ntwo");
    expect(held.take()).toBe("");
  });

  it("keeps the last lines of much, and says how much is left out", () => {
    const held = new HeldOutput();
    const line = `${"x".repeat(63)}\n`;
    for (let chars = 0; chars < 5 * MEBI; chars += line.length) held.add(line);
    held.add("end\n");
    const [first = "", ...lines] = held.take().split("\n");
    const kept = lines.join("\n");
    expect(kept.length).toBeLessThanOrEqual(MEBI);
    expect(kept.length).toBeGreaterThan(MEBI - line.length);
    expect(kept.startsWith(line)).toBe(true);
    expect(kept.endsWith("x\nend\n")).toBe(true);
    expect(first).toBe(`… ${5 * MEBI + 4 - kept.length} characters before this are left out`);
  });

  it("cuts within a line that is too long", () => {
    const held = new HeldOutput();
    held.add("y".repeat(3 * MEBI));
    expect(held.take()).toBe(`… ${2 * MEBI} characters before this are left out\n${"y".repeat(MEBI)}`);
  });
});
