import { schemaNames } from "../../codec/schema-entries.js";
import { allCases } from "../../scenarios/conformance/all-cases.js";
import { loadScenarios } from "../../scenarios/load/load-scenarios.js";
import { roleNames } from "../../server/role-name.js";
import type { KnownWords } from "./completion-tree.js";

const caseIds = allCases.map(({ id }) => id);
const patterns = [...new Set(allCases.flatMap(({ tags, requirements }) => [...tags, ...requirements])), ...caseIds];

/** Names that options and arguments take without being held to them. */
export const knownWords: KnownWords = {
  "conform --only": patterns,
  "conform --skip": patterns,
  "conform --attach": caseIds,
  "conform --baseline": ["teamtalk"],
  "conform show": caseIds,
  load: [...loadScenarios.keys()],
  serve: roleNames,
  schema: schemaNames(),
};
