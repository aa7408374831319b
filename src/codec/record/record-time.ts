const FRACTION_DIGITS = 9;

/** A record's time for people: local, or in UTC with a Z; to the last digit that the capture has. */
export function timeText(isoTime: string, isUtc: boolean): string {
  if (isUtc) return isoTime.replace("T", " ");
  const date = new Date(Date.parse(isoTime));
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${fractionOf(isoTime)}`;
}

/** How much later one time is than another, in seconds: `+0.000031`. Negative where a capture is out of order. */
export function deltaText(isoTime: string, before: string): string {
  const nanos = nanosOf(isoTime) - nanosOf(before);
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % 1_000_000_000n).padStart(FRACTION_DIGITS, "0");
  return `${nanos < 0n ? "-" : "+"}${size / 1_000_000_000n}.${fraction.replace(/000$/, "")}`;
}

function nanosOf(isoTime: string): bigint {
  const wholeSeconds = Date.parse(`${isoTime.slice(0, 19)}Z`) / 1000;
  return BigInt(wholeSeconds) * 1_000_000_000n + BigInt(fractionOf(isoTime).padEnd(FRACTION_DIGITS, "0"));
}

function fractionOf(isoTime: string): string {
  return /\.(\d{1,9})/.exec(isoTime)?.[1] ?? "0";
}
