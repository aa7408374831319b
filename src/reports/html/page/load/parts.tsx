import { stepWords } from "../../../load/find-max-lines.js";
import { ownMetricTexts } from "../../../load/own-metric-texts.js";
import { count, seconds } from "../../../load/quantity.js";
import type { LoadRun } from "../../load/load-page-data.js";
import { PeerText } from "../peer-text.js";

/** What the scenarios of a file did, how their checks held, its own metrics, and the steps of a search for the highest rate. */
export function Parts({ run: { parts, checks, metrics } }: { readonly run: LoadRun }) {
  if (parts.length === 0 && checks.length === 0) return null;
  const own = ownMetricTexts(metrics);
  return (
    <section id="parts">
      <h2>Scenarios and checks</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">scenario</th>
              <th scope="col" class="text">
                executor
              </th>
              <th scope="col">virtual users</th>
              <th scope="col">iterations</th>
              <th scope="col">failed</th>
              <th scope="col">interrupted</th>
              <th scope="col">dropped</th>
            </tr>
          </thead>
          <tbody>
            {parts.map(({ name, executor, vusMax, iterations, failed, interrupted, dropped }) => (
              <tr key={name}>
                <th scope="row">
                  <PeerText>{name}</PeerText>
                </th>
                <td class="text">{executor}</td>
                <td>{count(vusMax)}</td>
                <td>{count(iterations)}</td>
                <td class={failed > 0 ? "bad" : ""}>{count(failed)}</td>
                <td>{count(interrupted)}</td>
                <td>{count(dropped)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {checks.length > 0 && (
        <table>
          <caption>
            <br />
            Checks
          </caption>
          <tbody>
            {checks.map(({ name, passes, fails }) => (
              <tr key={name} class={fails > 0 ? "bad" : ""}>
                <th scope="row">
                  <PeerText>{name}</PeerText>
                </th>
                <td>
                  {count(passes)} of {count(passes + fails)} held
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {own.length > 0 && (
        <table>
          <caption>
            <br />
            Own metrics
          </caption>
          <tbody>
            {own.map(({ name, text }) => (
              <tr key={name}>
                <th scope="row">
                  <PeerText>{name}</PeerText>
                </th>
                <td>{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {parts.map(({ name, findMax }) => (findMax === null ? null : <Search key={name} search={findMax} />))}
    </section>
  );
}

function Search({ search }: { readonly search: NonNullable<LoadRun["parts"][number]["findMax"]> }) {
  const { ratePerSecond, endedBy, steps } = search;
  const found = ratePerSecond === null ? "No rate held" : `Highest rate that held: ${count(ratePerSecond)}/s`;
  return (
    <div class="scroll">
      <table>
        <caption>
          <br />
          {endedBy === "merge" ? "One segment's part of a search" : `${found} (ended by: ${endedBy})`}
        </caption>
        <thead>
          <tr>
            <th scope="col">rate</th>
            <th scope="col">happened</th>
            <th scope="col">from</th>
            <th scope="col">took</th>
            <th scope="col">verdict</th>
            <th scope="col" class="text">
              condition
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step.startedAtMs}>
              <th scope="row">{count(step.ratePerSecond)}/s</th>
              <td>{count(step.achievedPerSecond)}/s</td>
              <td>{seconds(step.startedAtMs)}</td>
              <td>{seconds(step.durationMs)}</td>
              <td>
                <span class={`tag ${step.ok ? "good" : "bad"}`}>{step.ok ? "held" : "not held"}</span>
              </td>
              <td class="text wrap">
                <PeerText>{stepWords(step)}</PeerText>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
