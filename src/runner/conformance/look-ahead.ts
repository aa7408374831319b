import type { Account } from "../../client/account.js";
import { httpExchange } from "../../client/http-exchange.js";
import { PduTrace } from "../../client/pdu-trace.js";
import { type Address, DialError, PduPeer } from "../../client/peer.js";
import {
  type CaseRole,
  named,
  type PlayedRole,
  type PortName,
  roleFacts,
} from "../../scenarios/conformance/case-role.js";
import { addressInWords } from "./address-words.js";
import type { ConformanceEvent } from "./conformance-event.js";
import { databasePreflight } from "./database-preflight.js";
import { type Findings, nothingFound } from "./findings.js";
import { type Heard, hearOut } from "./hear-out.js";
import { httpPreflight } from "./http-preflight.js";
import { preflight } from "./preflight.js";
import type { Ports } from "./run-case.js";
import type { Surroundings } from "./surroundings.js";

export interface LookAheadOptions {
  readonly role: CaseRole;
  readonly ports: Ports;
  readonly surroundings: Surroundings | undefined;
  readonly linkWaitMs: number;
  readonly accounts: readonly Account[];
  readonly answerMs: number;
  readonly heartbeatIntervalMs: number;
  /** Whether any case needs users, or a group. */
  readonly needsLogin: boolean;
  readonly needsGroups: boolean;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: ConformanceEvent) => void;
}

/** For what a further port says, once one of a server's ports has spoken. */
const FURTHER_PORT_MS = 250;

/** Finds out what of the role's cases can be judged at all. Never throws for a server's fault. */
export async function lookAhead(options: LookAheadOptions): Promise<Findings> {
  const { role, ports, answerMs, needsLogin } = options;
  if (role === "msg") return lookAtMsgServer(options);
  const { plays, essential, isHttp } = roleFacts[role];
  // What dials the suite may be started only now that the suite listens.
  const playedProblems = plays.length > 0 ? await untilLinked(options) : {};
  if (essential.some((played) => playedProblems[played] !== undefined)) return { ...nothingFound, playedProblems };
  if (isHttp) {
    const target =
      (await reach(ports.target as Address, answerMs)) ??
      (await httpPreflight(role, ports.target as Address, answerMs));
    return { ...nothingFound, portProblems: target === undefined ? {} : { target }, playedProblems };
  }
  const portProblems = await hearAll(options);
  if (role !== "db" || !needsLogin || portProblems.target !== undefined) {
    return { ...nothingFound, portProblems, playedProblems };
  }
  return {
    ...nothingFound,
    portProblems,
    ...(await databasePreflight({ ...options, target: ports.target as Address })),
  };
}

/** Clients are answered at one port alone: that nothing comes from it is known as soon as a login has been tried, too. */
async function lookAtMsgServer(options: LookAheadOptions): Promise<Findings> {
  const { role, ports, accounts, answerMs, heartbeatIntervalMs, needsLogin, needsGroups } = options;
  const address = ports.target as Address;
  const loggedIn = new AbortController();
  const signal = AbortSignal.any([options.signal, loggedIn.signal]);
  const hearing = hearOut({ role, port: "target", address, answerMs, heartbeatIntervalMs, signal });
  const { targetProblem, peerProblem, hasSpoken, ...found } = await preflight({
    target: address,
    peer: ports.peer,
    accounts,
    answerMs,
    needsLogin,
    needsGroups,
  });
  if (hasSpoken) loggedIn.abort();
  const heard = await hearing;
  const target = hasSpoken || options.signal.aborted ? undefined : (heard.problem ?? targetProblem);
  const portProblems = {
    ...(target === undefined ? {} : { target }),
    ...(peerProblem === undefined ? {} : { peer: peerProblem }),
  };
  return { ...found, portProblems, playedProblems: {} };
}

/** Of a server that speaks at one of its ports, or to a server that the suite plays, silence at another is for cases to judge. */
async function hearAll(options: LookAheadOptions): Promise<Partial<Record<PortName, string>>> {
  const { role, signal } = options;
  const names: PortName[] = ["target", ...(Object.keys(roleFacts[role].ports) as PortName[])];
  const enough = new AbortController();
  const isDialling = roleFacts[role].plays.length > 0;
  const heard = await Promise.all(
    names.map(async (name) => {
      const each = await hear(name, options, AbortSignal.any([signal, enough.signal]));
      if (each.kind === "pdu") setTimeout(() => enough.abort(), FURTHER_PORT_MS).unref();
      return { name, ...each };
    }),
  );
  const hasSpoken = isDialling || signal.aborted || heard.some(({ kind }) => kind === "pdu");
  return Object.fromEntries(
    heard.flatMap(({ name, kind, problem }) => {
      const isJudged = problem === undefined || (hasSpoken && (kind === "silent" || kind === "closed"));
      return isJudged ? [] : [[name, problem]];
    }),
  );
}

async function hear(port: PortName, options: LookAheadOptions, signal: AbortSignal): Promise<Heard> {
  const { role, ports, answerMs, heartbeatIntervalMs } = options;
  const address = ports[port];
  if (address === undefined) {
    return { kind: "unreachable", problem: `no address of its port for ${port} is given` };
  }
  return port === "http"
    ? hearHttp(address, answerMs, signal)
    : hearOut({ role, port, address, answerMs, heartbeatIntervalMs, signal });
}

/** LSV-03. An answer is as good as a PDU; what is wrong with it, or that there is none, is for cases to judge. */
async function hearHttp(address: Address, answerMs: number, signal: AbortSignal): Promise<Heard> {
  const problem = await reach(address, answerMs);
  if (problem !== undefined) return { kind: "unreachable", problem };
  const request = "GET /msg_server HTTP/1.1\r\nHost: ttk\r\nConnection: close\r\n\r\n";
  const exchange = { trace: new PduTrace(), label: "probe", timeoutMs: answerMs, signal };
  const { status } = await httpExchange(address, request, exchange);
  if (status !== undefined) return { kind: "pdu", problem: undefined };
  return { kind: "silent", problem: `${addressInWords(address)} gives no HTTP answer` };
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
