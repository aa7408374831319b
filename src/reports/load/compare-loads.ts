import type { LoadResult } from "../../runner/load/load-result.js";
import { containedIn } from "../../runner/load/metrics/metric-content.js";
import type { MetricResult, TrendResult } from "../../runner/load/metrics/metrics.js";
import { count, perSecond, seconds } from "./quantity.js";

/** What compared percentiles are called. */
export const comparedPercentiles = ["p50", "p90", "p99", "p999"] as const;
type ComparedPercentile = (typeof comparedPercentiles)[number];

/** Changes below both of these are noise. */
const NOISE_SHARE = 0.1;
const NOISE_MS = 0.2;
/** How much of the steady phase may differ between runs that are alike. */
const STEADY_DIFFERENCE_MIN_MS = 1000;

type Change = "better" | "worse" | "same";

export interface ComparedValue {
  readonly before: number;
  readonly after: number;
  /** (after − before) ÷ before; null when before is 0. */
  readonly change: number | null;
  readonly mark: Change;
}

interface ComparedTrend {
  readonly metric: string;
  readonly percentiles: Readonly<Record<ComparedPercentile, ComparedValue>>;
}

interface ComparedCount {
  readonly name: string;
  readonly value: ComparedValue;
}

export interface LoadComparison {
  /** Metrics of durations that both runs have. */
  readonly trends: readonly ComparedTrend[];
  readonly counts: readonly ComparedCount[];
  /** Settings in which the runs differ, as `users 100 → 200`: then they do not compare well. */
  readonly differences: readonly string[];
  /** How many values became worse. */
  readonly worse: number;
}

const faults = [
  ["lost", "messages lost"],
  ["duplicated", "messages duplicated"],
  ["reordered", "messages reordered"],
  ["corrupted", "messages corrupted"],
  ["misdelivered", "messages misdelivered"],
  ["unacked", "messages unacked"],
  ["diverged", "devices diverged"],
  ["notInHistory", "messages not in history"],
  ["unreadWrong", "unread counts wrong"],
] as const satisfies readonly (readonly [keyof LoadResult["delivery"], string])[];

/** What is different in a later run. Uncorrected durations and the generator's own lag are left out. */
export function compareLoads(before: LoadResult, after: LoadResult): LoadComparison {
  const trends = Object.entries(after.metrics).flatMap(([metric, result]) => {
    const earlier = before.metrics[metric];
    if (!isCompared(metric) || result.type !== "trend" || earlier?.type !== "trend") return [];
    // Of other numbers than times nobody knows whether more is worse.
    if (containedIn(metric, result) !== "time") return [];
    return [comparedTrend(metric, earlier, result)];
  });
  const counts: ComparedCount[] = [
    { name: "messages acked a second", value: moreIsBetter(ackRate(before), ackRate(after)) },
    ...faults.map(([name, title]) => ({
      name: title,
      value: lessIsBetter(before.delivery[name], after.delivery[name]),
    })),
    { name: "read acks not told on", value: lessIsBetter(readsNotTold(before), readsNotTold(after)) },
    { name: "errors", value: lessIsBetter(countOf(before.metrics.errors), countOf(after.metrics.errors)) },
  ];
  const values = [
    ...trends.flatMap(({ percentiles }) => Object.values(percentiles)),
    ...counts.map(({ value }) => value),
  ];
  return {
    trends,
    counts,
    differences: differencesOf(before, after),
    worse: values.filter(({ mark }) => mark === "worse").length,
  };
}

function isCompared(metric: string): boolean {
  return !metric.includes("_uncorrected") && metric !== "event_loop_lag";
}

function comparedTrend(metric: string, before: TrendResult, after: TrendResult): ComparedTrend {
  const entries = comparedPercentiles.map((name) => [name, duration(before[name], after[name])] as const);
  return { metric, percentiles: Object.fromEntries(entries) as ComparedTrend["percentiles"] };
}

function duration(before: number, after: number): ComparedValue {
  const isNoise = Math.abs(after - before) < Math.max(NOISE_MS, NOISE_SHARE * before);
  return compared(before, after, isNoise ? "same" : after > before ? "worse" : "better");
}

/** Of faults each one counts. */
function lessIsBetter(before: number, after: number): ComparedValue {
  return compared(before, after, after === before ? "same" : after > before ? "worse" : "better");
}

function moreIsBetter(before: number, after: number): ComparedValue {
  const isNoise = Math.abs(after - before) <= NOISE_SHARE * before;
  return compared(before, after, isNoise ? "same" : after < before ? "worse" : "better");
}

function compared(before: number, after: number, mark: Change): ComparedValue {
  return { before, after, change: before === 0 ? null : (after - before) / before, mark };
}

function differencesOf(before: LoadResult, after: LoadResult): string[] {
  const settings = ["scenario", "users", "devicesPerUser", "rate"] as const;
  const different = settings.flatMap((name) => {
    const [one, other] = [before[name], after[name]];
    return one === other ? [] : [`${settingNames[name]} ${settingText(name, one)} → ${settingText(name, other)}`];
  });
  if (Math.abs(before.steadyMs - after.steadyMs) < STEADY_DIFFERENCE_MIN_MS) return different;
  return [...different, `steady phase ${seconds(before.steadyMs)} → ${seconds(after.steadyMs)}`];
}

const settingNames = { scenario: "scenario", users: "users", devicesPerUser: "devices a user", rate: "rate" } as const;

function settingText(name: keyof typeof settingNames, value: string | number | null): string {
  if (typeof value !== "number") return value ?? "none";
  return name === "rate" ? perSecond(value) : count(value);
}

/** How many times the value before, from which on that is said in place of percents. */
const TIMES_MIN = 10;

/** How much a value changed, without its direction: `59 %`, `×37`; empty when it was 0 before. */
export function changeText({ before, after, change }: ComparedValue): string {
  if (change === null) return "";
  const times = after / before;
  return times >= TIMES_MIN ? `×${count(times)}` : `${Math.abs(Math.round(change * 100))} %`;
}

function ackRate({ delivery, steadyMs }: LoadResult): number {
  return steadyMs === 0 ? 0 : (delivery.acked * 1000) / steadyMs;
}

function readsNotTold({ delivery }: LoadResult): number {
  return delivery.readsExpected - delivery.readsTold;
}

function countOf(metric: MetricResult | undefined): number {
  return metric?.type === "counter" ? metric.count : 0;
}
