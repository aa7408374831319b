import { Command } from "commander";
import { allCases } from "../../scenarios/conformance/all-cases.js";
import type { Requirement } from "../../scenarios/conformance/requirement.js";
import { requirements } from "../../scenarios/conformance/requirements.js";
import { uncovered } from "../../scenarios/conformance/uncovered.js";
import type { Host } from "../host.js";

interface Coverage {
  readonly requirement: string;
  readonly levels: readonly string[];
  readonly cases: readonly string[];
  /** Why there is no case; `null` when there is one. */
  readonly reason: string | null;
}

/** `ttk conform coverage`: which cases check which requirement, and why some have none. */
export function coverageCommand(host: Host): Command {
  return new Command("coverage")
    .description("requirement by requirement, the cases that check it, or why there is none")
    .option("--json", "as JSON")
    .action(({ json }: { json?: boolean }) => {
      const coverage = requirements.map(coverageOf);
      if (json) host.stdout.write(`${JSON.stringify(coverage, null, 2)}\n`);
      else host.stdout.write(`${coverage.map(line).join("")}\n${total(coverage)}\n`);
    });
}

function coverageOf({ id, clauses }: Requirement): Coverage {
  const cases = allCases.filter((each) => each.requirements.includes(id)).map((each) => each.id);
  const levels = [...new Set(clauses.map(({ level }) => level))];
  return { requirement: id, levels, cases, reason: cases.length > 0 ? null : (uncovered[id] ?? "no reason given") };
}

function line({ requirement, levels, cases, reason }: Coverage): string {
  return `${requirement}  ${levels.join(",").padEnd(11)}  ${reason === null ? cases.join(" ") : `(none: ${reason})`}\n`;
}

function total(coverage: readonly Coverage[]): string {
  const covered = coverage.filter(({ cases }) => cases.length > 0).length;
  return `${covered} of ${coverage.length} requirements are checked by ${allCases.length} cases`;
}
