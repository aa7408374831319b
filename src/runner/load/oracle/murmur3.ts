/**
 * Hot: MurmurHash3 of the bytes from `start` to `end`, in its 32-bit form with the seed 0. Each step takes four bytes and is a
 * bijection, of the bytes and of what came before: any change within four bytes that are taken together makes another hash,
 * any further one does but for one in 2³². It needs no tables and little time, and is no guard against intent.
 */
export function murmur3Of(bytes: DataView, start: number, end: number): number {
  let hash = 0;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash ^= mixed(bytes.getInt32(at, true));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  if (at < end) {
    let rest = 0;
    for (let byte = end - 1; byte >= at; byte--) rest = (rest << 8) | bytes.getUint8(byte);
    hash ^= mixed(rest);
  }
  hash ^= end - start;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(word: number): number {
  const spread = Math.imul(word, 0xcc9e2d51);
  return Math.imul((spread << 15) | (spread >>> 17), 0x1b873593);
}
