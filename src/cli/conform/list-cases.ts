import { Command, Option } from "commander";
import { didYouMean } from "../../codec/did-you-mean.js";
import { type CaseRole, caseRoles, playedFacts, roleFacts } from "../../runner/conformance/case-role.js";
import { allCases } from "../../scenarios/conformance/all-cases.js";
import type { CaseNeeds, ConformanceCase } from "../../scenarios/conformance/conformance-case.js";
import { requirementById } from "../../scenarios/conformance/requirement.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";

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
      host.stdout.write(json ? `${JSON.stringify(facts(found), null, 2)}\n` : explanation(found));
    });
}

function line({ id, role, level, requirements, title }: ConformanceCase): string {
  return `${id.padEnd(36)} ${role.padEnd(12)} ${level.padEnd(6)} ${requirements.join(",").padEnd(14)} ${title}\n`;
}

function explanation(each: ConformanceCase): string {
  const { id, role, level, requirements, title, sends, why, needs, tags, waitsForTimeout } = each;
  return [
    `${id}: ${title}`,
    `  judges        a ${roleFacts[role].title}${role === "msg" ? "" : ` (--role ${role})`}`,
    `  level         ${level.toUpperCase()}`,
    ...requirements.flatMap(quoteLines),
    ...(sends === undefined ? [] : [`  sends         ${sends}`]),
    `  why           ${why}`,
    `  needs         ${needsText(needs)}`,
    `  tags          ${tags.join(", ")}`,
    ...(waitsForTimeout ? ["  waits         for one of the server's time limits (--time-scale)"] : []),
    "",
  ].join("\n");
}

/** The requirement's own words; docs/spec/behaviour.md has them all. */
function quoteLines(id: string): string[] {
  const requirement = requirementById(id);
  if (requirement === undefined) return [`  requirement   ${id}`];
  const clauses = requirement.clauses.map(({ level, text }) => `                ${level.toUpperCase()} ${text}`);
  const known =
    requirement.teamtalk === null ? [] : [`                (the original servers: ${requirement.teamtalk})`];
  return [`  requirement   ${id}`, ...clauses, ...known];
}

function needsText({
  accounts = 0,
  expendable = 0,
  groupMembers = 0,
  secondServer = false,
  ports = [],
  played = [],
}: CaseNeeds): string {
  const needs = [
    ...(accounts > 0 ? [`${accounts} accounts`] : []),
    ...(expendable > 0 ? [`${expendable} accounts that it spoils`] : []),
    ...(groupMembers > 0 ? [`a group with ${groupMembers} of them`] : []),
    ...(secondServer ? ["a second msg_server (--peer)"] : []),
    ...ports.map((port) => `the server's port for ${port} (--${port})`),
    ...played.map((role) => `a link to the ${playedFacts[role].title} that the suite plays (--listen-${role})`),
  ];
  return needs.length === 0 ? "nothing" : needs.join(", ");
}

function facts(each: ConformanceCase): object {
  const { id, role, level, requirements, title, sends, why, needs, tags, waitsForTimeout } = each;
  return { id, role, level, requirements, title, sends, why, needs, tags, waitsForTimeout };
}
