import type { Account } from "../../client/account.js";
import { type Address, DialError, PduPeer } from "../../client/peer.js";
import {
  type CaseRole,
  named,
  type PlayedRole,
  type PortName,
  roleFacts,
} from "../../scenarios/conformance/case-role.js";
import type { ConformanceEvent } from "./conformance-event.js";
import { databasePreflight } from "./database-preflight.js";
import { type Findings, nothingFound } from "./findings.js";
import { httpPreflight } from "./http-preflight.js";
import { type Preflight, preflight } from "./preflight.js";
import type { Ports } from "./run-case.js";
import type { Surroundings } from "./surroundings.js";

export interface LookAheadOptions {
  readonly role: CaseRole;
  readonly ports: Ports;
  readonly surroundings: Surroundings | undefined;
  readonly linkWaitMs: number;
  readonly accounts: readonly Account[];
  readonly answerMs: number;
  /** Whether any case needs users, or a group. */
  readonly needsLogin: boolean;
  readonly needsGroups: boolean;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: ConformanceEvent) => void;
}

/** Finds out what of the role's cases can be judged at all. Never throws for a server's fault. */
export async function lookAhead(options: LookAheadOptions): Promise<Findings> {
  const { role, ports, accounts, answerMs, needsLogin, needsGroups } = options;
  if (role === "msg") {
    const target = ports.target as Address;
    return fromPreflight(await preflight({ target, peer: ports.peer, accounts, answerMs, needsLogin, needsGroups }));
  }
  const { plays, essential, isHttp } = roleFacts[role];
  // What dials the suite may be started only now that the suite listens.
  const playedProblems = plays.length > 0 ? await untilLinked(options) : {};
  if (essential.some((played) => playedProblems[played] !== undefined)) return { ...nothingFound, playedProblems };
  const portProblems = await reachAll(options);
  if (isHttp && portProblems.target === undefined) {
    const target = await httpPreflight(role, ports.target as Address, answerMs);
    return { ...nothingFound, portProblems: target === undefined ? {} : { target }, playedProblems };
  }
  if (role !== "db" || !needsLogin || portProblems.target !== undefined) {
    return { ...nothingFound, portProblems, playedProblems };
  }
  return {
    ...nothingFound,
    portProblems,
    ...(await databasePreflight({ ...options, target: ports.target as Address })),
  };
}

function fromPreflight({ targetProblem, peerProblem, ...found }: Preflight): Findings {
  const portProblems = {
    ...(targetProblem === undefined ? {} : { target: targetProblem }),
    ...(peerProblem === undefined ? {} : { peer: peerProblem }),
  };
  return { ...found, portProblems, playedProblems: {} };
}

async function reachAll({ role, ports, answerMs }: LookAheadOptions): Promise<Partial<Record<PortName, string>>> {
  const names: PortName[] = ["target", ...(Object.keys(roleFacts[role].ports) as PortName[])];
  const problems: Partial<Record<PortName, string>> = {};
  for (const name of names) {
    const address = ports[name];
    const problem =
      address === undefined ? `no address of its port for ${name} is given` : await reach(address, answerMs);
    if (problem !== undefined) problems[name] = problem;
  }
  return problems;
}

async function reach(address: Address, answerMs: number): Promise<string | undefined> {
  try {
    const peer = await PduPeer.dial(address, { connectTimeoutMs: answerMs });
    await peer.close();
    return undefined;
  } catch (error) {
    if (error instanceof DialError) return error.message;
    throw error;
  }
}

async function untilLinked(options: LookAheadOptions): Promise<Partial<Record<PlayedRole, string>>> {
  const { role, surroundings, linkWaitMs, answerMs, signal, onEvent } = options;
  if (surroundings === undefined) throw new Error(`${named(role)} needs servers played around it`);
  const listening = Object.values(surroundings.servers).flatMap(({ name, addresses }) =>
    addresses.map((address) => ({ name, address })),
  );
  onEvent?.({ type: "links-awaited", by: roleFacts[role].title, listening });
  return surroundings.untilLinked(role, linkWaitMs, answerMs, signal);
}
