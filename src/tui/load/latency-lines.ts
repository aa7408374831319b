import type { LiveView } from "../../runner/load/load-event.js";
import { fitted } from "../components/fit-text.js";
import { plotLines } from "../components/plot-lines.js";
import { durationText, shortCount } from "../components/quantity-text.js";
import type { Theme } from "../theme.js";
import type { LoadDashboard } from "./load-dashboard.js";

/** All values as wide as each other: nothing jumps when they grow. */
const DURATION_COLUMNS = 7;
const RATE_COLUMNS = 5;

const metrics = { ack: "msg_ack_duration", delivery: "msg_delivery_duration" } as const;
/** `p(95)<200`, `max<=1000`: what a latency must stay below, in ms. */
const BELOW = /^(?:p\([\d.]+\)|avg|med|max)\s*<=?\s*(\d+(?:\.\d+)?)$/;
/** A limit that is further above all values would press them to the ground. */
const LIMIT_TIMES_MAX = 2;

/** p99, p95 and p50 of each second's acks or deliveries, over time, and across the limit of the lowest threshold for them. */
export function latencyLines(
  { history, live }: LoadDashboard,
  kind: "ack" | "delivery",
  columns: number,
  height: number,
  theme: Theme,
): string[] {
  const slowest = history.latency(kind, "p99Ms");
  const limit = limitOf(live?.thresholds ?? [], metrics[kind]);
  const largest = slowest.reduce<number>((most, value = 0) => Math.max(most, value), 0);
  return plotLines({
    ...(limit !== undefined && limit <= largest * LIMIT_TIMES_MAX ? { limit } : {}),
    series: [
      { name: "p99", values: slowest, style: theme.warn },
      { name: "p95", values: history.latency(kind, "p95Ms"), style: theme.series[1] ?? theme.accent },
      { name: "p50", values: history.latency(kind, "p50Ms"), style: theme.accent },
    ],
    width: columns,
    height,
    theme,
    format: (ms) => fitted(ms === 0 ? "0 ms" : durationText(ms), DURATION_COLUMNS, "right"),
  });
}

function limitOf(thresholds: LiveView["thresholds"], metric: string): number | undefined {
  const limits = thresholds.flatMap((each) =>
    each.metric === metric ? [Number(BELOW.exec(each.expression)?.[1] ?? Number.POSITIVE_INFINITY)] : [],
  );
  const lowest = Math.min(...limits);
  return Number.isFinite(lowest) ? lowest : undefined;
}

/** Messages a second over time. */
export function messageRateLines({ history }: LoadDashboard, columns: number, height: number, theme: Theme): string[] {
  return plotLines({
    series: [
      { name: "delivered", values: history.series(({ deliveredPerSecond }) => deliveredPerSecond), style: theme.good },
      { name: "acked    ", values: history.series(({ ackedPerSecond }) => ackedPerSecond), style: theme.accent },
    ],
    width: columns,
    height,
    theme,
    format: rate,
  });
}

/** PDUs a second over time. */
export function pduRateLines({ history }: LoadDashboard, columns: number, height: number, theme: Theme): string[] {
  return plotLines({
    series: [
      { name: "in ", values: history.series(({ pdusReceivedPerSecond }) => pdusReceivedPerSecond), style: theme.good },
      { name: "out", values: history.series(({ pdusSentPerSecond }) => pdusSentPerSecond), style: theme.accent },
    ],
    width: columns,
    height,
    theme,
    format: rate,
  });
}

function rate(value: number): string {
  return fitted(shortCount(value), RATE_COLUMNS, "right");
}
