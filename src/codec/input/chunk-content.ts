import { ipOffset, LinkType } from "../capture/link-layer.js";
import { findHeader, looksLikeHeader } from "../plausible-header.js";

/** Whether the bytes begin with a plausible PDU header. */
export function looksLikePdu(bytes: Buffer): boolean {
  return looksLikeHeader(bytes, 0);
}

/** How many of the bytes are PDUs that follow one another and are whole. */
export function wholePduBytes(bytes: Buffer): number {
  let at = 0;
  while (looksLikeHeader(bytes, at)) {
    const next = at + bytes.readUInt32BE(at);
    if (next > bytes.length) break;
    at = next;
  }
  return at;
}

const headersTriedMax = 8;

/**
 * How many bytes are whole PDUs behind the rest of another, in bytes that were cut out of a stream: when they go on to the end,
 * or to a PDU that is not whole; else 0.
 */
export function laterPduBytes(bytes: Buffer): number {
  let at = findHeader(bytes, 1);
  for (let tries = 0; at > 0 && tries < headersTriedMax; tries++) {
    const length = wholePduBytes(bytes.subarray(at));
    if (length > 0 && (at + length === bytes.length || looksLikeHeader(bytes, at + length))) return length;
    at = findHeader(bytes, at + 1);
  }
  return 0;
}

const likelyLinkTypes = [
  LinkType.raw,
  LinkType.ethernet,
  LinkType.linuxSll,
  LinkType.linuxSll2,
  LinkType.null,
] as const;

/**
 * The link type of the packet that the bytes are; `undefined` when they are none. Ethernet is what `tcpdump -XX` and
 * `tshark -x` print, raw IP what `tcpdump -X` does.
 */
export function packetLinkType(bytes: Buffer): number | undefined {
  if (looksLikePdu(bytes)) return undefined;
  return likelyLinkTypes.find((linkType) => {
    const at = ipOffset(linkType, bytes);
    return at >= 0 && isTcpOverIp(bytes, at);
  });
}

const TCP = 6;

/** Strict: a TCP packet without options or extensions that nobody uses, whose length agrees with what is there. */
function isTcpOverIp(bytes: Buffer, at: number): boolean {
  const available = bytes.length - at;
  if (available < 40) return false;
  const version = bytes.readUInt8(at) >> 4;
  if (version === 4) {
    const headerSize = (bytes.readUInt8(at) & 0x0f) * 4;
    const totalLength = bytes.readUInt16BE(at + 2);
    return bytes.readUInt8(at + 9) === TCP && headerSize >= 20 && (totalLength === 0 || totalLength >= headerSize + 20);
  }
  return version === 6 && bytes.readUInt8(at + 6) === TCP;
}
