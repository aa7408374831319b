import type { Style, Theme } from "../theme.js";
import { cut, fitted, widthOf } from "./fit-text.js";

interface PlotSeries {
  readonly name: string;
  /** One for each moment, oldest first; `undefined` where there is none. All series have as many. */
  readonly values: readonly (number | undefined)[];
  readonly style?: Style;
}

export interface PlotOptions {
  readonly series: readonly PlotSeries[];
  readonly width: number;
  /** Lines of the whole plot. */
  readonly height: number;
  readonly theme: Theme;
  /** A value as the axis and the names say it: `12 ms`. */
  readonly format: (value: number) => string;
  /** A line across at this value. */
  readonly limit?: number;
  /** The axis' upper end; otherwise a round number above all values. */
  readonly max?: number;
}

const DOTS_ACROSS = 2;
const DOTS_DOWN = 4;
const BRAILLE = 0x2800;
/** Bits of a braille character by column and row of its dots. */
const dots = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/**
 * Values over time as lines of braille dots, two moments a column, from 0 upwards: the axis at the left, and at the right each
 * series' name and newest value, in its colour, near where its line ends. More moments than dots: the largest of those that
 * share a dot is shown, so that no peak is lost.
 */
export function plotLines(options: PlotOptions): string[] {
  const { series, width, height, theme, format, limit } = options;
  if (height <= 0) return [];
  const largest = Math.max(0, limit ?? 0, ...series.flatMap(({ values }) => values.filter(isNumber)));
  const max = options.max ?? roundAbove(largest);
  const labels = axisLabels(max, height, format);
  const names = series.map(({ name, values }) => {
    const last = values.findLast(isNumber);
    return `${name} ${last === undefined ? "-" : format(last)}`;
  });
  const axisWidth = Math.max(...labels.map(widthOf));
  const nameWidth = Math.min(Math.floor(width / 2), Math.max(0, ...names.map(widthOf)));
  const columns = Math.max(1, width - axisWidth - nameWidth - 2);
  const canvas = new Canvas(columns, height, max);
  if (limit !== undefined) canvas.across(limit, theme.bad);
  series.forEach(({ values, style }, at) => {
    canvas.line(values, style ?? styleOf(theme, at));
  });
  const newest = series.map(({ values }) => values.findLast(isNumber) ?? 0);
  const namesAt = inOrderOf(
    newest,
    placed(
      newest.map((value) => canvas.rowOf(value)),
      height,
    ),
  );
  return Array.from({ length: height }, (_, row) => {
    const at = namesAt.indexOf(row);
    const name = at < 0 ? "" : (series[at]?.style ?? styleOf(theme, at))(cut(names[at] ?? "", nameWidth));
    const axis = theme.dim(`${fitted(labels[row] ?? "", axisWidth, "right")}${labels[row] === "" ? "│" : "┤"}`);
    return `${axis}${canvas.text(row)} ${fitted(name, nameWidth)}`;
  });
}

class Canvas {
  readonly #bits: Uint8Array;
  readonly #styles: (Style | undefined)[];

  constructor(
    private readonly columns: number,
    private readonly height: number,
    private readonly max: number,
  ) {
    this.#bits = new Uint8Array(columns * height);
    this.#styles = new Array(columns * height);
  }

  rowOf(value: number): number {
    return Math.floor(this.#dotRow(value) / DOTS_DOWN);
  }

  /** Values spread over the width; few of them begin at the left and take two dots a moment at most. */
  line(values: readonly (number | undefined)[], style: Style): void {
    const across = this.columns * DOTS_ACROSS;
    let before: number | undefined;
    for (let x = 0; x < across; x++) {
      const value = largestOf(values, (x * values.length) / across, ((x + 1) * values.length) / across);
      const y = value === undefined ? undefined : this.#dotRow(value);
      if (y !== undefined) for (const each of span(before ?? y, y)) this.#dot(x, each, style);
      before = y;
    }
  }

  across(value: number, style: Style): void {
    if (value > this.max) return;
    const y = this.#dotRow(value);
    for (let x = 0; x < this.columns * DOTS_ACROSS; x += 2) this.#dot(x, y, style);
  }

  /** A line of the canvas, each run of one colour styled at once. */
  text(row: number): string {
    let text = "";
    let run = "";
    let runStyle: Style | undefined;
    for (let column = 0; column < this.columns; column++) {
      const at = row * this.columns + column;
      const bits = this.#bits[at] ?? 0;
      const style = this.#styles[at];
      if (style !== runStyle) {
        text += runStyle === undefined ? run : runStyle(run);
        run = "";
        runStyle = style;
      }
      run += bits === 0 ? " " : String.fromCharCode(BRAILLE + bits);
    }
    return text + (runStyle === undefined ? run : runStyle(run));
  }

  #dotRow(value: number): number {
    const last = this.height * DOTS_DOWN - 1;
    const share = this.max <= 0 ? 0 : Math.max(0, Math.min(1, value / this.max));
    return last - Math.round(share * last);
  }

  #dot(x: number, y: number, style: Style): void {
    const at = Math.floor(y / DOTS_DOWN) * this.columns + Math.floor(x / DOTS_ACROSS);
    this.#bits[at] = (this.#bits[at] ?? 0) | (dots[x % DOTS_ACROSS]?.[y % DOTS_DOWN] ?? 0);
    this.#styles[at] = style;
  }
}

function styleOf(theme: Theme, at: number): Style {
  return theme.series[at % theme.series.length] ?? theme.accent;
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

/** The largest value of a stretch of moments; of a stretch shorter than one, that moment's. */
function largestOf(values: readonly (number | undefined)[], from: number, to: number): number | undefined {
  const stretch = values.slice(Math.floor(from), Math.max(Math.floor(from) + 1, Math.floor(to))).filter(isNumber);
  return stretch.length === 0 ? undefined : Math.max(...stretch);
}

function span(from: number, to: number): number[] {
  const [low, high] = from < to ? [from, to] : [to, from];
  return Array.from({ length: high - low + 1 }, (_, each) => low + each);
}

/** 1, 2 or 5 times a power of ten, not below the value. */
function roundAbove(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

/** The upper end at the top, 0 at the bottom, and the middle where there is room. */
function axisLabels(max: number, height: number, format: (value: number) => string): string[] {
  return Array.from({ length: height }, (_, row) => {
    if (row === 0) return format(max);
    if (row === height - 1) return format(0);
    return height >= 5 && row === (height - 1) / 2 ? format(max / 2) : "";
  });
}

/** A row for each name, as near as possible to the one that it wants: none is shown over another. */
function placed(wanted: readonly number[], height: number): number[] {
  const taken = new Set<number>();
  return wanted.map((row) => {
    const free = Array.from({ length: height }, (_, at) => at)
      .filter((at) => !taken.has(at))
      .sort((a, b) => Math.abs(a - row) - Math.abs(b - row))[0];
    if (free !== undefined) taken.add(free);
    return free ?? -1;
  });
}

/** The same rows, the larger value above the smaller; names without a row stay without. */
function inOrderOf(values: readonly number[], rows: readonly number[]): number[] {
  const shown = [...rows.keys()].filter((at) => (rows[at] ?? -1) >= 0);
  const downwards = shown.map((at) => rows[at] ?? -1).sort((a, b) => a - b);
  const ordered = [...rows];
  for (const [place, at] of shown.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0)).entries()) {
    ordered[at] = downwards[place] ?? -1;
  }
  return ordered;
}
