import { count, duration, share, size } from "../../../load/quantity.js";
import type { LoadRun, PageMetric } from "../../load/load-page-data.js";
import { PeerText } from "../peer-text.js";

/** What the numbers rest on: how the generator did, where it ran, and what else was counted. */
export function Generator({ run }: { readonly run: LoadRun }) {
  const { health, environment, metrics } = run;
  const counters = Object.entries(metrics).filter(([, metric]) => metric.type !== "trend");
  return (
    <section>
      <h2>Generator and traffic</h2>
      <div class="columns">
        <div>
          <table>
            <caption>{run.processes > 1 ? "Generators" : "Generator"}, in the steady phase</caption>
            <tbody>
              <Fact name={run.processes > 1 ? "the busiest" : "busy"}>{`${share(health.busyShare)} of a core`}</Fact>
              <Fact name="late, 99 of 100">{duration(health.eventLoopLagP99Ms)}</Fact>
              <Fact name="acts done">{count(health.iterations)}</Fact>
              <Fact name="planned acts dropped">{count(health.droppedIterations)}</Fact>
            </tbody>
          </table>
          {environment !== null && (
            <table>
              <caption>
                <br />
                Environment
              </caption>
              <tbody>
                <Fact name="teamtalk-testkit">{environment.toolkit}</Fact>
                <Fact name="Node.js">{environment.node}</Fact>
                <Fact name="system">{environment.system}</Fact>
                <Fact name="processor">{`${environment.cpus} × ${environment.cpuModel}`}</Fact>
                <Fact name="memory">{size(environment.memoryBytes)}</Fact>
              </tbody>
            </table>
          )}
        </div>
        <table>
          <caption>Counted</caption>
          <thead>
            <tr>
              <th scope="col">metric</th>
              <th scope="col">count</th>
              <th scope="col">a second</th>
            </tr>
          </thead>
          <tbody>
            {counters.map(([name, metric]) => (
              <tr key={name}>
                <th scope="row" class="mono">
                  <PeerText>{name}</PeerText>
                </th>
                <td>{valueText(name, metric)}</td>
                <td>{metric.type === "counter" ? amount(name, metric.rate) : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function valueText(name: string, metric: PageMetric): string {
  switch (metric.type) {
    case "gauge":
      return `${highest(name, metric.max)} at most`;
    case "rate":
      return `${share(metric.rate)} of ${count(metric.passes + metric.fails)}`;
    default:
      return amount(name, metric.count);
  }
}

/** A share of a core, or of what a script measures, is not always a whole number. */
function highest(name: string, value: number): string {
  if (name === "generator_busy") return share(value);
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(4)));
}

function amount(name: string, value: number): string {
  return name.startsWith("bytes_") ? size(Math.round(value)) : count(value);
}

function Fact({ name, children }: { readonly name: string; readonly children: string | readonly string[] }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="wrap">
        <PeerText>{[children].flat().join("")}</PeerText>
      </td>
    </tr>
  );
}
