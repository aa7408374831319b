import { describe, expect, it } from "vitest";
import { conformanceJson } from "../../../src/reports/conformance/conformance-json.js";
import { conformanceResult, everyVerdict } from "../../helpers/conformance-result.js";
import { schemaErrors } from "../../helpers/schema-check.js";

describe("conformanceJson", () => {
  it("keeps its schema with a case of every verdict", async () => {
    const text = conformanceJson(conformanceResult(everyVerdict, { peer: "127.0.0.1:8001" }));
    expect(schemaErrors("conformance-report", JSON.parse(text))).toEqual([]);
    await expect(text).toMatchFileSnapshot("../golden/conformance.json.txt");
  });

  it("keeps its schema when nothing ran", () => {
    const text = conformanceJson(conformanceResult([], { isInterrupted: true }));
    expect(schemaErrors("conformance-report", JSON.parse(text))).toEqual([]);
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1, summary: { total: 0, outcome: "interrupted" } });
  });

  it("has a schema that notices what is missing, unknown or wrong", () => {
    const { summary, ...rest } = conformanceResult(everyVerdict);
    expect(schemaErrors("conformance-report", rest)).toEqual(["/ must have required property 'summary'"]);
    expect(schemaErrors("conformance-report", { ...rest, summary: { ...summary, passed: -1 } })).toHaveLength(1);
    expect(schemaErrors("conformance-report", { ...rest, summary, verdict: "fine" })).toHaveLength(1);
    expect(schemaErrors("conformance-report", { ...rest, summary, schemaVersion: 2 })).toHaveLength(1);
  });
});
