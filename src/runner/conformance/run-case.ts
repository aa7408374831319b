import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "../../client/account.js";
import { ExpectationError } from "../../client/expectation-error.js";
import { httpExchange } from "../../client/http-exchange.js";
import type { MalformedPdu } from "../../client/pdu-inbox.js";
import { PduTrace } from "../../client/pdu-trace.js";
import { type Address, DialError, PduPeer } from "../../client/peer.js";
import type { PlayedServer } from "../../client/played-server.js";
import { commandById, hexId } from "../../codec/registry.js";
import type { PortName } from "../../scenarios/conformance/case-role.js";
import type { CaseEnvironment, CaseTiming, ConformanceCase } from "../../scenarios/conformance/conformance-case.js";
import type { Lease } from "./account-pool.js";
import { caseCapture } from "./case-capture.js";
import type { ConformanceEvent } from "./conformance-event.js";
import type { CaseResult } from "./conformance-result.js";
import type { Surroundings } from "./surroundings.js";
import type { Verdict } from "./verdict.js";

export type Ports = Readonly<Partial<Record<PortName, Address>>>;

/** Keeps a case's pcapng file; resolves with where it is, `null` when it could not be kept. */
export type SaveCapture = (caseId: string, pcapng: Buffer) => Promise<string | null>;

export interface CaseRunOptions {
  readonly ports: Ports;
  /** Accounts that may not log in; none unless given. */
  readonly leavers?: readonly Account[];
  /** For roles around which the suite plays other servers. */
  readonly surroundings?: Surroundings;
  readonly timing: CaseTiming;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly keepsAllTraces: boolean;
  readonly saveCapture?: SaveCapture;
  readonly rerun: string;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: ConformanceEvent) => void;
}

/** Beyond the server's own time limits; every single wait is bounded too, so this is a net under the suite's own faults. */
const CASE_LIMIT_ANSWERS = 60;

/** More than any file that a case asks for. */
const HTTP_ANSWER_SIZE_MAX_BYTES = 1 << 20;

class Blocked extends Error {}

interface Judgement {
  readonly verdict: Verdict;
  readonly expected?: string;
  readonly actual?: string;
  readonly reason?: string;
}

/** Runs one case with users of its own and judges what came of it. Never throws. */
export async function runCase(definition: ConformanceCase, lease: Lease, options: CaseRunOptions): Promise<CaseResult> {
  const startedMs = performance.now();
  const startedAtMs = options.nowMs();
  const trace = new PduTrace();
  const peers: PduPeer[] = [];
  options.surroundings?.begin(trace);
  const environment = environmentFor(definition.id, lease, options, trace, peers);
  const judgement = await judge(definition, environment, peers, options);
  await Promise.all(peers.map((peer) => peer.close()));
  const isTraceKept = options.keepsAllTraces || !(judgement.verdict === "passed" || judgement.verdict === "supported");
  return caseResult(definition, options.rerun, judgement, {
    durationMs: performance.now() - startedMs,
    trace: isTraceKept ? trace.entries() : [],
    capture: isTraceKept ? await keepCapture(definition, judgement, trace, startedAtMs, options) : null,
  });
}

async function keepCapture(
  { id, title, requirements }: ConformanceCase,
  { verdict, expected, actual, reason }: Judgement,
  trace: PduTrace,
  startedAtMs: number,
  { saveCapture, rerun }: CaseRunOptions,
): Promise<string | null> {
  if (saveCapture === undefined || trace.recorded.length === 0) return null;
  const lines = [
    `${id}: ${verdict}`,
    `${title} (${requirements.join(", ")})`,
    ...(expected === undefined ? [] : [`expected ${expected}`]),
    ...(actual === undefined ? [] : [`actual ${actual}`]),
    ...(reason === undefined ? [] : [`because ${reason}`]),
    rerun,
  ];
  return saveCapture(id, caseCapture(trace, { startedAtMs, comment: lines.join("\n") }));
}

/** The result of a case that was not run. */
export function caseNotRun(
  definition: ConformanceCase,
  rerun: string,
  verdict: "blocked" | "skipped",
  reason: string,
): CaseResult {
  return caseResult(definition, rerun, { verdict, reason }, { durationMs: 0, trace: [], capture: null });
}

function caseResult(
  { id, requirements, level, title }: ConformanceCase,
  rerun: string,
  {
    verdict,
    expected = null,
    actual = null,
    reason = null,
  }: { [K in keyof Judgement]: Judgement[K] | null } & { verdict: Verdict },
  { durationMs, trace, capture }: Pick<CaseResult, "durationMs" | "trace" | "capture">,
): CaseResult {
  const rounded = Math.round(durationMs * 10) / 10;
  return {
    id,
    requirements,
    level,
    title,
    verdict,
    durationMs: rounded,
    expected,
    actual,
    reason,
    trace,
    capture,
    runs: null,
    rerun,
  };
}

