import { Histogram } from "../metrics/histogram.js";
import type { Trend } from "../metrics/metrics.js";

/** A histogram in full; `hdr` is HdrHistogram's V2, compressed, base64, of microseconds. */
export interface TrendState {
  readonly count: number;
  readonly sumUs: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly hdr: string;
}

export function trendState({ histogram }: Trend): TrendState {
  const { count, sumUs, minUs, maxUs } = histogram;
  return { count, sumUs, minUs, maxUs, hdr: histogram.toHdrBase64() };
}

/** @throws RangeError for a histogram that is none */
export function addTrendState(trend: Trend, { hdr, ...facts }: TrendState): void {
  trend.histogram.merge(Histogram.fromHdrBase64(hdr, facts));
}
