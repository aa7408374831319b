import { containedIn } from "../runner/load/metrics/metric-content.js";
import type { MetricReading } from "../runner/load/metrics/metric-reading.js";
import type { Tags } from "../runner/load/metrics/metric-selector.js";
import { bucketBoundsMs } from "./latency-buckets.js";

/** Of OTLP's AggregationTemporality. */
const CUMULATIVE = 2;
/** UCUM's names for what k6 says a metric contains. */
const units = { time: "ms", data: "By", default: "1" } as const;

export interface OtlpMoment {
  readonly startMs: number;
  readonly timeMs: number;
  /** Version of this package. */
  readonly toolkit: string;
}

/** Metrics as OTLP's JSON (ExportMetricsServiceRequest): counters are sums, trends histograms in ms, all cumulative. */
export function otlpMessage(readings: readonly MetricReading[], tags: Tags, moment: OtlpMoment): string {
  const byName = new Map<string, MetricReading[]>();
  for (const reading of readings) byName.set(reading.name, [...(byName.get(reading.name) ?? []), reading]);
  const times = { startTimeUnixNano: nanoseconds(moment.startMs), timeUnixNano: nanoseconds(moment.timeMs) };
  const metrics = [...byName].map(([name, same]) => metricOf(name, same, tags, times));
  const resource = {
    attributes: attributesOf({ "service.name": "teamtalk-testkit", "service.version": moment.toolkit }),
    droppedAttributesCount: 0,
  };
  const scope = { name: "teamtalk-testkit", version: moment.toolkit };
  return JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] });
}

type Times = { readonly startTimeUnixNano: string; readonly timeUnixNano: string };

function metricOf(name: string, same: readonly MetricReading[], tags: Tags, times: Times) {
  const [first] = same as [MetricReading];
  const { type } = first;
  const dataPoints = same.flatMap((reading) => pointsOf(reading, tags, times));
  const head = { name, description: "", unit: units[containedIn(name, first)] };
  const sum = { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints };
  if (type === "trend") return { ...head, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
  return type === "gauge" ? { ...head, gauge: { dataPoints } } : { ...head, sum };
}

function pointsOf(reading: MetricReading, tags: Tags, times: Times): object[] {
  const attributes = attributesOf({ ...tags, ...reading.tags });
  switch (reading.type) {
    case "counter":
      return [{ attributes, ...times, asDouble: reading.count }];
    case "gauge":
      return [{ attributes, ...times, asDouble: reading.value }];
    // As k6 does: how often it was zero, and how often not.
    case "rate":
      return [
        { attributes: [...attributes, ...attributesOf({ condition: "nonzero" })], ...times, asDouble: reading.passes },
        { attributes: [...attributes, ...attributesOf({ condition: "zero" })], ...times, asDouble: reading.fails },
      ];
    case "trend": {
      const { histogram } = reading.trend;
      return [
        {
          attributes,
          // A bucket has its upper bound in it, and values are whole microseconds.
          bucketCounts: histogram.countsBetweenUs(bucketBoundsMs.map((ms) => ms * 1000 + 1)),
          explicitBounds: bucketBoundsMs,
          count: histogram.count,
          sum: histogram.sumUs / 1000,
          min: histogram.minUs / 1000,
          max: histogram.maxUs / 1000,
          ...times,
        },
      ];
    }
  }
}

function attributesOf(tags: Tags) {
  return Object.entries(tags).map(([key, value]) => ({ key, value: { stringValue: value } }));
}

/** Beyond what a number holds exactly, so a string. */
function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`;
}
