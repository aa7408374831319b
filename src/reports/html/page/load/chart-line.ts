import type { SeriesColumn } from "../../load/load-page-data.js";

export interface ChartLine {
  readonly column: SeriesColumn;
  readonly title: string;
  readonly colour: 1 | 2 | 3 | 4;
  readonly isDashed?: boolean;
}
