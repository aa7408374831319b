import type { LoadPhase, RecordedSecond } from "../../../runner/load/load-event.js";
import type { DeliveryWitness, LoadResult, WitnessPdu } from "../../../runner/load/load-result.js";
import type { MetricResult, TrendResult } from "../../../runner/load/metrics/metrics.js";
import { compareLoads, type LoadComparison } from "../../load/compare-loads.js";
import { hdrPercentiles, type PercentilePoint } from "../../load/hdr-percentiles.js";
import { perSecond } from "../../load/quantity.js";
import { type AnnotatedBytes, Annotations } from "../annotations.js";

/** Points of each chart, at most: a longer run has several seconds in one. */
const POINTS_MAX = 900;
/** Of all witnesses' PDUs together; the JSON report has the others'. */
const HEX_MAX_CHARS = 200_000;

const columns = [
  "users",
  "devicesOnline",
  "sentPerSecond",
  "ackedPerSecond",
  "deliveredPerSecond",
  "pdusSentPerSecond",
  "pdusReceivedPerSecond",
  "ackP50Ms",
  "ackP99Ms",
  "deliveryP50Ms",
  "deliveryP99Ms",
  "inFlight",
  "duplicated",
  "reordered",
  "corrupted",
  "misdelivered",
  "errors",
  "busyShare",
] as const satisfies readonly (keyof RecordedSecond)[];
export type SeriesColumn = (typeof columns)[number];

/** A moment that charts show. */
export interface Mark {
  readonly atMs: number;
  readonly text: string;
  /** Somebody, or the scenario, gave the moment this name; otherwise it follows from the plan. */
  readonly isTag: boolean;
}

export interface LoadSeries {
  /** Seconds of the run in a point: rates are their mean, latencies their greatest, counts their last. */
  readonly secondsPerPoint: number;
  readonly atMs: readonly number[];
  readonly phase: readonly LoadPhase[];
  readonly values: Readonly<Record<SeriesColumn, readonly (number | null)[]>>;
  /** Rows of the heat maps: below the first bound, from each on to the next, from the last on. */
  readonly latencyBoundsMs: readonly number[];
  readonly ackCounts: readonly (readonly number[])[];
  readonly deliveryCounts: readonly (readonly number[])[];
}

export interface PercentileCurve {
  readonly metric: string;
  readonly points: readonly PercentilePoint[];
}

export type PageMetric = Omit<TrendResult, "hdr"> | Exclude<MetricResult, TrendResult>;

export interface PageWitness extends Omit<DeliveryWitness, "pdus"> {
  readonly pdus: readonly (WitnessPdu & { readonly fields: readonly AnnotatedBytes[] | null })[];
}

export interface LoadRun
  extends Omit<
    LoadResult,
    "series" | "latencyBoundsMs" | "metrics" | "marks" | "setupData" | "summaryTrends" | "witnesses"
  > {
  readonly metrics: Readonly<Record<string, PageMetric>>;
  readonly witnesses: readonly PageWitness[];
}

/** What the page of a load run shows. */
export interface LoadPageData {
  readonly run: LoadRun;
  readonly marks: readonly Mark[];
  readonly series: LoadSeries;
  readonly curves: readonly PercentileCurve[];
  /** An earlier run that this one is compared with. */
  readonly before: {
    readonly startedAt: string;
    readonly curves: readonly PercentileCurve[];
    readonly comparison: LoadComparison;
  } | null;
}

export function loadPageData(result: LoadResult, before: LoadResult | null): LoadPageData {
  const { series, latencyBoundsMs, metrics, marks: _, setupData: __, summaryTrends: ___, witnesses, ...facts } = result;
  const annotations = new Annotations();
  let hexLeft = HEX_MAX_CHARS;
  const shown = (pdu: WitnessPdu) => {
    const hex = hexLeft >= pdu.hex.length ? pdu.hex : "";
    hexLeft -= hex.length;
    return { ...pdu, hex, fields: hex === "" ? null : annotations.of(hex, pdu.length) };
  };
  return {
    run: {
      ...facts,
      witnesses: witnesses.map(({ pdus, ...witness }) => ({ ...witness, pdus: pdus.map(shown) })),
      metrics: Object.fromEntries(Object.entries(metrics).map(([name, { ...metric }]) => [name, withoutHdr(metric)])),
    },
    marks: marksOf(result),
    series: seriesOf(series, latencyBoundsMs),
    curves: curvesOf(result),
    before:
      before === null
        ? null
        : { startedAt: before.startedAt, curves: curvesOf(before), comparison: compareLoads(before, result) },
  };
}

