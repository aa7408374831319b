import { type CaseRole, named } from "../../scenarios/conformance/case-role.js";
import type { Telltale } from "../../scenarios/conformance/telltales.js";
import type { CaseResult } from "./conformance-result.js";
import type { Fingerprint, FingerprintLine, FingerprintState } from "./fingerprint-result.js";
import type { Verdict } from "./verdict.js";

export const failures: ReadonlySet<Verdict> = new Set(["failed", "expected-failure", "unsupported"]);
const passes: ReadonlySet<Verdict> = new Set(["passed", "supported", "unexpected-pass"]);

/** What a run says of the server's dialect. */
export function fingerprintOf(
  telltales: readonly Telltale[],
  role: CaseRole,
  results: readonly CaseResult[],
): Fingerprint {
  const byId = new Map(results.map((each) => [each.id, each]));
  const deviations = telltales.map((telltale) => lineOf(telltale, role, byId));
  return { dialect: dialectOf(deviations), deviations };
}

function lineOf(telltale: Telltale, role: CaseRole, byId: ReadonlyMap<string, CaseResult>): FingerprintLine {
  const { id, cases, asOriginal = /./, isByChance } = telltale;
  const results = cases.flatMap((each) => byId.get(each.id) ?? []);
  const failed = results.filter(({ verdict }) => failures.has(verdict));
  const telling = failed.find(({ actual }) => asOriginal.test(actual ?? "")) ?? failed[0];
  if (telling !== undefined) {
    const { expected, actual } = telling;
    const state = asOriginal.test(actual ?? "") ? "deviates" : "differs";
    return { id, state, case: telling.id, seen: `expected ${expected ?? "?"}; got ${actual ?? "?"}` };
  }
  const passed = results.find(({ verdict }) => passes.has(verdict));
  if (passed !== undefined) {
    const seen = isByChance ? "it did not show in this run; it shows by chance" : passed.title;
    return { id, state: "conforms", case: passed.id, seen };
  }
  return { id, state: "unknown", case: null, seen: whyUnknown(telltale, role, results) };
}

function whyUnknown({ cases, unseen }: Telltale, role: CaseRole, results: readonly CaseResult[]): string {
  const [first] = cases;
  if (first === undefined) return unseen ?? "no case can see it";
  const [judged] = results;
  if (judged !== undefined) return judged.reason ?? judged.verdict;
  const ofRole = cases.filter((each) => each.role === role);
  if (ofRole.length === 0) return `shows on ${named(first.role)}: --role ${first.role}`;
  if (ofRole.every(({ needs }) => needs.secondServer)) return "shows between two msg_servers: --peer";
  return "no case that tells was run";
}

function dialectOf(lines: readonly FingerprintLine[]): Fingerprint["dialect"] {
  const count = (wanted: FingerprintState) => lines.filter(({ state }) => state === wanted).length;
  const known = lines.length - count("unknown");
  if (known === 0) return "unknown";
  if (count("conforms") === known) return "strict";
  return count("deviates") === known ? "teamtalk" : "mixed";
}
