import { fitted } from "../components/fit-text.js";
import { plotLines } from "../components/plot-lines.js";
import { durationText, shortCount } from "../components/quantity-text.js";
import type { Theme } from "../theme.js";
import type { LoadDashboard } from "./load-dashboard.js";

/** All values as wide as each other: nothing jumps when they grow. */
const DURATION_COLUMNS = 7;
const RATE_COLUMNS = 5;

/** p99, p95 and p50 of each second's acks or deliveries, over time. */
export function latencyLines(
  { history }: LoadDashboard,
  kind: "ack" | "delivery",
  columns: number,
  height: number,
  theme: Theme,
): string[] {
  return plotLines({
    series: [
      { name: "p99", values: history.latency(kind, "p99Ms"), style: theme.warn },
      { name: "p95", values: history.latency(kind, "p95Ms"), style: theme.series[1] ?? theme.accent },
      { name: "p50", values: history.latency(kind, "p50Ms"), style: theme.accent },
    ],
    width: columns,
    height,
    theme,
    format: (ms) => fitted(ms === 0 ? "0 ms" : durationText(ms), DURATION_COLUMNS, "right"),
  });
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
