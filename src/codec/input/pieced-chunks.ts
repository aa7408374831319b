import { looksLikePdu, wholePduBytes } from "./chunk-content.js";
import type { InputShape } from "./input-shape.js";

interface Chunk {
  readonly shape: InputShape;
  readonly bytes: Buffer;
  /** `undefined` for what is no packet. */
  readonly linkType: number | undefined;
}

/**
 * With PDUs in one piece that a text has in several, with words between them: `header: …`, then `body: …`. Chunks are taken for
 * a PDU's rest when just so many bytes lack and stand there in the same shape, perhaps with further PDUs behind them. Not strings:
 * one that a terminal has wrapped may be broken within an escape, and of the right length nevertheless.
 */
export function withPiecesJoined<C extends Chunk>(chunks: readonly C[]): C[] {
  const joined: C[] = [];
  for (let at = 0; at < chunks.length; ) {
    const chunk = chunks[at] as C;
    const count = piecesFrom(chunks, at);
    const pieces = chunks.slice(at, at + count).map(({ bytes }) => bytes);
    joined.push(count === 1 ? chunk : { ...chunk, bytes: Buffer.concat(pieces) });
    at += count;
  }
  return joined;
}

/** How many chunks from `at` on are one row of PDUs. */
function piecesFrom(chunks: readonly Chunk[], at: number): number {
  const first = chunks[at];
  if (first === undefined || first.linkType !== undefined || first.shape === "escaped-string") return 1;
  const begun = first.bytes.subarray(wholePduBytes(first.bytes));
  if (!looksLikePdu(begun)) return 1;
  let missing = begun.readUInt32BE(0) - begun.length;
  for (let next = at + 1; next < chunks.length; next++) {
    const { shape, bytes, linkType } = chunks[next] as Chunk;
    if (shape !== first.shape || linkType !== undefined || looksLikePdu(bytes)) return 1;
    if (bytes.length >= missing) {
      const isRest = bytes.length === missing || looksLikePdu(bytes.subarray(missing));
      return isRest ? next - at + 1 : 1;
    }
    missing -= bytes.length;
  }
  return 1;
}

/** Without what a dissection says of a packet before its dump: `tshark -V -x` prints the first bytes of what TCP carried. */
export function withoutRetold<C extends Chunk>(chunks: readonly C[]): C[] {
  let packet: Buffer | undefined;
  return chunks
    .toReversed()
    .filter(({ bytes, linkType }) => {
      if (linkType !== undefined) packet = bytes;
      return linkType !== undefined || packet?.includes(bytes) !== true;
    })
    .toReversed();
}
