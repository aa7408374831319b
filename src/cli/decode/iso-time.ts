const NS_PER_MS = 1_000_000n;

/** ISO 8601 in UTC, to the microsecond, or to the nanosecond when the capture is that exact. */
export function isoTime(timeNs: bigint | undefined): string | null {
  if (timeNs === undefined) return null;
  const seconds = new Date(Number(timeNs / NS_PER_MS)).toISOString().slice(0, 19);
  const nanos = String(timeNs % 1_000_000_000n).padStart(9, "0");
  return `${seconds}.${nanos.endsWith("000") ? nanos.slice(0, 6) : nanos}Z`;
}
