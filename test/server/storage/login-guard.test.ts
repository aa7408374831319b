import { describe, expect, it } from "vitest";
import { FAILURE_WINDOW_MS, FAILURES_MAX, LoginGuard } from "../../../src/server/storage/login-guard.js";
import { FakeClock } from "../../helpers/fake-clock.js";

const windowSeconds = FAILURE_WINDOW_MS / 1000;

function guarded() {
  const clock = new FakeClock();
  const guard = new LoginGuard(clock);
  const isLocked = (name: string) => guard.recent(name) >= FAILURES_MAX;
  const fail = (name: string, times: number) => {
    for (let n = 0; n < times; n++) guard.failed(name);
  };
  return { clock, guard, fail, isLocked };
}

describe("LoginGuard (LGN-06)", () => {
  it("locks a name after 11 failures within 30 minutes", () => {
    const { fail, isLocked } = guarded();
    expect([FAILURES_MAX, windowSeconds]).toEqual([11, 1800]);
    fail("ann", 10);
    expect(isLocked("ann")).toBe(false);
    fail("ann", 1);
    expect(isLocked("ann")).toBe(true);
    expect(isLocked("Ann")).toBe(false);
  });

  it("forgets failures on a success before the limit", () => {
    const { guard, fail, isLocked } = guarded();
    fail("ann", 10);
    guard.succeeded("ann");
    fail("ann", 10);
    expect(isLocked("ann")).toBe(false);
  });

  it("does not count failures older than 30 minutes, and opens by itself", () => {
    const { clock, fail, isLocked } = guarded();
    fail("ann", 6);
    clock.turn(windowSeconds - 1);
    fail("ann", 5);
    expect(isLocked("ann")).toBe(true);
    clock.turn(1);
    expect(isLocked("ann")).toBe(false);
    fail("ann", 5);
    expect(isLocked("ann")).toBe(false);
    fail("ann", 1);
    expect(isLocked("ann")).toBe(true);
  });

  it("tells names of 10 kB apart by what follows their common beginning", () => {
    const { guard, fail, isLocked } = guarded();
    const long = "n".repeat(10_000);
    fail(long, 11);
    expect(isLocked(long)).toBe(true);
    expect(isLocked(`${long}n`)).toBe(false);
    guard.succeeded(long);
    expect(isLocked(long)).toBe(false);
  });

  it("watches 100,000 names, and beyond forgets the one that failed longest ago", () => {
    const { guard, fail, isLocked } = guarded();
    fail("first", 11);
    fail("second", 11);
    for (let n = 1; n <= 99_998; n++) guard.failed(`stranger ${n}`);
    expect(isLocked("first")).toBe(true);
    guard.failed("one more");
    expect(isLocked("first")).toBe(false);
    expect(isLocked("second")).toBe(true);
  });
});
