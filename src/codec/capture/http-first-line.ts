const firstBytes: ReadonlySet<number> = new Set(Buffer.from("GPHDO"));
const firstLine = /^(?:(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH) \S|HTTP\/1\.[01] \d{3})[^\r\n]*/;
const firstLineSizeMax = 256;

/**
 * The first line of an HTTP request or response that begins at `bytes[start]`, cut to 256 characters. No PDU begins like one:
 * as a length its first bytes would be more than a gigabyte.
 */
export function httpFirstLine(bytes: Buffer, start: number, end: number): string | undefined {
  if (end <= start || !firstBytes.has(bytes[start] ?? 0)) return undefined;
  return firstLine.exec(bytes.toString("latin1", start, Math.min(end, start + firstLineSizeMax)))?.[0];
}
