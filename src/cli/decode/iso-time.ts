const NS_PER_SECOND = 1_000_000_000n;

// Captures have many PDUs in a second.
let lastSecond = -1;
let lastText = "";

/** ISO 8601 in UTC, to the microsecond, or to the nanosecond when the capture is that exact. */
export function isoTime(timeNs: bigint | undefined): string | null {
  if (timeNs === undefined) return null;
  const second = Number(timeNs / NS_PER_SECOND);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(second * 1000).toISOString().slice(0, 19);
  }
  const nanos = String(timeNs % NS_PER_SECOND).padStart(9, "0");
  return `${lastText}.${nanos.endsWith("000") ? nanos.slice(0, 6) : nanos}Z`;
}
