import { useCallback, useMemo, useState } from "preact/hooks";
import uPlot from "uplot";
import type { PercentileCurve } from "../../load/load-page-data.js";
import { PeerText } from "../peer-text.js";
import { axis, decades, latencyAxis, latencyText } from "./axes.js";
import { legendMarkers, legendText } from "./legend.js";
import { fullMetricName } from "./metric-names.js";
import { Plot } from "./plot.js";
import { colour } from "./theme.js";

interface PercentileChartProps {
  readonly curves: readonly PercentileCurve[];
  /** Those of an earlier run, dashed. */
  readonly before: readonly PercentileCurve[];
}

const HEIGHT = 300;
/** Below it every other tick has no room. */
const NARROW_PX = 500;
const lines: Readonly<Record<string, 1 | 2 | 3 | 4>> = {
  msg_delivery_duration: 1,
  group_delivery_duration: 4,
  msg_ack_duration: 2,
  login_duration: 3,
};
const ticks = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999];

/** Latency by percentile, as HdrHistogram draws it: each step to the right is a tenth of what was left. */
export function PercentileChart({ curves, before }: PercentileChartProps) {
  const [isUncorrected, setUncorrected] = useState(false);
  const shown = useMemo(() => {
    const sending = curves.filter(({ metric }) => metric.endsWith("_uncorrected"));
    const dashed = isUncorrected ? sending : before.filter(({ metric }) => !metric.endsWith("_uncorrected"));
    return [...curves.flatMap((curve) => lineOf(curve, false)), ...dashed.flatMap((curve) => lineOf(curve, true))];
  }, [curves, before, isUncorrected]);
  const data = useMemo(() => joined(shown.map(({ points }) => points)), [shown]);
  const options = useCallback((): Omit<uPlot.Options, "width" | "height"> => {
    const dashedWord = isUncorrected ? "from its sending" : "before";
    return {
      scales: {
        x: { time: false, distr: 3, range: (_, min, max) => [Math.max(1, min), max] },
        y: { distr: 3, range: (_, min, max) => decades(min, max) },
      },
      axes: [
        axis({
          splits: ({ width }) =>
            (width < NARROW_PX ? ticks.filter((_, index) => index % 2 === 0) : ticks).map(
              (percent) => 100 / (100 - percent),
            ),
          values: (_, splits) => splits.map((value) => percentText(value)),
          filter: (_, splits) => splits,
          size: 30,
        }),
        latencyAxis(),
      ],
      series: [
        { label: "percentile", value: (_, value) => (value === null ? "" : percentText(value)) },
        ...shown.map(
          ({ name, line, isDashed }): uPlot.Series => ({
            label: isDashed ? `${name}, ${dashedWord}` : name,
            stroke: colour(`series-${line}`),
            width: 1.75,
            spanGaps: true,
            ...(isDashed ? { dash: [5, 4] } : {}),
            points: { show: false },
            value: (_, value, __, index) => legendText(value, index, latencyText),
          }),
        ),
      ],
      cursor: { drag: { x: false, y: false } },
      legend: { markers: legendMarkers },
      padding: [8, 24, 0, 0],
    };
  }, [shown, isUncorrected]);
  if (shown.length === 0) return null;
  return (
    <figure id="percentiles">
      <figcaption>
        <strong>By percentile</strong>
        <button
          type="button"
          class="no-print"
          aria-pressed={isUncorrected}
          onClick={() => setUncorrected(!isUncorrected)}
        >
          from sending, too
        </button>
      </figcaption>
      <Plot
        label={`Latency by percentile: ${shown.map(({ name }) => name).join(", ")}. The table below has its main points`}
        height={HEIGHT}
        data={data}
        options={options}
      />
      <CurveTable curves={curves} />
    </figure>
  );
}

function lineOf({ metric, points }: PercentileCurve, isDashed: boolean) {
  const base = metric.replace(/_uncorrected$/, "");
  const line = lines[base];
  const wanted = isDashed || metric === base;
  return line === undefined || !wanted || points.length === 0
    ? []
    : [{ name: fullMetricName(base), line, points, isDashed }];
}

/** On one x axis: 1 ÷ what is left above the percentile. The greatest value stands where one step more would be. */
function joined(all: readonly PercentileCurve["points"][]): uPlot.AlignedData {
  const tables = all.map((points): uPlot.AlignedData => {
    const last = points.at(-2)?.[0] ?? 0;
    const xs = points.map(([percent]) => (percent < 100 ? 100 / (100 - percent) : (100 / (100 - last)) * 2 ** 0.2));
    return [xs, points.map(([, ms]) => Math.max(0.01, ms))];
  });
  return tables.length === 0 ? [[]] : uPlot.join(tables);
}

/** `50 %`, `99.9 %`: as many digits as tell it from 100. */
function percentText(x: number): string {
  const percent = 100 - 100 / x;
  const digits = Math.max(0, Math.ceil(Math.log10(x) - 1.5));
  return `${Number(percent.toFixed(digits))} %`;
}

function CurveTable({ curves }: { readonly curves: readonly PercentileCurve[] }) {
  const rows = ticks.filter((percent) => curves.some(({ points }) => (points.at(-2)?.[0] ?? 0) >= percent));
  const at = ({ points }: PercentileCurve, percent: number) => points.find(([point]) => point >= percent - 1e-9)?.[1];
  return (
    <details class="as-table">
      <summary>as a table</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">at most</th>
              {curves.map(({ metric }) => (
                <th scope="col" key={metric}>
                  <PeerText>{fullMetricName(metric)}</PeerText>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...rows, 100].map((percent) => (
              <tr key={percent}>
                <th scope="row">{percent} % within</th>
                {curves.map((curve) => (
                  <td key={curve.metric}>{latencyText(at(curve, percent))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
