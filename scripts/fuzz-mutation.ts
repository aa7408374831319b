/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Values that length fields and varints go wrong with. */
const tellingNumbers = [
  0, 1, 15, 16, 17, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x3fffffff, 0x7fffffff, 0x80000000, 0xffffffff,
];
const stretchMaxBytes = 64;

/** Changes some bytes of one input, perhaps with a piece of another. */
export function mutated(input: Buffer, other: Buffer, random: () => number): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let changes = 1 + below(6, random); changes > 0; changes--) bytes = changed(bytes, other, random);
  return bytes;
}

function changed(bytes: Buffer, other: Buffer, random: () => number): Buffer {
  const at = below(bytes.length + 1, random);
  const end = Math.min(bytes.length, at + 1 + below(stretchMaxBytes, random));
  const [before, stretch, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (below(8, random)) {
    case 0:
      return flipped(bytes, at, random);
    case 1:
      return overwritten(bytes, at, random);
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([before, stretch, stretch, after]);
    case 4:
      return Buffer.concat([before, Buffer.from(Array.from(stretch, () => below(256, random))), after]);
    case 5:
      return Buffer.concat([before, pieceOf(other, random), bytes.subarray(at)]);
    case 6:
      return before;
    default:
      return Buffer.concat([before, Buffer.from(stretch).reverse(), after]);
  }
}

function flipped(bytes: Buffer, at: number, random: () => number): Buffer {
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8, random));
  return bytes;
}

function overwritten(bytes: Buffer, at: number, random: () => number): Buffer {
  const value = tellingNumbers[below(tellingNumbers.length, random)] ?? 0;
  const size = ([1, 2, 4] as const)[below(3, random)] ?? 4;
  if (at + size > bytes.length) return bytes;
  if (random() < 0.5) bytes.writeUIntBE(value % 2 ** (8 * size), at, size);
  else bytes.writeUIntLE(value % 2 ** (8 * size), at, size);
  return bytes;
}

function pieceOf(other: Buffer, random: () => number): Buffer {
  const at = below(other.length, random);
  return other.subarray(at, at + 1 + below(stretchMaxBytes * 4, random));
}

export function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}
