import { thresholdText } from "../../../load/threshold-text.js";
import type { LoadRun } from "../../load/load-page-data.js";
import { PeerText } from "../peer-text.js";
import { MetricName } from "./metric-name.js";

/** What must hold and whether it did; what did not comes first. */
export function Thresholds({ thresholds }: Pick<LoadRun, "thresholds">) {
  if (thresholds.length === 0) return null;
  const ordered = [...thresholds].sort((one, other) => Number(one.ok) - Number(other.ok));
  return (
    <section>
      <h2>Thresholds</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">metric</th>
              <th scope="col" class="text">
                must be
              </th>
              <th scope="col">was</th>
              <th scope="col">verdict</th>
            </tr>
          </thead>
          <tbody>
            {ordered.map((threshold) => (
              <tr key={`${threshold.metric} ${threshold.expression}`}>
                <th scope="row" class="mono">
                  <MetricName>{threshold.metric}</MetricName>
                </th>
                <td class="text mono">
                  <PeerText>{threshold.expression}</PeerText>
                </td>
                <td>{thresholdText(threshold)}</td>
                <td>
                  <span class={`tag ${threshold.ok ? "good" : "bad"}`}>{threshold.ok ? "held" : "not held"}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
