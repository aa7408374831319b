import { useState } from "preact/hooks";
import type { LoadSeries } from "../../load/load-page-data.js";
import { clockText } from "./axes.js";
import type { ChartLine } from "./chart-line.js";
import type { Range } from "./plot.js";

interface SeriesTableProps {
  readonly title: string;
  readonly series: LoadSeries;
  readonly lines: readonly ChartLine[];
  readonly text: (value: number | null | undefined) => string;
  readonly range: Range | null;
}

/** A chart's numbers, of what it shows; made only when somebody asks. */
export function SeriesTable({ title, series, lines, text, range }: SeriesTableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="as-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>as a table</summary>
      {isOpen && (
        <section class="scroll" aria-label={`${title}, numbers`}>
          <table>
            <thead>
              <tr>
                <th scope="col">time</th>
                <th scope="col">phase</th>
                {lines.map((line) => (
                  <th scope="col" key={line.column}>
                    {line.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {series.atMs.map((atMs, index) =>
                isWithin(atMs / 1000, range) ? (
                  <tr key={atMs}>
                    <th scope="row">{clockText(atMs / 1000)}</th>
                    <td>{series.phase[index]}</td>
                    {lines.map(({ column }) => (
                      <td key={column}>{text(series.values[column][index])}</td>
                    ))}
                  </tr>
                ) : null,
              )}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}

function isWithin(second: number, range: Range | null): boolean {
  return range === null || (second >= range[0] && second <= range[1]);
}
