import type { SuiteWords } from "../../reports/html/conformance/conformance-page-data.js";
import { allCases } from "../../scenarios/conformance/all-cases.js";
import { requirementById } from "../../scenarios/conformance/requirements.js";

const whys = new Map(allCases.map(({ id, why }) => [id, why]));

/** The suite's own words, for reports that quote them. */
export const suiteWords: SuiteWords = {
  requirement: requirementById,
  why: (caseId) => whys.get(caseId),
};
