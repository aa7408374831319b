import { containedIn } from "../../../../runner/load/metrics/metric-content.js";
import { count, trendText } from "../../../load/quantity.js";
import type { LoadRun, PageMetric, PercentileCurve } from "../../load/load-page-data.js";
import { PeerText } from "../peer-text.js";
import { inOrder, metricName } from "./metric-names.js";
import { PercentileChart } from "./percentile-chart.js";

interface LatencyProps {
  readonly run: LoadRun;
  readonly curves: readonly PercentileCurve[];
  readonly before: readonly PercentileCurve[];
}

const columns = ["min", "avg", "p50", "p90", "p95", "p99", "p999", "max"] as const;
const titles: Readonly<Record<(typeof columns)[number], string>> = {
  min: "min",
  avg: "mean",
  p50: "p50",
  p90: "p90",
  p95: "p95",
  p99: "p99",
  p999: "p99.9",
  max: "max",
};

/** How long things took: the curve that shows the tail, and the numbers by command. */
export function Latency({ run, curves, before }: LatencyProps) {
  const trends = inOrder(Object.keys(run.metrics)).flatMap((name) => {
    const metric = run.metrics[name];
    return metric?.type === "trend" ? [{ name, metric }] : [];
  });
  if (trends.length === 0) return null;
  return (
    <section>
      <h2>Latency</h2>
      <PercentileChart curves={curves} before={before} />
      <h3>By what was done</h3>
      <p class="muted">
        From the moment it was meant to happen, so that a server that stalls is charged for what could not be sent
        meanwhile; “from its sending” leaves that out.
      </p>
      <div class="scroll">
        <table id="latencies">
          <thead>
            <tr>
              <th scope="col">
                <span class="muted">command</span>
              </th>
              <th scope="col">count</th>
              {columns.map((column) => (
                <th scope="col" key={column}>
                  {titles[column]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {trends.map(({ name, metric }) => (
              <Row key={name} name={name} metric={metric} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ name, metric }: { readonly name: string; readonly metric: Extract<PageMetric, { type: "trend" }> }) {
  const { name: title, isSub } = metricName(name);
  const contains = containedIn(name, metric);
  return (
    <tr class={isSub ? "sub" : ""} data-metric={name}>
      <th scope="row" title={name}>
        <PeerText>{title}</PeerText>
      </th>
      <td>{count(metric.count)}</td>
      {columns.map((column) => (
        <td key={column}>{trendText(metric[column], contains)}</td>
      ))}
    </tr>
  );
}
