import type { Contains } from "../../runner/load/metrics/metric-content.js";

/** Numbers as people read them, the same on every machine. */

/** `12,345` */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `600/s`, `3.6/s` */
export function perSecond(rate: number): string {
  return `${Number(rate.toFixed(2))}/s`;
}

/** `0.42 ms`, `3.1 ms`, `120 ms`, `2.50 s` */
export function duration(ms: number): string {
  // Of what is left after rounding, so that nothing reads 1000 ms.
  if (ms < 0.995) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  return ms < 999.5 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** A number of a metric, as what the metric contains: `3.1 ms`, `4.3 kB`, `12,345`, `0.250312`. */
export function quantity(value: number, contains: Contains): string {
  if (contains === "time") return duration(value);
  if (contains === "data") return size(value);
  // Six significant digits are plenty.
  return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6)));
}

/** A number of a trend, of which three digits are known: `3.1 ms`, `12.3`, `1,235`. */
export function trendText(value: number, contains: Contains): string {
  if (contains !== "default") return quantity(value, contains);
  return value >= 999.5 ? count(value) : String(Number(value.toPrecision(3)));
}

/** `15.0 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `812 B`, `4.3 kB`, `120.5 MB` */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"] as const;
  let value = bytes;
  let unit = 0;
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `34 %` */
export function share(part: number): string {
  return `${Math.round(part * 100)} %`;
}
