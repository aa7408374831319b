import { Command, Option } from "commander";
import { didYouMean } from "../../codec/did-you-mean.js";
import { allCases } from "../../scenarios/conformance/all-cases.js";
import { type CaseRole, caseRoles } from "../../scenarios/conformance/case-role.js";
import type { ConformanceCase } from "../../scenarios/conformance/conformance-case.js";
import { caseKills } from "../../scenarios/conformance/generated/case-kills.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { caseText, wireOf } from "./case-pages.js";

/** `ttk conform list`: a line for each case, or JSON. */
export function listCommand(host: Host): Command {
  return new Command("list")
    .description("list the cases: id, role, level, requirements, title")
    .addOption(new Option("--role <role>", "only those for this kind of server").choices(caseRoles))
    .option("--json", "as JSON")
    .action(({ role, json }: { role?: CaseRole; json?: boolean }) => {
      host.stdout.write(listText(role === undefined ? allCases : allCases.filter((each) => each.role === role), json));
    });
}

export function listText(cases: readonly ConformanceCase[], isJson = false): string {
  return isJson ? `${JSON.stringify(cases.map(facts), null, 2)}\n` : cases.map(line).join("");
}

/** `ttk conform show <id>`: everything about one case. */
export function showCommand(host: Host): Command {
  return new Command("show")
    .description("explain one case")
    .argument("<id>", "a case's id, as list prints it")
    .option("--json", "as JSON")
    .action((id: string, { json }: { json?: boolean }) => {
      const found = allCases.find((each) => each.id === id.toLowerCase());
      if (found === undefined) {
        const ids = allCases.map((each) => each.id);
        throw usageError(`there is no case "${id}"${didYouMean(id, ids)} (ttk conform list shows all)`);
      }
      host.stdout.write(json ? `${JSON.stringify(facts(found), null, 2)}\n` : caseText(found));
    });
}

function line({ id, role, level, requirements, title }: ConformanceCase): string {
  return `${id.padEnd(36)} ${role.padEnd(12)} ${level.padEnd(6)} ${requirements.join(",").padEnd(14)} ${title}\n`;
}

function facts(each: ConformanceCase): object {
  const { id, role, level, requirements, title, sends, why, needs, tags, waitsForTimeout } = each;
  const kills = caseKills[id] ?? [];
  return { id, role, level, requirements, title, sends, why, needs, tags, waitsForTimeout, wire: wireOf(id), kills };
}
