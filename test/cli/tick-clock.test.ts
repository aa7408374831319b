import { setImmediate as nextTick } from "node:timers/promises";
import { expect, it } from "vitest";
import { tickClock } from "../../src/cli/host.js";

it("asks the system once a tick", async () => {
  let asked = 0;
  const clock = tickClock(() => 1_800_000_000_000 + asked++);
  expect([clock.nowMs(), clock.nowMs()]).toEqual([1_800_000_000_000, 1_800_000_000_000]);
  await Promise.resolve();
  expect(clock.nowMs()).toBe(1_800_000_000_000);
  await nextTick();
  expect(clock.nowMs()).toBe(1_800_000_000_001);
});
