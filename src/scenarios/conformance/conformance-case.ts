import type { Account } from "../../client/account.js";
import type { PduPeer } from "../../client/peer.js";

/** behaviour.md: a MUST that fails fails the run, a SHOULD is a warning, a MAY is only reported. */
export type Level = "must" | "should" | "may";

/** Which msg_server a connection goes to: the one under test, or another one of its cluster. */
export type ServerName = "target" | "peer";

/** What a case must be given before it can judge anything. */
export interface CaseNeeds {
  /** Users that no other case has at the same time, and that nobody else should be logged in as. */
  readonly accounts?: number;
  /** Users that no other case ever gets: what the case does to them outlives it (a lock-out, a broken relation). */
  readonly expendable?: number;
  /** A normal group; the first `members` of the accounts are members of it, the others are not. */
  readonly groupMembers?: number;
  /** A second msg_server of the same cluster; the case is only selected when one is given. */
  readonly secondServer?: boolean;
}

export interface LeasedGroup {
  readonly groupId: number;
  readonly name: string;
  readonly version: number;
  /** User ids of all its members, as the server listed them before the run. */
  readonly memberIds: readonly number[];
}

/** How long things take; already scaled by --time-scale and --timeout-factor. */
export interface CaseTiming {
  /** Within which an answer is due. */
  readonly answerMs: number;
  /** CON-02: within which a connection must log in. */
  readonly loginTimeoutMs: number;
  /** CON-03 */
  readonly pcIdleTimeoutMs: number;
  readonly mobileIdleTimeoutMs: number;
}

/** What a case is run in; made by the runner for one case. */
export interface CaseEnvironment {
  readonly accounts: readonly Account[];
  readonly expendable: readonly Account[];
  readonly group: LeasedGroup | undefined;
  readonly timing: CaseTiming;
  readonly random: () => number;
  /** Unix milliseconds of this machine, which need not be the server's. */
  readonly nowMs: () => number;
  /** Connects without logging in; closed when the case ends. */
  dial(server: ServerName, label: string): Promise<PduPeer>;
  pause(ms: number): Promise<void>;
  /** Ends the case as `blocked`: something that it takes for granted is not so, and nothing was judged. */
  block(reason: string): never;
}

/** One check of one server. The id is permanent: it is never reused, and never says at which place the case stands. */
export interface ConformanceCase {
  readonly id: string;
  /** Of docs/spec/behaviour.md; the first one is the one that the case is listed under. */
  readonly requirements: readonly [string, ...string[]];
  readonly level: Level;
  /** What a server that passes does, in one sentence. */
  readonly title: string;
  /** What goes wrong for people when a server does not. */
  readonly why: string;
  readonly needs: CaseNeeds;
  /** Further words to select it by: its area, and what it is like. */
  readonly tags: readonly string[];
  /** It mostly waits for one of the server's time limits, so it runs beside the others. */
  readonly waitsForTimeout: boolean;
  /** It judges the login itself, so it runs also where logging in does not work. */
  readonly judgesLogin: boolean;
  /** Resolves when the server passes. @throws ExpectationError when it does not */
  run(environment: CaseEnvironment): Promise<void>;
}
