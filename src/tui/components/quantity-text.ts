/** Numbers as views show them: short, and with as few changes of width as can be. */

/** `12,345`; from a million on `1.2M`. */
export function countText(value: number): string {
  if (value >= 999_500) return shortCount(value);
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `850`, `1.2k`, `12k`, `1.2M`: for axes. */
export function shortCount(value: number): string {
  const units = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const;
  const unit = units.find(([size]) => value >= size * 0.9995);
  if (unit === undefined) return value < 10 && value % 1 !== 0 ? value.toFixed(1) : value.toFixed(0);
  const scaled = value / unit[0];
  return `${scaled < 9.95 && scaled % 1 !== 0 ? scaled.toFixed(1) : scaled.toFixed(0)}${unit[1]}`;
}

/** `0.42 ms`, `3.1 ms`, `120 ms`, `2.50 s`; `-` for none. */
export function durationText(ms: number | null): string {
  if (ms === null) return "-";
  if (ms < 0.995) return `${ms.toFixed(2)} ms`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  return ms < 999.5 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** `0:07`, `12:34`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** ` 34 %`: three columns of digits. */
export function shareText(share: number): string {
  return `${String(Math.round(share * 100)).padStart(3)} %`;
}
