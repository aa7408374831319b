import { describe, expect, it } from "vitest";
import { type DemoFacts, demoHeld, demoSummary } from "../../../src/reports/demo/demo-summary.js";
import { caseResult } from "../../helpers/conformance-case.js";
import { conformanceResult, everyVerdict } from "../../helpers/conformance-result.js";
import { failedLoad, heldLoad } from "../../helpers/load-result.js";

const held: DemoFacts = {
  judged: [
    conformanceResult([
      caseResult("passed"),
      caseResult("supported"),
      caseResult("failed", { level: "should", expected: "a close", actual: "none" }),
    ]),
    conformanceResult([caseResult("passed"), caseResult("passed")]),
  ],
  loaded: heldLoad,
  durationMs: 41_234,
  reports: ["reports/conformance-1.json", "reports/conformance-2.json", "reports/load.json"],
};

describe("demoSummary", () => {
  it("tells a newcomer that all held", async () => {
    expect(demoHeld(held)).toBe(true);
    await expect(demoSummary(held)).toMatchFileSnapshot("../golden/demo-summary.txt");
  });

  it("names what failed, was blocked or errored", async () => {
    const facts = { ...held, judged: [conformanceResult(everyVerdict)], loaded: failedLoad };
    expect(demoHeld(facts)).toBe(false);
    await expect(demoSummary(facts)).toMatchFileSnapshot("../golden/demo-summary-failed.txt");
  });

  it("did not hold when it was interrupted before the load, or when something could not be judged", () => {
    expect(demoHeld({ ...held, loaded: undefined })).toBe(false);
    expect(demoSummary({ ...held, loaded: undefined })).toContain(
      "2. Loaded: does every message arrive?\n   not run\n",
    );
    expect(demoHeld({ ...held, judged: [conformanceResult([caseResult("blocked", { reason: "why" })])] })).toBe(false);
  });

  it("does not invent latencies", () => {
    const text = demoSummary({ ...held, loaded: { ...heldLoad, metrics: {} } });
    expect(text).toContain("acknowledged in an unknown time, delivered in an unknown time");
  });
});
