import { describe, expect, it } from "vitest";
import { loadProgress } from "../../../src/reports/load/load-progress.js";
import { snapshot } from "../../helpers/load-result.js";

describe("loadProgress", () => {
  it("says how many devices are online while they come and go", () => {
    expect(loadProgress({ ...snapshot, phase: "ramp-up", devicesOnline: 1234 }, 4000, "")).toBe(
      "   4.0 s  ramp-up  1,234 of 4,000 devices online  6,000 PDUs/s in  generator 34 %",
    );
    expect(loadProgress({ ...snapshot, atMs: 119_950, phase: "logout" }, 4000, "")).toMatch(
      /^ 120\.0 s {2}logout {3}4,000 of/,
    );
  });

  it("says what those wait for who come online", () => {
    const waiting = "waiting for answers to logins: 64, for up to 12.0 s";
    expect(loadProgress({ ...snapshot, phase: "ramp-up", devicesOnline: 0 }, 4000, waiting)).toBe(
      `   4.0 s  ramp-up  0 of 4,000 devices online  6,000 PDUs/s in  generator 34 %  ${waiting}`,
    );
  });

  it("says what goes through in the steady phase", () => {
    expect(loadProgress(snapshot, 4000, "")).toBe(
      "   4.0 s  steady   1,012 sent/s  1,010 acked/s  3,031 delivered/s  ack p99 3.1 ms  delivery p99 120 ms  12 in flight  generator 34 %",
    );
  });

  it("has a dash for a latency that nothing was measured for, and names what went wrong", () => {
    const bad = { ackP99Ms: null, deliveryP99Ms: null, duplicated: 2, corrupted: 1000, errors: 1 };
    expect(loadProgress({ ...snapshot, phase: "drain", ...bad }, 4000, "")).toMatch(
      / {2}drain {4}.* ack p99 - {2}delivery p99 - {2}12 in flight {2}generator 34 % {2}2 duplicated 1,000 corrupted 1 errors$/,
    );
  });
});
