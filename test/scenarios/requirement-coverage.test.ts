import { describe, expect, it } from "vitest";
import { allCases } from "../../src/scenarios/conformance/all-cases.js";
import { requirementById, requirements } from "../../src/scenarios/conformance/requirements.js";
import { uncovered } from "../../src/scenarios/conformance/uncovered.js";

const covered = new Set(allCases.flatMap((each) => each.requirements));

describe("the suite's coverage", () => {
  it("has a case or a reason for each requirement, and never both", () => {
    const without = requirements.map(({ id }) => id).filter((id) => !covered.has(id));
    expect(without.filter((id) => uncovered[id] === undefined)).toEqual([]);
    expect(Object.keys(uncovered).filter((id) => !without.includes(id))).toEqual([]);
  });

  it("cites no requirement that does not exist", () => {
    expect([...covered].filter((id) => requirementById(id) === undefined)).toEqual([]);
  });

  it("asks of no case more than a requirement that it cites", () => {
    const wrong = allCases.filter(({ level, requirements: ids }) =>
      ids.every((id) => !requirementById(id)?.clauses.some((clause) => clause.level === level)),
    );
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });
});

describe("requirements", () => {
  it("are told apart by their clauses, and from what the original servers do", () => {
    expect(requirementById("MSG-05")?.clauses.map(({ level }) => level)).toEqual(["must", "must", "should"]);
    expect(requirementById("GRP-10")).toEqual({
      id: "GRP-10",
      clauses: [{ level: "should", text: "GroupInfo.shield_status shows what was set." }],
      teamtalk: "always 0.",
    });
    expect(requirements.length).toBeGreaterThan(100);
  });
});
