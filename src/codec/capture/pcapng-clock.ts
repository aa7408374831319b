/** The two halves of a pcapng timestamp → whole seconds since 1970 and nanoseconds. */
export type PcapngClock = (high: number, low: number) => { readonly seconds: number; readonly nanos: number };

const Option = { endOfOptions: 0, timestampResolution: 9, timestampOffset: 14 } as const;
const MICROSECOND_EXPONENT = 6;
const NANOSECOND_EXPONENT = 9;
const NANOS_PER_SECOND = 1_000_000_000n;
const RESOLUTION_IS_BINARY = 0x80;
/** The last second that a Date can hold; a time beyond it is a broken file's. */
const SECONDS_MAX = 8_640_000_000_000;
const unknownTime = { seconds: -1, nanos: 0 } as const;

/** The clock that an interface's options, `bytes[at, end)`, describe: if_tsresol and if_tsoffset. */
export function pcapngClock(bytes: Buffer, at: number, end: number, littleEndian: boolean): PcapngClock {
  let resolution = MICROSECOND_EXPONENT;
  let offsetSeconds = 0;
  for (let next = at; next + 4 <= end; ) {
    const code = littleEndian ? bytes.readUInt16LE(next) : bytes.readUInt16BE(next);
    const length = littleEndian ? bytes.readUInt16LE(next + 2) : bytes.readUInt16BE(next + 2);
    const value = next + 4;
    if (code === Option.endOfOptions || value + length > end) break;
    if (code === Option.timestampResolution && length >= 1) resolution = bytes.readUInt8(value);
    if (code === Option.timestampOffset && length >= 8) {
      offsetSeconds = Number(littleEndian ? bytes.readBigInt64LE(value) : bytes.readBigInt64BE(value));
    }
    next = value + length + (-length & 3);
  }
  if ((resolution & RESOLUTION_IS_BINARY) !== 0) return exactClock(2n ** BigInt(resolution & 0x7f), offsetSeconds);
  if (resolution <= NANOSECOND_EXPONENT) return decimalClock(resolution, offsetSeconds);
  return exactClock(10n ** BigInt(resolution), offsetSeconds);
}

/** Long division by 16-bit digits: exact without big integers, for the resolutions that real captures have. Hot. */
function decimalClock(exponent: number, offsetSeconds: number): PcapngClock {
  const ticksPerSecond = 10 ** exponent;
  const nanosPerTick = 10 ** (NANOSECOND_EXPONENT - exponent);
  return (high, low) => {
    let seconds = Math.floor(high / ticksPerSecond);
    let remainder = high % ticksPerSecond;
    remainder = remainder * 0x10000 + (low >>> 16);
    seconds = seconds * 0x10000 + Math.floor(remainder / ticksPerSecond);
    remainder = (remainder % ticksPerSecond) * 0x10000 + (low & 0xffff);
    seconds = seconds * 0x10000 + Math.floor(remainder / ticksPerSecond);
    return checked(seconds + offsetSeconds, (remainder % ticksPerSecond) * nanosPerTick);
  };
}

function exactClock(ticksPerSecond: bigint, offsetSeconds: number): PcapngClock {
  return (high, low) => {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    const nanos = ((ticks % ticksPerSecond) * NANOS_PER_SECOND) / ticksPerSecond;
    return checked(Number(ticks / ticksPerSecond) + offsetSeconds, Number(nanos));
  };
}

function checked(seconds: number, nanos: number): { readonly seconds: number; readonly nanos: number } {
  return seconds >= 0 && seconds <= SECONDS_MAX ? { seconds, nanos } : unknownTime;
}
