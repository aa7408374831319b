import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { count } from "../../../load/quantity.js";
import type { LoadSeries, Mark } from "../../load/load-page-data.js";
import { clockText, latencyAxis, shortDuration, timeAxis } from "./axes.js";
import { marksPlugin } from "./marks-plugin.js";
import { Plot, type Range } from "./plot.js";
import { colour } from "./theme.js";
import { chooseRange, LAST_LABEL_PX } from "./time-chart.js";

interface HeatMapProps {
  readonly series: LoadSeries;
  readonly marks: readonly Mark[];
  readonly range: Range | null;
  readonly onRange: (range: Range) => void;
}

const HEIGHT = 220;
/** What one value in a cell looks like, so that outliers are seen. */
const ALPHA_MIN = 0.14;

/** How latency spread in each second: the stronger the colour, the more. */
export function HeatMap({ series, marks, range, onRange }: HeatMapProps) {
  const kinds = { deliveries: series.deliveryCounts, acks: series.ackCounts };
  const [kind, setKind] = useState<keyof typeof kinds>(isEmpty(kinds.deliveries) ? "acks" : "deliveries");
  const [hint, setHint] = useState("");
  const counts = kinds[kind];
  const shown = useRef("");
  const bounds = series.latencyBoundsMs;
  const data = useMemo(
    (): uPlot.AlignedData => [series.atMs.map((ms) => ms / 1000), series.atMs.map(() => null)],
    [series],
  );
  const options = useCallback((): Omit<uPlot.Options, "width" | "height"> => {
    const rows = rowsUsed(counts);
    const low = lowerBound(bounds, rows[0]);
    const high = upperBound(bounds, rows[1]);
    const most = Math.max(1, ...counts.flat());
    return {
      scales: { x: { time: false }, y: { distr: 3, range: () => [low, high] } },
      axes: [timeAxis(), latencyAxis()],
      series: [{}, { show: true, points: { show: false } }],
      cursor: { sync: { key: "time" }, drag: { setScale: false, x: true, y: false }, points: { show: false } },
      legend: { show: false },
      padding: [8, LAST_LABEL_PX, 0, 0],
      hooks: {
        setSelect: [(plot) => chooseRange(plot, onRange)],
        setCursor: [
          (plot) => {
            const text = cellText(plot, series, counts);
            if (text === shown.current) return;
            shown.current = text;
            setHint(text);
          },
        ],
        draw: [(plot) => drawCells(plot, series, counts, most)],
      },
      plugins: [marksPlugin(marks, false)],
    };
  }, [series, counts, bounds, marks, onRange]);
  if (isEmpty(series.deliveryCounts) && isEmpty(series.ackCounts)) return null;
  return (
    <figure id="heat-map">
      <figcaption>
        <strong>Latency of each second’s {kind}</strong>
        <span class="bar no-print">
          {(["deliveries", "acks"] as const).map((each) => (
            <button
              type="button"
              key={each}
              aria-pressed={each === kind}
              disabled={isEmpty(kinds[each])}
              onClick={() => setKind(each)}
            >
              {each}
            </button>
          ))}
        </span>
      </figcaption>
      <Plot
        label={`Heat map of the latency of ${kind}: time across, latency upwards, stronger where there were more`}
        height={HEIGHT}
        {...{ data, options, range }}
      />
      <div class="hint">{hint || "the stronger the colour, the more took so long"}</div>
      <HeatTable bounds={bounds} counts={counts} kind={kind} />
    </figure>
  );
}

/** The map's rows over the whole run. */
function HeatTable(props: {
  readonly bounds: readonly number[];
  readonly counts: LoadSeries["ackCounts"];
  readonly kind: string;
}) {
  const { bounds, counts, kind } = props;
  const [first, last] = rowsUsed(counts);
  const rows = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return (
    <details class="as-table">
      <summary>as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">latency</th>
            <th scope="col">{kind} in the whole run</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">{rowText(bounds, row)}</th>
              <td>{count(counts.reduce((sum, second) => sum + (second[row] ?? 0), 0))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function drawCells(plot: uPlot, series: LoadSeries, counts: LoadSeries["ackCounts"], most: number): void {
  const { ctx, bbox } = plot;
  const heat = colour("heat");
  const { atMs, secondsPerPoint, latencyBoundsMs } = series;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const x = (ms: number) => Math.round(plot.valToPos(ms / 1000, "x", true));
  const y = (ms: number) => Math.round(plot.valToPos(ms, "y", true));
  for (const [index, rows] of counts.entries()) {
    const toMs = atMs[index] ?? 0;
    const fromMs = atMs[index - 1] ?? toMs - secondsPerPoint * 1000;
    for (const [row, value] of rows.entries()) {
      if (value === 0) continue;
      const alpha = ALPHA_MIN + (1 - ALPHA_MIN) * (Math.log(value) / Math.max(1, Math.log(most)));
      ctx.fillStyle = `rgb(${heat} / ${alpha.toFixed(3)})`;
      const top = y(upperBound(latencyBoundsMs, row));
      const left = x(fromMs);
      const gap = uPlot.pxRatio;
      const width = Math.max(1, x(toMs) - left - (x(toMs) - left > 6 * gap ? gap : 0));
      ctx.fillRect(left, top, width, Math.max(1, y(lowerBound(latencyBoundsMs, row)) - top - gap));
    }
  }
  ctx.restore();
}

function cellText(plot: uPlot, series: LoadSeries, counts: LoadSeries["ackCounts"]): string {
  const { left = -1, top = -1 } = plot.cursor;
  if (left < 0 || top < 0) return "";
  const ms = plot.posToVal(left, "x") * 1000;
  const index = series.atMs.findIndex((atMs) => ms <= atMs);
  const latency = plot.posToVal(top, "y");
  const row = series.latencyBoundsMs.filter((bound) => bound <= latency).length;
  const value = counts[index]?.[row] ?? 0;
  return index < 0
    ? ""
    : `${clockText((series.atMs[index] ?? 0) / 1000)}, ${rowText(series.latencyBoundsMs, row)}: ${count(value)}`;
}

function rowText(bounds: readonly number[], row: number): string {
  const [low, high] = [bounds[row - 1], bounds[row]];
  if (low === undefined) return `below ${shortDuration(high ?? 0)}`;
  return high === undefined ? `${shortDuration(low)} and more` : `${shortDuration(low)} to ${shortDuration(high)}`;
}

function isEmpty(counts: LoadSeries["ackCounts"]): boolean {
  return counts.every((rows) => rows.length === 0);
}

function rowsUsed(counts: LoadSeries["ackCounts"]): [first: number, last: number] {
  const used = counts.flatMap((rows) => rows.flatMap((value, row) => (value > 0 ? [row] : [])));
  return used.length === 0 ? [0, 1] : [used.reduce((a, b) => Math.min(a, b)), used.reduce((a, b) => Math.max(a, b))];
}

function lowerBound(bounds: readonly number[], row: number): number {
  return bounds[row - 1] ?? (bounds[0] ?? 0.1) / 1.5;
}

function upperBound(bounds: readonly number[], row: number): number {
  return bounds[row] ?? (bounds.at(-1) ?? 1) * 1.5;
}
