import { type ComparedValue, changeText, comparedPercentiles } from "../../../load/compare-loads.js";
import { count, duration } from "../../../load/quantity.js";
import type { LoadPageData } from "../../load/load-page-data.js";
import { dateText } from "../date-text.js";
import { PeerText } from "../peer-text.js";
import { fullMetricName, inOrder } from "./metric-names.js";

const titles = { p50: "p50", p90: "p90", p99: "p99", p999: "p99.9" } as const;

/** What is different from an earlier run; what became worse stands out. */
export function Comparison({ startedAt, comparison }: NonNullable<LoadPageData["before"]>) {
  const { trends, counts, differences, worse } = comparison;
  const byName = new Map(trends.map((trend) => [trend.metric, trend]));
  const counted = counts.filter(({ value }) => value.before !== 0 || value.after !== 0);
  return (
    <section id="comparison">
      <h2>Compared with the run of {dateText(startedAt)}</h2>
      <p class="verdict">
        <strong class={`badge ${worse > 0 ? "bad" : "good"}`}>
          {worse > 0 ? `${count(worse)} WORSE` : "NOT WORSE"}
        </strong>
        <span class="muted">red became worse, green better; changes below a tenth, or 0.2 ms, are not marked</span>
      </p>
      {differences.length > 0 && (
        <p class="verdict">
          <strong class="badge doubt">NOT ALIKE</strong>
          <span>
            <PeerText>{differences.join("; ")}</PeerText>
          </span>
        </p>
      )}
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">metric</th>
              {comparedPercentiles.map((name) => (
                <th scope="col" key={name} colSpan={2}>
                  {titles[name]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {inOrder([...byName.keys()]).map((metric) => (
              <tr key={metric}>
                <th scope="row" title={metric}>
                  <PeerText>{fullMetricName(metric)}</PeerText>
                </th>
                {comparedPercentiles.map((name) => {
                  const value = byName.get(metric)?.percentiles[name];
                  return value === undefined ? null : <Cells key={name} value={value} text={duration} />;
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <table>
          <tbody>
            {counted.map(({ name, value }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <Cells value={value} text={count} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface CellsProps {
  readonly value: ComparedValue;
  readonly text: (value: number) => string;
}

/** Colour is not all that tells what became worse: an arrow points where the number went. */
function Cells({ value, text }: CellsProps) {
  const { before, after, mark } = value;
  const tone = { better: "good", worse: "bad", same: "muted" }[mark];
  const arrow = mark === "same" ? "" : after > before ? "▲ " : "▼ ";
  return (
    <>
      <td>
        <span class="muted">{text(before)} →</span> {text(after)}
      </td>
      <td class={`change ${tone}`} title={mark} data-mark={mark}>
        {arrow}
        {changeText(value)}
        {mark !== "same" && <span class="unseen"> {mark}</span>}
      </td>
    </>
  );
}
