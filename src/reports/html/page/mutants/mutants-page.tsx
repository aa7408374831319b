import { useState } from "preact/hooks";
import { idleCases, type MutantMatrix, survivors } from "../../../mutants/mutant-matrix.js";
import { PeerText } from "../peer-text.js";
import { KillGrid } from "./kill-grid.js";

/** Whether the suite finds what is wrong: faults that were planted, and the cases that found them. */
export function MutantsPage(matrix: MutantMatrix) {
  const [words, setWords] = useState("");
  const alive = survivors(matrix);
  const idle = idleCases(matrix);
  const explained = idle.filter(({ reason }) => reason !== null);
  const unexplained = idle.filter(({ reason }) => reason === null);
  return (
    <>
      <header>
        <h1>Mutants</h1>
        <p class="verdict">
          <strong class={`badge ${alive.length > 0 ? "bad" : "good"}`}>
            {alive.length > 0 ? `${alive.length} SURVIVE` : "ALL KILLED"}
          </strong>
          <span>
            each mutant is a reference cluster with one fault; it is killed when a case of the suite fails for it
          </span>
        </p>
      </header>
      <dl class="numbers">
        <Figure title="mutants killed" value={matrix.mutants.length - alive.length} of={matrix.mutants.length} />
        <Figure title="cases that kill one" value={matrix.cases.length - idle.length} of={matrix.cases.length} />
        <Figure title="cases that kill none, without a reason" value={unexplained.length} />
      </dl>
      {alive.length > 0 && (
        <section>
          <h2>Survivors</h2>
          <ul>
            {alive.map((id) => (
              <li key={id} class="bad">
                <PeerText>{id}</PeerText>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>Mutants and the cases that kill them</h2>
        <search class="bar sticky no-print">
          <span class="grow">
            <input
              type="search"
              placeholder="mutant, case or requirement"
              aria-label="Mutants and cases with these words"
              value={words}
              onInput={(event) => setWords(event.currentTarget.value)}
            />
          </span>
        </search>
        <KillGrid matrix={matrix} words={words.trim().toLowerCase()} />
      </section>
      {idle.length > 0 && (
        <section>
          <h2>Cases that kill none</h2>
          {explained.length > 0 && (
            <table>
              <tbody>
                {explained.map(({ id, reason }) => (
                  <tr key={id}>
                    <th scope="row" class="mono">
                      <PeerText>{id}</PeerText>
                    </th>
                    <td class="text">
                      <PeerText>{reason ?? ""}</PeerText>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {unexplained.length > 0 && (
            <>
              <h3 class="bad">No reason given</h3>
              <ul class="names mono">
                {unexplained.map(({ id }) => (
                  <li key={id}>
                    <PeerText>{id}</PeerText>
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
      )}
    </>
  );
}

function Figure({ title, value, of }: { readonly title: string; readonly value: number; readonly of?: number }) {
  return (
    <div class="number">
      <dt>{title}</dt>
      <dd>
        <span class="value">{value}</span> {of !== undefined && <span class="unit">of {of}</span>}
      </dd>
    </div>
  );
}
