import { requirements } from "./generated/requirements.js";
import type { Requirement } from "./requirement.js";

export { requirements };

const byId = new Map(requirements.map((each) => [each.id, each]));

export function requirementById(id: string): Requirement | undefined {
  return byId.get(id);
}
