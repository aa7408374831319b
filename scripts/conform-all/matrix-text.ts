import { type Cell, profiles, rowName } from "./cells.js";

const GAP = "  ";

/** A row for each thing that was judged, a column for each profile. */
export function matrixText(outcomes: ReadonlyMap<Cell, string>): string {
  const rows = new Map<string, Map<string, string>>();
  for (const [cell, outcome] of outcomes) {
    const name = rowName(cell);
    const row = rows.get(name) ?? new Map<string, string>();
    rows.set(name, row.set(cell.profile, outcome));
  }
  const table = [
    ["", ...profiles],
    ...[...rows].map(([name, row]) => [name, ...profiles.map((profile) => row.get(profile) ?? "—")]),
  ];
  const widths = ["", ...profiles].map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  return table
    .map(
      (row) =>
        `${row
          .map((text, at) => text.padEnd(widths[at] ?? 0))
          .join(GAP)
          .trimEnd()}\n`,
    )
    .join("");
}
