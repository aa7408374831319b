import type { ConformancePageData } from "../../conformance/conformance-page-data.js";
import { PeerText } from "../peer-text.js";
import { byGravity, gravest, looks } from "./verdict-looks.js";

interface MatrixProps extends ConformancePageData {
  readonly onChoose: (requirement: string) => void;
}

/** Requirements across, servers down, an area at a time. A cell has the gravest verdict of its cases, and lists them. */
export function Matrix({ runs, requirements, cases, onChoose }: MatrixProps) {
  const ids = Object.keys(requirements);
  const areas = [...new Set(ids.map((id) => id.split("-")[0] ?? id))];
  const used = byGravity.filter((verdict) =>
    cases.some(({ results }) => results.some((each) => each?.verdict === verdict)),
  );
  return (
    <>
      <p class="muted signs">
        {used.map((verdict) => (
          <span key={verdict}>
            <span class={`tag ${looks[verdict].tone}`}>{looks[verdict].sign}</span> {looks[verdict].word}
          </span>
        ))}
      </p>
      <div class="strips" id="matrix">
        {areas.map((area) => (
          <div class="strip" key={area}>
            <strong>{area}</strong>
            <div class="scroll">
              <table>
                <thead>
                  <tr>
                    {runs.length > 1 && (
                      <th scope="col">
                        <span hidden>server</span>
                      </th>
                    )}
                    {ids
                      .filter((id) => id.startsWith(`${area}-`))
                      .map((id) => (
                        <th scope="col" key={id}>
                          {id.slice(area.length + 1)}
                        </th>
                      ))}
                  </tr>
                </thead>
                <tbody>
                  {runs.map(({ name }, run) => (
                    <tr key={run}>
                      {runs.length > 1 && (
                        <th scope="row">
                          <PeerText>{name}</PeerText>
                        </th>
                      )}
                      {ids
                        .filter((id) => id.startsWith(`${area}-`))
                        .map((id) => (
                          <td key={id}>
                            <Cell {...{ id, run, cases, requirements, onChoose }} />
                          </td>
                        ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </div>
        ))}
      </div>
    </>
  );
}

interface CellProps extends Pick<MatrixProps, "cases" | "requirements" | "onChoose"> {
  readonly id: string;
  readonly run: number;
}

function Cell({ id, run, cases, requirements, onChoose }: CellProps) {
  const own = cases.filter((each) => each.requirements.includes(id)).map(({ results }) => results[run] ?? null);
  const verdict = gravest(own);
  const counts = byGravity.flatMap((each) => {
    const times = own.filter((result) => result?.verdict === each).length;
    return times === 0 ? [] : [`${times} ${looks[each].word}`];
  });
  const words = requirements[id]?.clauses.map(({ level, text }) => `${level.toUpperCase()} ${text}`).join("\n") ?? "";
  const label = `${id}: ${counts.join(", ") || "not run"}`;
  return (
    <button
      type="button"
      class={`cell ${verdict === undefined ? "" : looks[verdict].tone}`}
      title={`${label}\n${words}`}
      aria-label={label}
      onClick={() => {
        onChoose(id);
        document.getElementById("cases")?.scrollIntoView();
      }}
    >
      {verdict === undefined ? "" : looks[verdict].sign}
    </button>
  );
}
