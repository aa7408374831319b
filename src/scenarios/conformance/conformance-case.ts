import type { Account } from "../../client/account.js";
import type { HttpAnswer, HttpRequest } from "../../client/http-exchange.js";
import type { PduPeer } from "../../client/peer.js";
import type { PlayedServer } from "../../client/played-server.js";
import type { CaseRole, PlayedRole, PortName } from "./case-role.js";

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
  /** An account whose status is not 0, with its right password; the case is only selected when one is given. */
  readonly leaver?: boolean;
  /** A normal group; the first `members` of the accounts are members of it, the others are not. */
  readonly groupMembers?: number;
  /** A second msg_server of the same cluster; the case is only selected when one is given. */
  readonly secondServer?: boolean;
  /** Further ports of the server under test that the case talks to. */
  readonly ports?: readonly PortName[];
  /** Servers that the suite plays, and to which the msg_server under test must have a link, beside those it cannot do without. */
  readonly played?: readonly PlayedRole[];
  /** So many of such a server, at addresses of their own; the case is only selected when the suite plays as many. */
  readonly instances?: Readonly<Partial<Record<PlayedRole, number>>>;
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
  /** RTE-09: after which silence a link between servers is closed, and within which something is sent on it. */
  readonly linkTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** The longest that a lost link may take to be dialled again: its first two delays (protocol.md). */
  readonly redialMs: number;
  /** The same of a server that was not there for long. */
  readonly redialLongestMs: number;
}

/** What a case is run in; made by the runner for one case. */
export interface CaseEnvironment {
  readonly accounts: readonly Account[];
  readonly expendable: readonly Account[];
  /** Accounts that may not log in; several cases may have the same one. */
  readonly leavers: readonly Account[];
  readonly group: LeasedGroup | undefined;
  readonly timing: CaseTiming;
  readonly random: () => number;
  /** Unix milliseconds of this machine, which need not be the server's. */
  readonly nowMs: () => number;
  /** Connects without logging in; closed when the case ends. With heartbeats, as a server does (RTE-09), or without. */
  dial(port: PortName, label: string, beats?: boolean): Promise<PduPeer>;
  /** Sends an HTTP request on a connection of its own, which ends with the answer, or when it is told to hang up. */
  exchangeHttp(port: PortName, request: HttpRequest, hangUp?: AbortSignal): Promise<HttpAnswer>;
  /** The servers that the suite plays around the one under test, for roles that are judged so. */
  readonly played: Readonly<Partial<Record<PlayedRole, PlayedServer>>>;
  pause(ms: number): Promise<void>;
  /** Ends the case as `blocked`: something that it takes for granted is not so, and nothing was judged. */
  block(reason: string): never;
}

/** One check of one server. The id is permanent: it is never reused, and never says at which place the case stands. */
export interface ConformanceCase {
  readonly id: string;
  /** What kind of server it judges. */
  readonly role: CaseRole;
  /** Of docs/spec/behaviour.md; the first one is the one that the case is listed under. */
  readonly requirements: readonly [string, ...string[]];
  readonly level: Level;
  /** What a server that passes does, in one sentence. */
  readonly title: string;
  /** What the suite sends, in one sentence. */
  readonly sends?: string;
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
