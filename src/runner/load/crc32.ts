const POLYNOMIAL = 0xedb88320;
const SLICES = 8;

/** Of each byte, when so many bytes as the slice's number follow it within the step. One after the other. */
const tables = new Int32Array(SLICES * 256);
for (let byte = 0; byte < 256; byte++) {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  tables[byte] = rest;
}
for (let at = 256; at < tables.length; at++) {
  const before = tables[at - 256] as number;
  tables[at] = (before >>> 8) ^ (tables[before & 0xff] as number);
}

/**
 * Hot: the CRC-32 of the bytes from `start` to `end`, as zlib's, eight bytes a step, so that no byte waits for the one
 * before. For the length of a message this is faster than a native call.
 */
export function crc32Of(bytes: DataView, start: number, end: number): number {
  let rest = -1;
  let at = start;
  for (; at + SLICES <= end; at += SLICES) {
    const low = rest ^ bytes.getInt32(at, true);
    const high = bytes.getInt32(at + 4, true);
    rest =
      (tables[0x700 | (low & 0xff)] as number) ^
      (tables[0x600 | ((low >>> 8) & 0xff)] as number) ^
      (tables[0x500 | ((low >>> 16) & 0xff)] as number) ^
      (tables[0x400 | (low >>> 24)] as number) ^
      (tables[0x300 | (high & 0xff)] as number) ^
      (tables[0x200 | ((high >>> 8) & 0xff)] as number) ^
      (tables[0x100 | ((high >>> 16) & 0xff)] as number) ^
      (tables[high >>> 24] as number);
  }
  for (; at < end; at++) rest = (rest >>> 8) ^ (tables[(rest ^ bytes.getUint8(at)) & 0xff] as number);
  return ~rest >>> 0;
}
