import type { PlayedRole, PortName } from "../../scenarios/conformance/case-role.js";
import type { KnownGroup } from "./account-pool.js";

/** What a run found before its first case; each text says why cases that need the thing are blocked. */
export interface Findings {
  readonly portProblems: Readonly<Partial<Record<PortName, string>>>;
  readonly playedProblems: Readonly<Partial<Record<PlayedRole, string>>>;
  readonly loginProblem: string | undefined;
  /** The server broke the rules of logging in, instead of refusing it: cases that judge the login can tell how. */
  readonly isLoginBroken: boolean;
  readonly groups: readonly KnownGroup[];
}

export const nothingFound: Findings = {
  portProblems: {},
  playedProblems: {},
  loginProblem: undefined,
  isLoginBroken: false,
  groups: [],
};
