import type uPlot from "uplot";
import { duration } from "../../../load/quantity.js";
import { colour } from "./theme.js";

const FONT = "12px system-ui, sans-serif";

/** Axes of one look. */
export function axis(more: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: colour("muted"),
    font: FONT,
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    ...more,
  };
}

/** Left of every chart, so that one moment stands on one line through all of them. */
const Y_AXIS_SIZE = 66;

/** 0.001, 0.002, 0.005, 0.01 … 5 million millions: no halves, which rounding would name as their neighbours. */
const VALUE_STEPS = Array.from({ length: 16 }, (_, power) =>
  [1, 2, 5].map((digit) => digit * 10 ** (power - 3)),
).flat();

/** Named as the values are, in steps that the names tell from each other. */
export function valueAxis(text: (value: number) => string): uPlot.Axis {
  return axis({
    size: Y_AXIS_SIZE,
    values: (_, splits) => splits.map(text),
    incrs: VALUE_STEPS.filter((step) => new Set([text(0), text(step), text(2 * step)]).size === 3),
  });
}

/** Logarithmic; only the powers of ten are named. */
export function latencyAxis(): uPlot.Axis {
  return axis({
    size: Y_AXIS_SIZE,
    grid: {
      stroke: colour("line"),
      width: 1,
      filter: (_, splits) => splits.map((value) => (isPowerOfTen(value) ? value : null)),
    },
    values: (_, splits) => splits.map((value) => (isPowerOfTen(value) ? shortDuration(value) : "")),
  });
}

function isPowerOfTen(value: number): boolean {
  return Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;
}

/** `0.1 ms`, `100 ms`, `10 s`: a power of ten without digits that say nothing. */
export function shortDuration(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

/** Between two times that are named: none as short that two would be named alike. */
const TIME_STEPS_SECONDS = [
  0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400,
];

/** Seconds since the beginning, as `12 s` or `2:05`. */
export function timeAxis(): uPlot.Axis {
  return axis({ values: (_, splits) => splits.map(clockText), size: 30, incrs: TIME_STEPS_SECONDS });
}

export function clockText(seconds: number): string {
  const whole = Math.round(seconds * 10) / 10;
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const rest = Math.floor(whole % 60)
    .toString()
    .padStart(2, "0");
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${(minutes % 60).toString().padStart(2, "0")}:${rest}`;
}

export function latencyText(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? "–" : duration(ms);
}

/** A range of a logarithmic axis that shows whole decades around what there is. */
export function decades(min: number | null, max: number | null): [number, number] {
  const low = 10 ** Math.floor(Math.log10(Math.max(0.01, min ?? 0.1)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(0.02, max ?? 1)) - 1e-9);
  return [low, high > low ? high : low * 10];
}
