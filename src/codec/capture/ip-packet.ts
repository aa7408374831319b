import { u16, u32 } from "./big-endian.js";
import type { IpFragments } from "./ip-fragments.js";
import type { IpPayload } from "./ip-payload.js";

export const IpProtocol = { ipv4: 4, tcp: 6, udp: 17, ipv6: 41, gre: 47, esp: 50 } as const;
/** What is TCP, or may hold a packet that is: see tunnels.ts. */
const carriers: ReadonlySet<number> = new Set([
  IpProtocol.tcp,
  IpProtocol.udp,
  IpProtocol.gre,
  IpProtocol.ipv4,
  IpProtocol.ipv6,
]);
const FRAGMENT_HEADER = 44;
const NO_NEXT_HEADER = 59;
const IPV4_HEADER_SIZE_MIN = 20;
const IPV6_HEADER_SIZE = 40;
const extensionHeadersMax = 16;

/**
 * Reads the IP packet at `at`, of a frame that ends at `frameEnd`, into `out`; false when it is not IP, too short, carries neither
 * TCP nor what may be a tunnel, or is a fragment whose datagram is not complete yet. Fragments of UDP are left out: they are
 * mostly other traffic. `nowSeconds` is the capture's time.
 */
export function readIpPacket(
  bytes: Buffer,
  at: number,
  frameEnd: number,
  out: IpPayload,
  fragments: IpFragments,
  nowSeconds: number,
): boolean {
  out.protocol = NO_NEXT_HEADER;
  if (at >= frameEnd) return false;
  out.bytes = bytes;
  const version = (bytes[at] as number) >> 4;
  if (version === 4) return readIpv4(bytes, at, frameEnd, out, fragments, nowSeconds);
  return version === 6 && readIpv6(bytes, at, frameEnd, out, fragments, nowSeconds);
}

function readIpv4(
  bytes: Buffer,
  at: number,
  frameEnd: number,
  out: IpPayload,
  fragments: IpFragments,
  nowSeconds: number,
): boolean {
  if (at + IPV4_HEADER_SIZE_MIN > frameEnd) return false;
  const headerSize = ((bytes[at] as number) & 0x0f) * 4;
  const totalLength = u16(bytes, at + 2);
  // Segmentation offload leaves the field 0; the frame says how long the packet is then.
  const end = totalLength === 0 ? frameEnd : at + totalLength;
  if (headerSize < IPV4_HEADER_SIZE_MIN || at + headerSize > end) return false;
  out.isIpv6 = false;
  out.protocol = bytes[at + 9] as number;
  out.sourceAt = at + 12;
  out.destinationAt = at + 16;
  out.payloadAt = at + headerSize;
  out.end = end;
  out.capturedEnd = Math.min(end, frameEnd);
  if (!carriers.has(out.protocol)) return false;
  const fragment = u16(bytes, at + 6) & 0x3fff;
  if (fragment === 0) return true;
  if (out.protocol === IpProtocol.udp) return false;
  const moreFollow = (fragment & 0x2000) !== 0;
  const identification = u16(bytes, at + 4);
  return fragments.add(out, identification, (fragment & 0x1fff) * 8, moreFollow, nowSeconds);
}

function readIpv6(
  bytes: Buffer,
  at: number,
  frameEnd: number,
  out: IpPayload,
  fragments: IpFragments,
  nowSeconds: number,
): boolean {
  if (at + IPV6_HEADER_SIZE > frameEnd) return false;
  const payloadLength = u16(bytes, at + 4);
  // 0 with a jumbo payload option, and with segmentation offload.
  const end = payloadLength === 0 ? frameEnd : at + IPV6_HEADER_SIZE + payloadLength;
  out.isIpv6 = true;
  out.sourceAt = at + 8;
  out.destinationAt = at + 24;
  out.end = end;
  out.capturedEnd = Math.min(end, frameEnd);
  out.payloadAt = at + IPV6_HEADER_SIZE;
  return afterExtensions(bytes, bytes[at + 6] as number, out, fragments, nowSeconds);
}

function afterExtensions(
  bytes: Buffer,
  firstHeader: number,
  out: IpPayload,
  fragments: IpFragments,
  nowSeconds: number,
): boolean {
  let header = firstHeader;
  for (let count = 0; count < extensionHeadersMax; count++) {
    out.protocol = header;
    if (carriers.has(header)) return out.payloadAt <= out.capturedEnd;
    const at = out.payloadAt;
    if (header === NO_NEXT_HEADER || at + 8 > out.capturedEnd) return false;
    const next = bytes[at] as number;
    if (header === FRAGMENT_HEADER) {
      const fragment = u16(bytes, at + 2);
      out.payloadAt = at + 8;
      out.protocol = next;
      const isWhole = (fragment & 0xfff9) === 0;
      if (!isWhole) {
        // Only what follows the fragment header is cut; extension headers behind it would be in the first fragment alone.
        if (next === IpProtocol.udp || !carriers.has(next)) return false;
        return fragments.add(out, u32(bytes, at + 4), fragment & 0xfff8, (fragment & 1) !== 0, nowSeconds);
      }
    } else if (isExtension(header)) {
      // An authentication header counts 4-byte words beyond the first two, the others 8-byte words beyond the first.
      out.payloadAt = at + (header === 51 ? ((bytes[at + 1] as number) + 2) * 4 : ((bytes[at + 1] as number) + 1) * 8);
    } else {
      return false;
    }
    header = next;
  }
  return false;
}

/** Hop-by-hop options, routing, authentication, destination options, mobility, host identity, shim6. */
function isExtension(header: number): boolean {
  return (
    header === 0 ||
    header === 43 ||
    header === 51 ||
    header === 60 ||
    header === 135 ||
    header === 139 ||
    header === 140
  );
}

/** `127.0.0.1`, or IPv6 as RFC 5952 writes it. */
export function formatAddress(bytes: Buffer, at: number, isIpv6: boolean): string {
  if (!isIpv6) return bytes.subarray(at, at + 4).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => u16(bytes, at + index * 2));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${bytes.subarray(at + 12, at + 16).join(".")}`;
  }
  const [start, length] = longestZeroRun(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeroRun(groups: readonly number[]): readonly [start: number, length: number] {
  let [bestStart, bestLength, length] = [0, 0, 0];
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > bestLength) [bestStart, bestLength] = [index - length + 1, length];
  }
  return [bestStart, bestLength];
}
