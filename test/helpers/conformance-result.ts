import { PduTrace, type TracedConnection, type TraceEntry } from "../../src/client/pdu-trace.js";
import type { CaseResult, ConformanceResult } from "../../src/runner/conformance/conformance-result.js";
import { summarize } from "../../src/runner/conformance/summarize.js";
import { caseResult } from "./conformance-case.js";
import { hex } from "./hex.js";

interface RunOptions {
  readonly peer?: string | null;
  readonly strict?: boolean;
  readonly isInterrupted?: boolean;
}

/** A run with these cases, as reports are given it. */
export function conformanceResult(cases: readonly CaseResult[], options: RunOptions = {}): ConformanceResult {
  const { peer = null, strict = false, isInterrupted = false } = options;
  return {
    schemaVersion: 1,
    summary: summarize(cases, { strict, isInterrupted, durationMs: 12_345 }),
    target: {
      role: "msg",
      address: "127.0.0.1:8000",
      peer,
      startedAt: "2026-01-02T03:04:05.678Z",
      timeScale: 1,
      timeoutFactor: 1,
      strict,
      repeat: 1,
      shuffleSeed: null,
      fingerprint: null,
    },
    cases,
  };
}

/** A case of every verdict, the failed ones with evidence. */
export const everyVerdict: readonly CaseResult[] = [
  caseResult("passed", { id: "frm.split-header" }),
  caseResult("failed", {
    id: "frm.length-zero",
    requirements: ["FRM-04"],
    title: "closes the connection when length is 0",
    expected: "the server closes a client within 5000 ms",
    actual: "it is still open; nothing else came",
    trace: wire(),
    rerun: "ttk conform 127.0.0.1:8000 --only frm.length-zero",
  }),
  caseResult("failed", {
    id: "msg.utf8-history",
    requirements: ["MSG-05", "MSG-15"],
    level: "should",
    title: "returns any bytes from history",
    expected: "msg_data 00ff",
    actual: "0 bytes",
    rerun: "ttk conform 127.0.0.1:8000 --only msg.utf8-history",
  }),
  caseResult("errored", {
    id: "msg.broken-case",
    requirements: ["MSG-01"],
    reason: "TypeError: peer is not a function\n    at msg-ids.ts:12:3",
    rerun: "ttk conform 127.0.0.1:8000 --only msg.broken-case",
  }),
  caseResult("blocked", { id: "grp.message-ack", requirements: ["GRP-06"], reason: "2 more accounts are needed" }),
  caseResult("skipped", { id: "con.login-timeout", requirements: ["CON-02"], reason: "--skip con.*" }),
  caseResult("supported", { id: "pre.avatar", requirements: ["PRE-05"], level: "may" }),
  caseResult("unsupported", { id: "pre.avatar-again", requirements: ["PRE-05"], level: "may" }),
  caseResult("expected-failure", { id: "lgn.sql-in-name", requirements: ["LGN-08"] }),
  caseResult("unexpected-pass", {
    id: "lgn.kick-closes",
    requirements: ["LGN-12"],
    rerun: "ttk conform 127.0.0.1:8000 --only lgn.kick-closes",
  }),
];

/** More entries than the console shows; times are those of a steady clock. */
function wire(): TraceEntry[] {
  const trace = new PduTrace();
  const heartbeat = hex("00000010 0001 0000 0007 0701 0001 0000");
  const presence = hex("00000018 0001 0000 0002 0203 0000 0000 0a06 0807 1001 1801");
  const user7: TracedConnection = {
    label: "user7 windows",
    client: { host: "127.0.0.1", port: 51_234 },
    server: { host: "127.0.0.1", port: 8000 },
    plays: "client",
  };
  trace.opened(user7);
  for (let round = 0; round < 4; round++) {
    trace.record(user7, "sent", heartbeat);
    trace.record(user7, "received", heartbeat);
  }
  trace.record(user7, "received", presence);
  trace.record(user7, "sent", hex("00000000 0001"));
  trace.record(user7, "sent", hex("00000010 0001 0000 0003 0301 0002 0000"));
  trace.record(user7, "closed", "closed");
  // How the decoder words a broken body is not what reports are about.
  const reworded = ({ command, text }: TraceEntry) => (command === "CID_MSG_DATA" ? "a body that lacks fields" : text);
  return trace.entries().map((entry, index) => ({ ...entry, atMs: index * 125, text: reworded(entry) }));
}
