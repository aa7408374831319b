import { useCallback, useState } from "preact/hooks";
import { count, share } from "../../../load/quantity.js";
import type { LoadSeries, Mark } from "../../load/load-page-data.js";
import { clockText, latencyText } from "./axes.js";
import type { ChartLine } from "./chart-line.js";
import { HeatMap } from "./heat-map.js";
import { MarkList } from "./mark-list.js";
import type { Range } from "./plot.js";
import { TimeChart } from "./time-chart.js";

const rates: readonly ChartLine[] = [
  { column: "sentPerSecond", title: "sent", colour: 2 },
  { column: "ackedPerSecond", title: "acknowledged", colour: 3 },
  { column: "deliveredPerSecond", title: "delivered", colour: 1 },
];
const latencies: readonly ChartLine[] = [
  { column: "deliveryP50Ms", title: "delivery, median", colour: 1, isDashed: true },
  { column: "deliveryP99Ms", title: "delivery, p99", colour: 1 },
  { column: "ackP50Ms", title: "ack, median", colour: 2, isDashed: true },
  { column: "ackP99Ms", title: "ack, p99", colour: 2 },
];
const crowd: readonly ChartLine[] = [
  { column: "devicesOnline", title: "devices online", colour: 1 },
  { column: "users", title: "users online", colour: 3 },
];
const traffic: readonly ChartLine[] = [
  { column: "pdusSentPerSecond", title: "PDUs out", colour: 2 },
  { column: "pdusReceivedPerSecond", title: "PDUs in", colour: 1 },
];
const trouble: readonly ChartLine[] = [
  { column: "inFlight", title: "messages in flight", colour: 1 },
  { column: "errors", title: "errors so far", colour: 2 },
  { column: "duplicated", title: "duplicated so far", colour: 4 },
  { column: "reordered", title: "out of order so far", colour: 3 },
];
const busy: readonly ChartLine[] = [{ column: "busyShare", title: "generator busy", colour: 4 }];

interface TimeChartsProps {
  readonly series: LoadSeries;
  readonly marks: readonly Mark[];
}

/** How the run went, second by second, in charts that show the same stretch of it. */
export function TimeCharts({ series, marks }: TimeChartsProps) {
  const [range, setRange] = useState<Range | null>(null);
  const first = (series.atMs[0] ?? 0) / 1000;
  const last = (series.atMs.at(-1) ?? 0) / 1000;
  const chosen = useCallback((wanted: Range) => setRange(within(wanted, first, last)), [first, last]);
  if (series.atMs.length < 2) return null;
  const [from, to] = range ?? [first, last];
  const width = to - from;
  const isLatencyKnown = latencies.some(({ column }) => series.values[column].some((value) => value !== null));
  const common = { series, marks, range, onRange: chosen };
  return (
    <section id="time">
      <h2>Over time</h2>
      <fieldset class="bar sticky no-print" aria-label="What of the run the charts show">
        <button type="button" onClick={() => chosen([from + width / 4, to - width / 4])} aria-label="zoom in">
          +
        </button>
        <button
          type="button"
          onClick={() => chosen([from - width / 2, to + width / 2])}
          disabled={range === null}
          aria-label="zoom out"
        >
          −
        </button>
        <button
          type="button"
          onClick={() => chosen([from - width / 2, to - width / 2])}
          disabled={range === null}
          aria-label="earlier"
        >
          ←
        </button>
        <button
          type="button"
          onClick={() => chosen([from + width / 2, to + width / 2])}
          disabled={range === null}
          aria-label="later"
        >
          →
        </button>
        <button type="button" onClick={() => setRange(null)} disabled={range === null}>
          whole run
        </button>
        <span class="muted" role="status">
          {clockText(from)} to {clockText(to)}
          {series.secondsPerPoint > 1 && `, a point for each ${series.secondsPerPoint} s`}
        </span>
        <span class="muted end">drag over a chart to zoom</span>
      </fieldset>
      <MarkList marks={marks} />
      <TimeChart title="Messages a second" lines={rates} text={whole} hasMarkLabels {...common} />
      {isLatencyKnown && <TimeChart title="Latency" lines={latencies} text={latencyText} isLatency {...common} />}
      <HeatMap {...common} />
      <div class="pairs">
        <TimeChart title="Online" lines={crowd} text={whole} height={150} {...common} />
        <TimeChart title="PDUs a second" lines={traffic} text={whole} height={150} {...common} />
        <TimeChart title="Under way, and wrong" lines={trouble} text={whole} height={150} {...common} />
        <TimeChart title="Generator" lines={busy} text={part} height={150} {...common} />
      </div>
    </section>
  );
}

/** A stretch of the run's length or shorter, moved to where the run is, and at least two seconds long. */
function within([from, to]: Range, first: number, last: number): Range | null {
  const width = Math.max(2, to - from);
  if (width >= last - first) return null;
  const start = Math.min(Math.max(from, first), last - width);
  return [start, start + width];
}

function whole(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : count(value);
}

function part(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : share(value);
}