function withoutHdr(metric: LoadResult["metrics"][string]): PageMetric {
  if (metric.type !== "trend") return metric;
  const { hdr: _, ...rest } = metric;
  return rest;
}

const curveMetrics = [
  "msg_ack_duration",
  "msg_ack_duration_uncorrected",
  "msg_delivery_duration",
  "msg_delivery_duration_uncorrected",
  "group_delivery_duration",
  "group_delivery_duration_uncorrected",
  "login_duration",
  "pull_duration",
];

function curvesOf({ metrics }: LoadResult): PercentileCurve[] {
  return curveMetrics.flatMap((metric) => {
    const result = metrics[metric];
    return result?.type === "trend" ? [{ metric, points: hdrPercentiles(result.hdr) }] : [];
  });
}

/** Where phases begin and stages end, what was tagged, and what ended the run; in order. */
function marksOf({ series, rampUpMs, stages, interrupted, abortedBy, steadyMs, marks: tags }: LoadResult): Mark[] {
  const marks: Mark[] = tags.map(({ atMs, label }) => ({ atMs, text: label, isTag: true }));
  let endMs = rampUpMs;
  for (const { durationMs, actsPerSecond } of stages) {
    marks.push({ atMs: endMs, text: `→ ${perSecond(actsPerSecond)}`, isTag: false });
    endMs += durationMs;
  }
  if (stages.length === 0 && steadyMs > 0) marks.push({ atMs: rampUpMs, text: "steady", isTag: false });
  if (steadyMs > 0)
    marks.push({
      atMs: rampUpMs + steadyMs,
      text: abortedBy ?? (interrupted ? "interrupted" : "drain"),
      isTag: false,
    });
  const lastMs = series.at(-1)?.atMs ?? 0;
  return marks.filter(({ atMs }) => atMs <= lastMs).sort((a, b) => a.atMs - b.atMs);
}

function seriesOf(series: readonly RecordedSecond[], latencyBoundsMs: readonly number[]): LoadSeries {
  const secondsPerPoint = Math.max(1, Math.ceil(series.length / POINTS_MAX));
  const parts = Array.from({ length: Math.ceil(series.length / secondsPerPoint) }, (_, index) =>
    series.slice(index * secondsPerPoint, (index + 1) * secondsPerPoint),
  );
  const values = columns.map((column) => [column, parts.map((part) => together(column, part))] as const);
  const last = parts.map((part) => part.at(-1) as RecordedSecond);
  return {
    secondsPerPoint,
    atMs: last.map(({ atMs }) => atMs),
    phase: last.map(({ phase }) => phase),
    values: Object.fromEntries(values) as Record<SeriesColumn, (number | null)[]>,
    latencyBoundsMs,
    ackCounts: parts.map((part) => sums(part.map(({ ackCounts }) => ackCounts))),
    deliveryCounts: parts.map((part) => sums(part.map(({ deliveryCounts }) => deliveryCounts))),
  };
}

function together(column: SeriesColumn, part: readonly RecordedSecond[]): number | null {
  const present = part.map((second) => second[column]).filter((value) => value !== null);
  const last = present.at(-1);
  if (last === undefined || present.length === 1) return last ?? null;
  if (column.endsWith("Ms")) return Math.max(...present);
  if (!column.endsWith("PerSecond") && column !== "busyShare") return last;
  return Math.round((1000 * present.reduce((sum, value) => sum + value, 0)) / present.length) / 1000;
}

function sums(rows: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length }, (_, index) => rows.reduce((sum, row) => sum + (row[index] ?? 0), 0));
}
