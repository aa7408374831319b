/** Fields of a body read in place, without decoding it. Of a field that is there twice the last counts, as in protobuf. */

let cursor = 0;

/** Value of a uint32 or enum field of `buffer[start, end)`; -1 when it is not there, or the body is broken before it. Hot. */
export function peekNumber(buffer: Buffer, start: number, end: number, field: number): number {
  const tag = field * 8;
  let value = -1;
  for (let at = start; at < end; at = cursor) {
    const found = readVarint(buffer, at, end);
    if (found < 0) break;
    if (found === tag) {
      value = readVarint(buffer, cursor, end);
      if (value < 0) break;
    } else if (!skip(buffer, found & 7, end)) break;
  }
  return value;
}

/** Bytes of a length-delimited field, as a view; `undefined` when it is not there. Hot. */
export function peekBytes(buffer: Buffer, start: number, end: number, field: number): Buffer | undefined {
  const tag = field * 8 + 2;
  let from = -1;
  let to = -1;
  for (let at = start; at < end; at = cursor) {
    const found = readVarint(buffer, at, end);
    if (found < 0) break;
    const isWanted = found === tag;
    if (isWanted) {
      const length = readVarint(buffer, cursor, end);
      if (length < 0 || cursor + length > end) break;
      from = cursor;
      to = cursor + length;
      cursor = to;
    } else if (!skip(buffer, found & 7, end)) break;
  }
  return from < 0 ? undefined : buffer.subarray(from, to);
}

/** Moves the cursor over a field's value. */
function skip(buffer: Buffer, wireType: number, end: number): boolean {
  if (wireType === 0) return readVarint(buffer, cursor, end) >= 0;
  if (wireType === 2) {
    const length = readVarint(buffer, cursor, end);
    if (length < 0) return false;
    cursor += length;
  } else if (wireType === 5) cursor += 4;
  else if (wireType === 1) cursor += 8;
  else return false;
  return cursor <= end;
}

/** A varint's low 32 bits, or -1; leaves the cursor behind it. */
function readVarint(buffer: Buffer, at: number, end: number): number {
  let value = 0;
  let shift = 0;
  for (let position = at; position < end && position < at + 10; position++) {
    const byte = buffer[position] as number;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte < 0x80) {
      cursor = position + 1;
      return value >>> 0;
    }
  }
  return -1;
}
