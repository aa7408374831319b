import { readBaseline } from "../../src/cli/conform/baseline-file.js";
import type { Address } from "../../src/net/address.js";
import type { Baseline } from "../../src/runner/conformance/baseline.js";
import type { ConformanceResult } from "../../src/runner/conformance/conformance-result.js";
import { type ConformanceOptions, runConformance } from "../../src/runner/conformance/run-conformance.js";
import { selectCases } from "../../src/runner/conformance/select-cases.js";
import type { Verdict } from "../../src/runner/conformance/verdict.js";
import { allCases } from "../../src/scenarios/conformance/all-cases.js";
import { type CaseRole, type PlayedRole, playedRoles } from "../../src/scenarios/conformance/case-role.js";

/** The baseline that the package ships for the original servers. */
export function teamtalkBaseline(): Promise<Baseline> {
  return readBaseline(
    "teamtalk",
    "/",
    allCases.map(({ id }) => id),
  );
}

/** At how many addresses each server is played. */
export function instancesOf({ played = {} }: Partial<ConformanceOptions>): Partial<Record<PlayedRole, number>> {
  return Object.fromEntries(playedRoles.map((role) => [role, played[role]?.length ?? 1]));
}

/** Runs all cases of a role against a server. */
export function judgeRole(
  role: CaseRole,
  target: Address,
  options: Partial<ConformanceOptions> = {},
): Promise<ConformanceResult> {
  let seed = 1;
  return runConformance({
    role,
    target,
    cases: selectCases(allCases, {
      role,
      hasSecondServer: false,
      hasLeavers: options.leavers !== undefined,
      instances: instancesOf(options),
    }),
    accounts: [],
    jobs: 8,
    timeScale: 0.05,
    timeoutFactor: 1,
    strict: true,
    keepsAllTraces: false,
    nowMs: () => 1_700_000_000_000,
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    signal: new AbortController().signal,
    rerun: (id) => `ttk conform --role ${role} --only ${id}`,
    ...options,
  });
}

/** Ids of the cases with that verdict, and why: what a failing test should show. */
export function withVerdict({ cases }: ConformanceResult, ...wanted: Verdict[]): string[] {
  return cases
    .filter(({ verdict }) => wanted.includes(verdict))
    .map(({ id, expected, actual, reason }) =>
      [id, expected, actual, reason].filter((part) => part !== null).join(" | "),
    );
}
