import { describe, expect, it } from "vitest";
import { loadJson } from "../../../src/reports/load/load-json.js";
import { failedLoad, heldLoad } from "../../helpers/load-result.js";
import { schemaErrors } from "../../helpers/schema-check.js";

describe("loadJson", () => {
  it.each([
    ["held", heldLoad],
    ["failed", failedLoad],
    ["interrupted", { ...heldLoad, interrupted: true, metrics: {}, series: [], targets: [] }],
  ])("keeps its schema for a run that %s", (_, result) => {
    expect(schemaErrors("load-report", JSON.parse(loadJson(result)))).toEqual([]);
  });

  it("says in words of programs whether the run passed and can be trusted", () => {
    const held = JSON.parse(loadJson(heldLoad)) as object;
    expect(Object.keys(held)[0]).toBe("schemaVersion");
    expect(held).toMatchObject({ schemaVersion: 1, summary: { passed: true, valid: true }, thresholds: [] });
    expect(JSON.parse(loadJson(failedLoad))).toMatchObject({
      summary: { passed: false, valid: false, failures: failedLoad.failures },
      delivery: { lost: 7, witnesses: failedLoad.witnesses },
    });
  });

  it("has a schema that notices what is missing or wrong", () => {
    const report = JSON.parse(loadJson(heldLoad)) as Record<string, unknown>;
    expect(schemaErrors("load-report", { ...report, delivery: undefined })).not.toEqual([]);
    expect(schemaErrors("load-report", { ...report, metrics: { vus: { type: "gauge" } } })).not.toEqual([]);
  });
});
