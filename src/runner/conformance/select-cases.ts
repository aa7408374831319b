import { type CaseRole, type PlayedRole, playedRoles } from "../../scenarios/conformance/case-role.js";
import type { CaseNeeds, ConformanceCase } from "../../scenarios/conformance/conformance-case.js";

export interface Selection {
  /** A msg_server's unless given. */
  readonly role?: CaseRole;
  /** Ids, requirements, levels or tags, `*` and `?` allowed: `msg.*`, `LGN-06`, `must`, `slow`. All unless given. */
  readonly only?: readonly string[];
  /** The same, for cases that are listed in the result as skipped. */
  readonly skip?: readonly string[];
  readonly hasSecondServer: boolean;
  /** Whether accounts are known that may not log in; not unless given. */
  readonly hasLeavers?: boolean;
  /** At how many addresses the suite plays each server; at one unless given. */
  readonly instances?: CaseNeeds["instances"];
}

export interface SelectedCase {
  readonly case: ConformanceCase;
  /** The pattern that skips it. */
  readonly skippedBy: string | undefined;
}

/** A pattern that matches no case: most likely mistyped, and a run that silently judges nothing would look good. */
export class SelectionError extends Error {
  override readonly name = "SelectionError";

  constructor(
    /** What matches nothing; `undefined` when something else is missing. */
    readonly pattern: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Chooses what to run of a role's cases. Those for two msg_servers are chosen only when there are two, and those about
 * people who have left only when some are known. @throws SelectionError
 */
export function selectCases(
  all: readonly ConformanceCase[],
  { role = "msg", only, skip = [], hasSecondServer, hasLeavers = false, instances = {} }: Selection,
): SelectedCase[] {
  const ofRole = all.filter((each) => each.role === role);
  for (const pattern of [...(only ?? []), ...skip]) {
    if (!ofRole.some((each) => matches(pattern, each))) throw nothingMatches(pattern, role, all);
  }
  const wanted = only === undefined ? ofRole : ofRole.filter((each) => only.some((pattern) => matches(pattern, each)));
  const withServers = wanted.filter(({ needs }) => hasSecondServer || !needs.secondServer);
  const withPlayed = withServers.filter(({ needs }) => missingInstances(needs, instances) === undefined);
  const runnable = withPlayed.filter(({ needs }) => hasLeavers || !needs.leaver);
  if (runnable.length === 0) {
    throw new SelectionError(
      undefined,
      withServers.length === 0
        ? "what is selected needs a second msg_server: give its address with --peer"
        : withPlayed.length === 0
          ? `what is selected needs several servers of a kind: give --listen-${missingInstances(withServers[0]?.needs ?? {}, instances)} several addresses`
          : "what is selected needs an account that may not log in: give one with a status in the file of --accounts, or --provision",
    );
  }
  const selected = runnable.map((each) => ({ case: each, skippedBy: skip.find((pattern) => matches(pattern, each)) }));
  // A run of nothing would read as one that passed.
  if (selected.every(({ skippedBy }) => skippedBy !== undefined)) {
    throw new SelectionError(undefined, "--skip leaves nothing of what is selected");
  }
  return selected;
}

/** The first kind of server of which the suite does not play as many as the case needs. */
function missingInstances(needs: CaseNeeds, played: NonNullable<CaseNeeds["instances"]>): PlayedRole | undefined {
  return playedRoles.find((role) => (needs.instances?.[role] ?? 1) > (played[role] ?? 1));
}

/** Most likely mistyped, or of another role. */
function nothingMatches(pattern: string, role: CaseRole, all: readonly ConformanceCase[]): SelectionError {
  const others = [...new Set(all.filter((each) => matches(pattern, each)).map((each) => each.role))];
  const hint = others.length === 0 ? "" : `, of --role ${role}; it does of --role ${others.join(" and ")}`;
  return new SelectionError(pattern, `"${pattern}" matches no case's id, requirement, level or tag${hint}`);
}

function matches(pattern: string, { id, requirements, level, tags }: ConformanceCase): boolean {
  const expression = new RegExp(`^${pattern.split("").map(escaped).join("")}$`, "i");
  return [id, level, ...requirements, ...tags].some((name) => expression.test(name));
}

function escaped(character: string): string {
  if (character === "*") return ".*";
  if (character === "?") return ".";
  return character.replace(/[\\^$.|+()[\]{}]/, "\\$&");
}
