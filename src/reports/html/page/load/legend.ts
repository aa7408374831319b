import type uPlot from "uplot";

/** Dashed lines have dashed markers: colour alone would not tell them from their whole ones. */
export const legendMarkers: uPlot.Legend.Markers = {
  fill: (plot, index) => {
    const { stroke, dash } = plot.series[index] ?? {};
    const colour = String(typeof stroke === "function" ? stroke(plot, index) : stroke);
    return dash === undefined ? colour : `repeating-linear-gradient(90deg, ${colour} 0 4px, transparent 4px 6px)`;
  },
  width: 0,
};

/** Only what the pointer is at has a value: `index` is null when it is nowhere. */
export function legendText(value: number | null, index: number | null, text: (value: number | null) => string): string {
  return index === null ? "" : text(value);
}
