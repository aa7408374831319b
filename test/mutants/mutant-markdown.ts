import type { MutantMatrix } from "./mutant-matrix.js";

const KILLERS_SHOWN = 6;

/** The matrix for people. */
export function mutantMarkdown({ summary, mutants, cases, problems, isFull, seed }: MutantMatrix): string {
  const { mutants: total, killed, casesThatKill, cases: allCases } = summary;
  const lines = [
    "# Mutants",
    "",
    "Reference clusters with one named fault each, and which conformance cases find it.",
    isFull
      ? "Every mutant met every case but those that wait for time limits which it leaves alone."
      : "Each mutant met the cases that cite a requirement which it breaks, and the others only while none had found it.",
    "",
    `**${killed} of ${total} mutants are found; ${casesThatKill} of ${allCases} cases find one.** Seed ${seed}.`,
    "",
    ...(problems.length === 0 ? [] : ["## Problems", "", ...problems.map((problem) => `- ${problem}`), ""]),
    "## Mutants and the cases that find them",
    "",
    "| mutant | breaks | found by |",
    "|---|---|---|",
    ...mutants.map(({ id, breaks, killedBy }) => `| ${id} | ${breaks.join(" ")} | ${listed(killedBy)} |`),
    "",
    "## Cases and the mutants that they find",
    "",
    "| case | finds |",
    "|---|---|",
    ...cases.map(
      ({ id, kills, reason }) => `| ${id} | ${kills.length === 0 ? (reason ?? "**nothing**") : listed(kills)} |`,
    ),
    "",
  ];
  return lines.join("\n");
}

function listed(ids: readonly string[]): string {
  if (ids.length === 0) return "**nobody**";
  const more = ids.length - KILLERS_SHOWN;
  return `${ids.slice(0, KILLERS_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
