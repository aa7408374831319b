import { clientTypes } from "../../../client/client-type.js";
import type { PullName } from "../../../client/pull-all.js";
import type { MetricResult } from "./metrics.js";

type MetricType = MetricResult["type"];

/** Ways in which something other than a delivery goes wrong. */
const loadErrors = [
  "link_lost",
  "malformed_pdu",
  "unexpected_ack",
  "ack_timeout",
  "login_failed",
  "connect_failed",
  "pull_failed",
  "iteration_failed",
] as const;
export type LoadError = (typeof loadErrors)[number];

/** The pulls of the shipped clients, and the one that opening a chat makes (MSG-15). */
export const pulls = [
  "departments",
  "users",
  "groups",
  "group_info",
  "sessions",
  "status",
  "unread",
  "history",
] as const satisfies readonly (PullName | "history")[];

export interface MetricKind {
  readonly type: MetricType;
  /** The time that its rate is over. */
  readonly over: "steady" | "run";
  /** Sub-metrics that reports show as `name{tag:value}`. */
  readonly tag?: { readonly name: string; readonly values: readonly string[] };
}

/** Who sent, received or logged in. */
const byDevice = { name: "device", values: Object.keys(clientTypes) };
const startUpTrend: MetricKind = { type: "trend", over: "run" };
const trend: MetricKind = { type: "trend", over: "steady" };
const counter: MetricKind = { type: "counter", over: "steady" };
const runCounter: MetricKind = { type: "counter", over: "run" };
const gauge: MetricKind = { type: "gauge", over: "run" };

/** Every metric of a run, by the name that reports and thresholds use. Times are in ms. */
export const metricKinds: Readonly<Record<string, MetricKind>> = {
  connect_duration: startUpTrend,
  login_duration: { ...startUpTrend, tag: byDevice },
  pull_duration: { ...startUpTrend, tag: { name: "pull", values: pulls } },
  msg_ack_duration: { ...trend, tag: byDevice },
  msg_ack_duration_uncorrected: trend,
  msg_delivery_duration: { ...trend, tag: byDevice },
  msg_delivery_duration_uncorrected: trend,
  group_delivery_duration: { ...trend, tag: byDevice },
  group_delivery_duration_uncorrected: trend,
  heartbeat_duration: trend,
  heartbeat_duration_uncorrected: trend,
  catchup_duration: trend,
  event_loop_lag: trend,
  pdus_sent: runCounter,
  pdus_received: runCounter,
  bytes_sent: runCounter,
  bytes_received: runCounter,
  msgs_sent: counter,
  msgs_acked: counter,
  msgs_delivered: counter,
  msgs_lost: counter,
  msgs_duplicated: counter,
  msgs_reordered: counter,
  msgs_corrupted: counter,
  msgs_misdelivered: counter,
  msgs_diverged: counter,
  msgs_not_in_history: counter,
  unread_wrong: counter,
  kicks: runCounter,
  errors: { ...runCounter, tag: { name: "kind", values: loadErrors } },
  iterations: counter,
  dropped_iterations: counter,
  iteration_duration: trend,
  untagged_values: runCounter,
  vus: gauge,
  vus_max: gauge,
  devices_online: gauge,
  generator_busy: gauge,
};

/** Undefined when no run has a metric of that name, whatever every object has. */
export function metricKindOf(name: string): MetricKind | undefined {
  return Object.hasOwn(metricKinds, name) ? metricKinds[name] : undefined;
}

/** Those that are also kept for each scenario of a run, under the tags of that scenario. */
export const keptByScenario: ReadonlySet<string> = new Set([
  ...Object.keys(metricKinds).filter((name) => metricKinds[name]?.type === "trend" && name !== "event_loop_lag"),
  "msgs_sent",
  "msgs_acked",
  "msgs_delivered",
  "iterations",
  "dropped_iterations",
  "kicks",
  "errors",
]);
