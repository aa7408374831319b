/** Cells of a row: a dot beneath a case, or nothing beneath so many cases. */
export type KillCell = { readonly killer: string } | { readonly gap: number };

/** What browsers take for the span of a cell. */
const SPAN_MAX = 1000;

/** A row of the grid without a cell for each case that did not find the mutant: hundreds of rows have hundreds of those. */
export function killCells(columns: readonly string[], killedBy: ReadonlySet<string>): KillCell[] {
  const cells: KillCell[] = [];
  let gap = 0;
  const endGap = () => {
    for (; gap > 0; gap -= SPAN_MAX) cells.push({ gap: Math.min(gap, SPAN_MAX) });
    gap = 0;
  };
  for (const id of columns) {
    if (!killedBy.has(id)) gap++;
    else {
      endGap();
      cells.push({ killer: id });
    }
  }
  endGap();
  return cells;
}
