const steps = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * The last values as a line of small bars, a column each, the newest at the right. From 0 to the largest of them, or to `max`;
 * where there is no value there is a blank.
 */
export function sparkline(values: readonly (number | undefined)[], columns: number, max?: number): string {
  const shown = values.slice(-columns);
  const top = max ?? Math.max(0, ...shown.map((value) => value ?? 0));
  const bars = shown.map((value) => {
    if (value === undefined || !Number.isFinite(value)) return " ";
    const step = top <= 0 ? 0 : Math.round((value / top) * (steps.length - 1));
    return steps[Math.max(0, Math.min(steps.length - 1, step))];
  });
  return bars.join("").padStart(columns);
}
