import type { ConformanceCase } from "../../scenarios/conformance/conformance-case.js";
import type { CaseRole } from "./case-role.js";

export interface Selection {
  /** A msg_server's unless given. */
  readonly role?: CaseRole;
  /** Ids, requirements, levels or tags, `*` and `?` allowed: `msg.*`, `LGN-06`, `must`, `slow`. All unless given. */
  readonly only?: readonly string[];
  /** The same, for cases that are listed in the result as skipped. */
  readonly skip?: readonly string[];
  readonly hasSecondServer: boolean;
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
    readonly pattern: string,
    message: string,
  ) {
    super(message);
  }
}

/** Chooses what to run of a role's cases. Those for two msg_servers are chosen only when there are two. @throws SelectionError */
export function selectCases(
  all: readonly ConformanceCase[],
  { role = "msg", only, skip = [], hasSecondServer }: Selection,
): SelectedCase[] {
  const ofRole = all.filter((each) => each.role === role);
  for (const pattern of [...(only ?? []), ...skip]) {
    if (!ofRole.some((each) => matches(pattern, each))) throw nothingMatches(pattern, role, all);
  }
  const wanted = only === undefined ? ofRole : ofRole.filter((each) => only.some((pattern) => matches(pattern, each)));
  const runnable = wanted.filter(({ needs }) => hasSecondServer || !needs.secondServer);
  if (runnable.length === 0) {
    throw new SelectionError(
      (only ?? []).join(" "),
      "what is selected needs a second msg_server: give its address with --peer",
    );
  }
  return runnable.map((each) => ({ case: each, skippedBy: skip.find((pattern) => matches(pattern, each)) }));
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
