import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { isDark, useThemeChanges } from "./theme.js";

interface PlotProps {
  /** What it shows, in words, for who cannot see it. */
  readonly label: string;
  readonly height: number;
  readonly data: uPlot.AlignedData;
  /** Made anew when colours change. */
  readonly options: () => Omit<uPlot.Options, "width" | "height">;
  /** What of the x axis is shown; null = all. */
  readonly range?: Range | null;
}
export type Range = readonly [from: number, to: number];

/** A uPlot canvas as wide as its place. */
export function Plot({ label, height, data, options, range = null }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const themeChanges = useThemeChanges();
  const latest = useRef(range);
  latest.current = range;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a canvas keeps the colours that it was drawn with
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot({ ...options(), width: element.clientWidth, height }, data, element);
    plot.current = made;
    // Printers may ask no script to draw again: page.css must know what there is to turn around.
    element.dataset.drawn = isDark() ? "dark" : "light";
    show(made, latest.current);
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, [data, options, height, themeChanges]);

  useEffect(() => {
    if (plot.current !== undefined) show(plot.current, range);
  }, [range]);

  return <div ref={place} class="plot" role="img" aria-label={label} />;
}

function show(plot: uPlot, range: Range | null): void {
  const xs = plot.data[0];
  const [min, max] = range ?? [xs[0] ?? 0, xs[xs.length - 1] ?? 1];
  plot.setScale("x", { min, max });
}
