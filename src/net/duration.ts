const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y;

/** Reads `15s`, `500ms`, `2m`, `1m30s`, `1.5h`, `1d12h` as milliseconds. `undefined` when it is none of these. */
export function parseDuration(text: string): number | undefined {
  let durationMs = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return undefined;
    durationMs += Number(part[1]) * (unitsMs[part[2] as string] as number);
  }
  return text === "" ? undefined : durationMs;
}
