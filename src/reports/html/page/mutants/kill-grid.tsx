import type { MutantMatrix } from "../../../mutants/mutant-matrix.js";
import { PeerText } from "../peer-text.js";
import { killCells } from "./kill-cells.js";

interface KillGridProps {
  readonly matrix: MutantMatrix;
  /** Rows and columns with these words; empty = all. */
  readonly words: string;
}

/** Mutants down, cases across; cases that kill none are left out. */
export function KillGrid({ matrix: { mutants, cases, kills }, words }: KillGridProps) {
  const killers = new Set(Object.values(kills).flat());
  const named = ({ id, breaks = [] }: MutantMatrix["mutants"][number]) =>
    [id, ...breaks].join(" ").toLowerCase().includes(words);
  const wantedCases = cases.filter(({ id }) => killers.has(id) && id.toLowerCase().includes(words));
  const rows = mutants.filter((each) => named(each) || wantedCases.some(({ id }) => kills[each.id]?.includes(id)));
  const ofRows = new Set(rows.flatMap(({ id }) => kills[id] ?? []));
  const columns = cases.filter(
    ({ id }) => ofRows.has(id) && (wantedCases.some((each) => each.id === id) || rows.some(named)),
  );
  if (rows.length === 0) return <p class="muted">No mutant and no case is like that.</p>;
  return (
    <>
      <KillTable {...{ rows, columns, kills }} all={mutants.length} />
      <KillList {...{ rows, kills }} />
    </>
  );
}

interface Killed {
  readonly rows: MutantMatrix["mutants"];
  readonly kills: MutantMatrix["kills"];
}

function KillTable({
  rows,
  columns,
  kills,
  all,
}: Killed & { readonly columns: MutantMatrix["cases"]; readonly all: number }) {
  const ids = columns.map(({ id }) => id);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: not every browser lets keys scroll what they do not reach
    <section class="grid" aria-label="Mutants and cases" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              {rows.length} of {all}
            </th>
            <th scope="col">killed by</th>
            {columns.map(({ id }) => (
              <th scope="col" key={id}>
                <span>
                  <PeerText>{id}</PeerText>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, breaks = [] }) => {
            const killedBy = new Set(kills[id] ?? []);
            return (
              <tr key={id}>
                <th scope="row" title={breaks.join(", ")}>
                  <PeerText>{id}</PeerText>
                </th>
                <td class={killedBy.size === 0 ? "bad" : "muted"}>{killedBy.size}</td>
                {killCells(ids, killedBy).map((cell, at) =>
                  "killer" in cell ? (
                    <td key={at} class="kill" title={`${cell.killer} kills ${id}`}>
                      ●
                    </td>
                  ) : (
                    <td key={at} colSpan={cell.gap} />
                  ),
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The same in words, for paper and phones, which have no room for the grid. */
function KillList({ rows, kills }: Killed) {
  return (
    <dl class="kill-list">
      {rows.map(({ id, breaks = [] }) => (
        <div key={id}>
          <dt>
            <PeerText>{id}</PeerText> <span class="muted">{breaks.join(", ")}</span>
          </dt>
          <dd class={(kills[id] ?? []).length === 0 ? "bad" : "muted"}>
            <PeerText>{(kills[id] ?? []).join(", ") || "no case finds it"}</PeerText>
          </dd>
        </div>
      ))}
    </dl>
  );
}