function environmentFor(
  id: string,
  { accounts, expendable, group }: Lease,
  { ports, leavers = [], surroundings, timing, random, nowMs, signal, onEvent }: CaseRunOptions,
  trace: PduTrace,
  peers: PduPeer[],
): CaseEnvironment {
  return {
    accounts,
    expendable,
    leavers,
    group,
    timing,
    random,
    nowMs,
    played: surroundings?.servers ?? {},
    async dial(port, label, beats = false) {
      const address = addressOf(ports, port);
      const { answerMs, heartbeatIntervalMs } = timing;
      const dialled = await PduPeer.dial(address, {
        label,
        trace,
        answerTimeoutMs: answerMs,
        connectTimeoutMs: answerMs,
        ...(beats ? { heartbeatIntervalMs } : {}),
        signal,
      });
      peers.push(dialled);
      onEvent?.({ type: "case-connected", id, connection: label, local: dialled.localAddress, remote: address });
      return dialled;
    },
    exchangeHttp(port, request, hangUp) {
      const remote = addressOf(ports, port);
      return httpExchange(remote, request, {
        trace,
        label: "http",
        onOpen: (local) => onEvent?.({ type: "case-connected", id, connection: "http", local, remote }),
        timeoutMs: timing.answerMs,
        answerSizeMaxBytes: HTTP_ANSWER_SIZE_MAX_BYTES,
        signal: hangUp === undefined ? signal : AbortSignal.any([signal, hangUp]),
      });
    },
    async pause(ms) {
      await delay(Math.max(0, ms), undefined, { signal });
    },
    block(reason) {
      throw new Blocked(reason);
    },
  };
}

function addressOf(ports: Ports, port: PortName): Address {
  const address = ports[port];
  if (address === undefined) throw new Error(`the case has not asked for the port "${port}"`);
  return address;
}

async function judge(
  definition: ConformanceCase,
  environment: CaseEnvironment,
  peers: readonly PduPeer[],
  options: CaseRunOptions,
): Promise<Judgement> {
  const isMay = definition.level === "may";
  try {
    await withinLimit(definition.run(environment), options);
    expectSchemaKept([...peers, ...Object.values(options.surroundings?.servers ?? {}).map(asSpeaker)]);
    return { verdict: isMay ? "supported" : "passed" };
  } catch (error) {
    if (options.signal.aborted) return { verdict: "skipped", reason: "interrupted" };
    if (error instanceof Blocked) return { verdict: "blocked", reason: error.message };
    if (error instanceof ExpectationError) {
      return { verdict: isMay ? "unsupported" : "failed", expected: error.expected, actual: error.actual };
    }
    // It was reachable before the first case.
    if (error instanceof DialError) {
      return { verdict: "failed", expected: "the server accepts the connection", actual: error.message };
    }
    return { verdict: "errored", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Whatever a case is about, the server must not send what its schema does not allow. */
function expectSchemaKept(speakers: readonly { malformed: readonly MalformedPdu[]; label: string }[]): void {
  for (const { malformed, label } of speakers) {
    const [first] = malformed;
    if (first === undefined) continue;
    const name = `${hexId(first.commandId)} ${commandById(first.commandId)?.name ?? "(unknown)"}`;
    throw new ExpectationError(
      `every PDU on ${label} keeps the schema`,
      `${name}: ${first.error.message}${malformed.length > 1 ? `, and ${malformed.length - 1} more` : ""}`,
    );
  }
}

function asSpeaker({ name, malformed }: PlayedServer) {
  return { label: `links to the ${name}`, malformed };
}

async function withinLimit(run: Promise<void>, { timing, signal }: CaseRunOptions): Promise<void> {
  const limitMs = CASE_LIMIT_ANSWERS * timing.answerMs + 2 * timing.mobileIdleTimeoutMs;
  const net = new AbortController();
  const aborted = () => net.abort();
  signal.addEventListener("abort", aborted);
  const overrun = delay(limitMs, undefined, { signal: net.signal }).then(
    () => {
      throw new Error(`the case did not end within ${limitMs} ms`);
    },
    () => {
      if (signal.aborted) throw new Error("interrupted");
    },
  );
  try {
    // The run's own failure after an overrun or interruption has nobody left to tell.
    run.catch(() => {});
    await Promise.race([run, overrun.then(() => run)]);
  } finally {
    signal.removeEventListener("abort", aborted);
    net.abort();
    overrun.catch(() => {});
  }
}
