import { useCallback, useMemo } from "preact/hooks";
import type uPlot from "uplot";
import type { LoadSeries, Mark } from "../../load/load-page-data.js";
import { clockText, decades, latencyAxis, timeAxis, valueAxis } from "./axes.js";
import type { ChartLine } from "./chart-line.js";
import { legendMarkers, legendText } from "./legend.js";
import { marksPlugin } from "./marks-plugin.js";
import { Plot, type Range } from "./plot.js";
import { SeriesTable } from "./series-table.js";
import { colour } from "./theme.js";

interface TimeChartProps {
  readonly title: string;
  readonly series: LoadSeries;
  readonly marks: readonly Mark[];
  readonly lines: readonly ChartLine[];
  readonly text: (value: number | null | undefined) => string;
  readonly isLatency?: boolean;
  readonly hasMarkLabels?: boolean;
  readonly height?: number;
  readonly range: Range | null;
  readonly onRange: (range: Range) => void;
}

const SYNC = "time";
/** Right of a time chart, so that the label of its last moment is whole. */
export const LAST_LABEL_PX = 22;

/** Lines over the time of the run. A drag over it chooses what all charts show. */
export function TimeChart(props: TimeChartProps) {
  const { title, series, marks, lines, text, isLatency = false, hasMarkLabels = false, height = 190 } = props;
  const { range, onRange } = props;
  const data = useMemo(
    (): uPlot.AlignedData => [
      series.atMs.map((ms) => ms / 1000),
      ...lines.map(({ column }) => series.values[column].map((value) => (isLatency && value === 0 ? null : value))),
    ],
    [series, lines, isLatency],
  );
  const options = useCallback(
    (): Omit<uPlot.Options, "width" | "height"> => ({
      scales: {
        x: { time: false },
        y: isLatency
          ? { distr: 3, range: (_, min, max) => decades(min, max) }
          : { range: (_, __, max) => [0, Math.max(1, max * 1.06)] },
      },
      axes: [timeAxis(), isLatency ? latencyAxis() : valueAxis(text)],
      series: [
        { label: "time", value: (_, value) => (value === null ? "" : clockText(value)) },
        ...lines.map(
          (line): uPlot.Series => ({
            label: line.title,
            stroke: colour(`series-${line.colour}`),
            width: 1.5,
            ...(line.isDashed ? { dash: [5, 4] } : {}),
            points: { show: series.atMs.length < 3 },
            value: (_, value, __, index) => legendText(value, index, text),
          }),
        ),
      ],
      cursor: { sync: { key: SYNC }, drag: { setScale: false, x: true, y: false }, points: { size: 6 } },
      legend: { live: true, markers: legendMarkers },
      padding: [hasMarkLabels ? 18 : 8, LAST_LABEL_PX, 0, 0],
      hooks: { setSelect: [(plot) => chooseRange(plot, onRange)] },
      plugins: [marksPlugin(marks, hasMarkLabels)],
    }),
    [series, lines, marks, text, isLatency, hasMarkLabels, onRange],
  );
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>
      </figcaption>
      <Plot
        label={`${title} over time: ${lines.map((line) => line.title).join(", ")}`}
        {...{ height, data, options, range }}
      />
      <SeriesTable {...{ title, series, lines, text, range }} />
    </figure>
  );
}

/** What the reader drew over becomes the range of all charts. */
export function chooseRange(plot: uPlot, onRange: (range: Range) => void): void {
  const { left, width } = plot.select;
  if (width < 4) return;
  const from = plot.posToVal(left, "x");
  const to = plot.posToVal(left + width, "x");
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onRange([from, to]);
}
