import { escapeControls } from "../../codec/record/printable.js";
import type { ConformanceTarget } from "../../runner/conformance/conformance-result.js";
import type { Fingerprint, FingerprintLine, FingerprintState } from "../../runner/conformance/fingerprint-result.js";
import type { SuiteWords } from "../html/conformance/conformance-page-data.js";

const dialects: Readonly<Record<Fingerprint["dialect"], string>> = {
  strict: "none of the known deviations shows",
  teamtalk: "as the original servers, in every known way that shows",
  mixed: "some of the known deviations",
  unknown: "nothing could be told",
};

/** What a server's dialect is, for people: each deviation with what was seen and what it means; the rest in a line each. */
export function fingerprintText(
  { address, peer }: Pick<ConformanceTarget, "address" | "peer">,
  { dialect, deviations }: Fingerprint,
  words: SuiteWords,
): string {
  const of = (state: FingerprintState) => deviations.filter((line) => line.state === state);
  const conforming = of("conforms");
  return [
    `${address}${peer === null ? "" : ` and ${peer}`}: ${dialect} (${dialects[dialect]})`,
    ...of("deviates").flatMap((line) => ["", ...explained("DEVIATES", line, words)]),
    ...of("differs").flatMap((line) => ["", ...explained("DIFFERS ", line, words)]),
    ...(conforming.length === 0 ? [] : ["", `CONFORMS  ${conforming.map(({ id }) => id).join(" ")}`]),
    ...byChance(conforming),
    ...(of("unknown").length === 0 ? [] : [""]),
    ...of("unknown").map(({ id, seen }) => `UNKNOWN   ${id}  ${escapeControls(seen.split("\n")[0] ?? "")}`),
    "",
    `${of("deviates").length} deviate as the original servers do, ${of("differs").length} otherwise; ${conforming.length} conform, ${of("unknown").length} unknown`,
    "",
  ].join("\n");
}

function explained(word: string, { id, case: caseId, seen }: FingerprintLine, words: SuiteWords): string[] {
  const requirement = words.requirement(id);
  const clause = requirement?.clauses.findLast(({ level }) => level !== "must") ?? requirement?.clauses.at(-1);
  const why = caseId === null ? undefined : words.why(caseId);
  return [
    `${word}  ${id}  ${clause === undefined ? "" : `${clause.level.toUpperCase()} ${clause.text}`}`,
    `    seen      ${escapeControls(seen)}`,
    ...(requirement?.teamtalk ? [`    originals ${requirement.teamtalk}`] : []),
    ...(why === undefined ? [] : [`    means     ${why}`]),
    `    told by   ${caseId} (ttk conform show ${caseId})`,
  ];
}

function byChance(lines: readonly FingerprintLine[]): string[] {
  const ids = lines.filter(({ seen }) => seen.includes("by chance")).map(({ id }) => id);
  return ids.length === 0 ? [] : [`          of these, ${ids.join(" and ")} would show by chance`];
}
