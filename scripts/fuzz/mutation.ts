import type { Random } from "../../src/scenarios/load/random.js";

/** Values that length fields and varints go wrong with. */
const tellingNumbers = [
  0, 1, 15, 16, 17, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x3fffffff, 0x7fffffff, 0x80000000, 0xffffffff,
];
const stretchMaxBytes = 64;

/** Changes some bytes of one input, perhaps with a piece of another. */
export function mutated(input: Buffer, other: Buffer, random: Random): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let changes = 1 + random.below(6); changes > 0; changes--) bytes = changed(bytes, other, random);
  return bytes;
}

function changed(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.below(stretchMaxBytes));
  const [before, stretch, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (random.below(8)) {
    case 0:
      return flipped(bytes, at, random);
    case 1:
      return overwritten(bytes, at, random);
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([before, stretch, stretch, after]);
    case 4:
      return Buffer.concat([before, Buffer.from(Array.from(stretch, () => random.below(256))), after]);
    case 5:
      return Buffer.concat([before, pieceOf(other, random), bytes.subarray(at)]);
    case 6:
      return before;
    default:
      return Buffer.concat([before, Buffer.from(stretch).reverse(), after]);
  }
}

function flipped(bytes: Buffer, at: number, random: Random): Buffer {
  if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes;
}

function overwritten(bytes: Buffer, at: number, random: Random): Buffer {
  const value = tellingNumbers[random.below(tellingNumbers.length)] ?? 0;
  const size = ([1, 2, 4] as const)[random.below(3)] ?? 4;
  if (at + size > bytes.length) return bytes;
  if (random.next() < 0.5) bytes.writeUIntBE(value % 2 ** (8 * size), at, size);
  else bytes.writeUIntLE(value % 2 ** (8 * size), at, size);
  return bytes;
}

function pieceOf(other: Buffer, random: Random): Buffer {
  const at = random.below(other.length);
  return other.subarray(at, at + 1 + random.below(stretchMaxBytes * 4));
}
