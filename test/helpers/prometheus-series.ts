/** A series as Prometheus would know it: `name{label="value",…}` with sorted labels → value. */
export type SeriesValues = ReadonlyMap<string, number>;

/** Reads the text exposition format, and throws at the first line that is none of it. */
export function parseExposition(text: string): {
  readonly types: ReadonlyMap<string, string>;
  readonly series: SeriesValues;
} {
  const types = new Map<string, string>();
  const series = new Map<string, number>();
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment?.[1] === "TYPE") types.set(comment[2] ?? "", comment[3] ?? "");
    if (comment !== null) continue;
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null) throw new Error(`not a sample: ${line}`);
    const labels: [string, string][] = [];
    let rest = sample[2] ?? "";
    while (rest !== "") {
      const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest);
      if (label === null) throw new Error(`not a label: ${rest}`);
      const value = (label[2] ?? "").replaceAll(/\\(.)/g, (_, escaped) => (escaped === "n" ? "\n" : escaped));
      labels.push([label[1] ?? "", value]);
      rest = rest.slice(label[0].length);
    }
    const key = seriesKey(sample[1] ?? "", labels);
    if (series.has(key)) throw new Error(`twice: ${key}`);
    series.set(key, Number(sample[3]));
  }
  return { types, series };
}

export function seriesKey(name: string, labels: readonly (readonly [string, string])[]): string {
  const sorted = [...labels].sort(([one], [other]) => (one < other ? -1 : 1));
  return `${name}{${sorted.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(",")}}`;
}
