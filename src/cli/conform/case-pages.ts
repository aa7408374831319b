import { commandById } from "../../codec/registry.js";
import { allCases } from "../../scenarios/conformance/all-cases.js";
import {
  type CaseRole,
  named,
  type PlayedRole,
  playedFacts,
  roleFacts,
} from "../../scenarios/conformance/case-role.js";
import type { CaseNeeds, ConformanceCase } from "../../scenarios/conformance/conformance-case.js";
import { caseKills } from "../../scenarios/conformance/generated/case-kills.js";
import { caseWires } from "../../scenarios/conformance/generated/case-wires.js";
import { requirementById } from "../../scenarios/conformance/requirements.js";

interface Quote {
  readonly id: string;
  /** `MUST …`, in the requirement's own words. */
  readonly clauses: readonly string[];
  readonly originals: string | null;
}

/** `0x0103 CID_LOGIN_REQ_USERLOGIN`, as seen against the reference servers. */
interface Wire {
  readonly sent: readonly string[];
  readonly received: readonly string[];
}

/** All that is known of a case but the requirement's words: name and text, in the order in which people read it. */
function factsOf(each: ConformanceCase): [name: string, text: string][] {
  const { id, role, level, title, sends, why, needs, tags, waitsForTimeout } = each;
  const { sent, received } = wireOf(id);
  const kills = caseKills[id] ?? [];
  return [
    ["judges", `${named(role)}${role === "msg" ? "" : ` (--role ${role})`}`],
    ["level", level.toUpperCase()],
    ...(sends === undefined ? [] : [["sends", sends] as [string, string]]),
    ["commands", sent.length === 0 ? "none that is whole and known" : sent.join(", ")],
    ["expects", `that the server ${title}`],
    ["answers", received.length === 0 ? "none" : received.join(", ")],
    ["why", why],
    ["needs", needsText(needs)],
    ["tags", tags.join(", ")],
    ...(waitsForTimeout ? [["waits", "for one of the server's time limits (--time-scale)"] as [string, string]] : []),
    ["finds", kills.length === 0 ? "no fault that is tried (npm run mutants)" : kills.join(", ")],
  ];
}

export function wireOf(id: string): Wire {
  const [sent = "", received = ""] = caseWires[id] ?? [];
  const named = (ids: string) =>
    ids === "" ? [] : ids.split(" ").map((hex) => `${hex} ${commandById(Number(hex))?.name ?? "(unknown)"}`);
  return { sent: named(sent), received: named(received) };
}

/** The requirement's own words; docs/spec/behaviour.md has them all. */
function quoteOf(id: string): Quote {
  const requirement = requirementById(id);
  if (requirement === undefined) return { id, clauses: [], originals: null };
  const clauses = requirement.clauses.map(({ level, text }) => `${level.toUpperCase()} ${text}`);
  return { id, clauses, originals: requirement.teamtalk };
}

/** What `ttk conform show` prints. */
export function caseText(each: ConformanceCase): string {
  const quotes = each.requirements
    .map(quoteOf)
    .flatMap(({ id, clauses, originals }) => [
      `  requirement   ${id}`,
      ...clauses.map((clause) => `                ${clause}`),
      ...(originals === null ? [] : [`                (the original servers: ${originals})`]),
    ]);
  const [judges = "", level = "", ...rest] = factsOf(each).map(([name, text]) => `  ${name.padEnd(13)} ${text}`);
  return [`${each.id}: ${each.title}`, judges, level, ...quotes, ...rest, ""].join("\n");
}

/** The pages below docs/cases, by file name: one for each group of cases, and README.md, which lists them. */
export function casePages(): Map<string, string> {
  const groups = new Map<string, ConformanceCase[]>();
  for (const each of allCases) {
    const name = `${each.role}-${each.id.split(".")[0]}.md`;
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  const pages = [...groups].map(([name, cases]) => [name, groupPage(cases)] as const);
  return new Map([["README.md", indexPage(groups)], ...pages]);
}

const MADE_BY = "Made by `npm run docs` of the cases themselves; `ttk conform show ID` prints the same.";

function indexPage(groups: ReadonlyMap<string, readonly ConformanceCase[]>): string {
  const rows = [...groups].map(([name, cases]) => {
    const { role } = cases[0] as ConformanceCase;
    const ids = [...new Set(cases.flatMap(({ requirements }) => requirements[0]))];
    return `| [${name}](${name}) | ${roleFacts[role].title} | ${cases.length} | ${ids.join(" ")} |`;
  });
  return [
    "# The cases",
    "",
    `${MADE_BY} [conform.md](../conform.md) says how to run them.`,
    "",
    "| page | judges a | cases | of requirements |",
    "|---|---|---:|---|",
    ...rows,
    "",
  ].join("\n");
}

function groupPage(cases: readonly ConformanceCase[]): string {
  const { role, id } = cases[0] as ConformanceCase;
  return [
    `# ${id.split(".")[0]}: cases for ${named(role)}`,
    "",
    MADE_BY,
    "",
    runLine(role, id.split(".")[0] ?? id),
    "",
    ...cases.flatMap((each) => [...caseSection(each), ""]),
  ].join("\n");
}

function runLine(role: CaseRole, area: string): string {
  return `    ttk conform HOST:PORT${role === "msg" ? "" : ` --role ${role}`} --only '${area}.*'`;
}

function caseSection(each: ConformanceCase): string[] {
  return [
    `## <a id="${each.id}"></a>${each.id}`,
    "",
    `${marked(each.title)}.`,
    "",
    ...each.requirements.map(quoteOf).flatMap(({ id, clauses, originals }) => [
      ...clauses
        .map((clause) => `> **${id}** ${marked(clause)}`)
        .join("\n>\n")
        .split("\n"),
      ...(originals === null ? [] : [">", `> The original servers: ${marked(originals)}`]),
      "",
    ]),
    ...factsOf(each).map(([name, text]) => `- **${name}** ${marked(text)}`),
  ];
}

/** Names, not Markdown. */
function marked(text: string): string {
  return text.replaceAll(/[\\*_<>|]/g, (character) => `\\${character}`);
}

function needsText({
  accounts = 0,
  expendable = 0,
  leaver = false,
  groupMembers = 0,
  secondServer = false,
  ports = [],
  played = [],
  instances = {},
}: CaseNeeds): string {
  const needs = [
    ...(accounts > 0 ? [`${accounts} accounts`] : []),
    ...(expendable > 0 ? [`${expendable} accounts that it spoils`] : []),
    ...(leaver ? ["an account whose status is not 0 (in the file of --accounts, or by --provision)"] : []),
    ...(groupMembers > 0 ? [`a group with ${groupMembers} of them`] : []),
    ...(secondServer ? ["a second msg_server (--peer)"] : []),
    ...ports.map((port) => `the server's port for ${port} (--${port})`),
    ...played.map((role) => `a link to the ${playedFacts[role].title} that the suite plays (--listen-${role})`),
    ...(Object.entries(instances) as [PlayedRole, number][]).map(
      ([role, count]) => `${count} addresses at which the suite plays a ${playedFacts[role].title} (--listen-${role})`,
    ),
  ];
  return needs.length === 0 ? "nothing" : needs.join(", ");
}
