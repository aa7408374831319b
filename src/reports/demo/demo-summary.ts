import type { CaseResult, ConformanceResult } from "../../runner/conformance/conformance-result.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import type { TrendResult } from "../../runner/load/metrics/metrics.js";
import { count, duration, seconds } from "../load/quantity.js";

export interface DemoFacts {
  readonly judged: readonly ConformanceResult[];
  /** Absent when the run was interrupted before it. */
  readonly loaded: LoadResult | undefined;
  readonly durationMs: number;
  /** Paths as a person would type them. */
  readonly reports: readonly string[];
}

/** Whether all of it held: every MUST on every server, nothing lost, duplicated or reordered, and latencies to be trusted or not. */
export function demoHeld({ judged, loaded }: DemoFacts): boolean {
  return (
    judged.every(({ summary }) => summary.outcome === "held") && loaded !== undefined && loaded.failures.length === 0
  );
}

/** What `ttk demo` did, for somebody who sees the tool for the first time. */
export function demoSummary(facts: DemoFacts): string {
  const { judged, loaded, durationMs, reports } = facts;
  return [
    "",
    "1. Judged: is the protocol kept?",
    ...judged.flatMap(judgedLines),
    "",
    "2. Loaded: does every message arrive?",
    ...(loaded === undefined ? ["   not run"] : loadedLines(loaded)),
    "",
    `${outcomeOf(facts)} after ${seconds(durationMs)}. Reports: ${reports.join(", ")}`,
    "",
    "Next:  ttk serve                          keep such a cluster running",
    "       ttk conform 127.0.0.1:8000         judge a msg_server, yours or this one",
    "       ttk load --target 127.0.0.1:8000   put users on it",
    "       ttk decode 00000010000100000007070100010000",
    "",
  ].join("\n");
}

function outcomeOf(facts: DemoFacts): string {
  const { judged, loaded } = facts;
  const isInterrupted =
    judged.some(({ summary }) => summary.outcome === "interrupted") || (loaded?.interrupted ?? true);
  if (isInterrupted) return "INTERRUPTED";
  return demoHeld(facts) ? "PASSED" : "FAILED";
}

function judgedLines({ summary, target, cases }: ConformanceResult): string[] {
  const { total, passed, supported, warnings, outcome } = summary;
  const verdict =
    outcome === "held"
      ? `every MUST held (${count(passed + supported)} of ${count(total)} cases passed${warnings > 0 ? `, ${warnings} SHOULD failed` : ""})`
      : `${outcome}: ${passed + supported} of ${total} cases passed`;
  const bad = cases.filter(({ verdict: each }) => each === "failed" || each === "blocked" || each === "errored");
  return [`   msg_server ${target.address}  ${verdict}`, ...bad.map((each) => `     ${findingLine(each)}`)];
}

function findingLine({ verdict, level, id, expected, actual, reason }: CaseResult): string {
  const word = verdict === "failed" && level === "should" ? "warning" : verdict;
  // A fault of the suite comes with a stack, which is for the JSON report.
  return `${word} ${id}: ${reason?.split("\n")[0] ?? `expected ${expected}, got ${actual}`}`;
}

function loadedLines({
  users,
  devicesOnline,
  delivery,
  metrics,
  failures,
  invalid,
  rampUpMs,
  steadyMs,
}: LoadResult): string[] {
  const { sent, acked, delivered, lost, duplicated, reordered } = delivery;
  return [
    `   ${count(users)} users with ${count(devicesOnline)} devices online: logged in and pulled everything in ${seconds(rampUpMs)}, chatted for ${seconds(steadyMs)}`,
    `   ${count(sent)} messages sent, ${count(acked)} acknowledged, ${count(delivered)} deliveries`,
    `   ${count(lost)} lost, ${count(duplicated)} duplicated, ${count(reordered)} reordered`,
    `   acknowledged in ${latency(metrics.msg_ack_duration)}, delivered in ${latency(metrics.msg_delivery_duration)}`,
    ...(failures.length === 0 ? [] : [`   FAILED: ${failures.join(", ")}`]),
    ...(invalid.length === 0 ? [] : [`   latencies not to be trusted: ${invalid.join("; ")}`]),
  ];
}

function latency(metric: LoadResult["metrics"][string] | undefined): string {
  if (metric?.type !== "trend") return "an unknown time";
  const { p50, p99 }: TrendResult = metric;
  return `${duration(p50)} (median), ${duration(p99)} (99 of 100)`;
}
