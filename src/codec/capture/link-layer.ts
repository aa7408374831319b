import { u16, u32 } from "./big-endian.js";
/** Numbers of the pcap registry (LINKTYPE_…). */
export const LinkType = {
  null: 0,
  ethernet: 1,
  ppp: 9,
  rawOpenBsd: 12,
  rawBsd: 14,
  pppHdlc: 50,
  pppoe: 51,
  raw: 101,
  ciscoHdlc: 104,
  wlan: 105,
  loop: 108,
  linuxSll: 113,
  wlanRadiotap: 127,
  ppi: 192,
  ipv4: 228,
  ipv6: 229,
  nflog: 239,
  pktap: 258,
  linuxSll2: 276,
} as const;

export const EtherType = {
  ipv4: 0x0800,
  ipv6: 0x86dd,
  transparentEthernet: 0x6558,
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoeSession: 0x8864,
} as const;

/**
 * Where the IP packet of the frame `bytes[start, end)` begins; -1 when there is none in it, or when the frame ends before.
 * For the link types of packets that are pasted, too; rare-link-layer.ts has the others.
 */
export function ipOffset(linkType: number, bytes: Buffer, start = 0, end = bytes.length): number {
  switch (linkType) {
    case LinkType.ethernet:
      return behindEthernet(bytes, start, end, innerHeadersMax);
    case LinkType.linuxSll:
      return behindTypeAt(bytes, start + 14, start + 16, end, innerHeadersMax);
    case LinkType.linuxSll2:
      return behindTypeAt(bytes, start, start + 20, end, innerHeadersMax);
    case LinkType.raw:
    case LinkType.rawBsd:
    case LinkType.rawOpenBsd:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return start;
    case LinkType.null:
    case LinkType.loop:
      return isIpFamily(bytes, start, end) ? start + 4 : -1;
    default:
      return -1;
  }
}

const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200]);
const VLAN_TAG_SIZE = 4;
const MPLS_LABEL_SIZE = 4;
const PPPOE_HEADER_SIZE = 6;
/** Stands between the labels and an Ethernet frame that MPLS carries (RFC 4448). */
const CONTROL_WORD_SIZE = 4;
/** Tags, labels and the like before the IP packet. */
const innerHeadersMax = 16;

/**
 * Where the IP packet in `bytes[at, end)` begins, which `etherType` says what it is: IP, or VLAN tags (802.1Q, and 802.1ad or
 * older QinQ), MPLS labels and a PPPoE session before it.
 */
export function ipBehind(
  etherType: number,
  bytes: Buffer,
  at: number,
  end: number,
  headersLeft = innerHeadersMax,
): number {
  if (etherType === EtherType.ipv4 || etherType === EtherType.ipv6) return at;
  if (headersLeft === 0) return -1;
  if (vlanTags.has(etherType)) return behindTypeAt(bytes, at + 2, at + VLAN_TAG_SIZE, end, headersLeft - 1);
  switch (etherType) {
    case EtherType.mpls:
    case EtherType.mplsMulticast:
      return behindLabel(bytes, at, end, headersLeft - 1);
    case EtherType.pppoeSession:
      return behindPpp(bytes, at + PPPOE_HEADER_SIZE, end, headersLeft - 1);
    case EtherType.transparentEthernet:
      return behindEthernet(bytes, at, end, headersLeft - 1);
    default:
      return -1;
  }
}

function behindEthernet(bytes: Buffer, at: number, end: number, headersLeft: number): number {
  return behindTypeAt(bytes, at + 12, at + 14, end, headersLeft);
}

function behindTypeAt(bytes: Buffer, typeAt: number, at: number, end: number, headersLeft: number): number {
  return typeAt + 2 > end ? -1 : ipBehind(u16(bytes, typeAt), bytes, at, end, headersLeft);
}

/** The bottom of the stack does not say what it carries; the first four bits do, where an Ethernet address does not look so. */
function behindLabel(bytes: Buffer, at: number, end: number, headersLeft: number): number {
  const payloadAt = at + MPLS_LABEL_SIZE;
  if (payloadAt >= end) return -1;
  const isBottom = ((bytes[at + 2] as number) & 1) === 1;
  if (!isBottom) return ipBehind(EtherType.mpls, bytes, payloadAt, end, headersLeft);
  const kind = (bytes[payloadAt] as number) >> 4;
  if (kind === 4 || kind === 6) return payloadAt;
  return behindEthernet(bytes, payloadAt + (kind === 0 ? CONTROL_WORD_SIZE : 0), end, headersLeft);
}

const etherTypesOfPpp: ReadonlyMap<number, number> = new Map([
  [0x0021, EtherType.ipv4],
  [0x0057, EtherType.ipv6],
  [0x0281, EtherType.mpls],
  [0x0283, EtherType.mplsMulticast],
]);

/** `at` is where PPP's protocol field is: of two bytes, or of one where its first is odd (RFC 1661, 6.5). */
export function behindPpp(bytes: Buffer, at: number, end: number, headersLeft = innerHeadersMax): number {
  if (at + 2 > end) return -1;
  const first = bytes[at] as number;
  const size = (first & 1) === 1 ? 1 : 2;
  const etherType = etherTypesOfPpp.get(size === 1 ? first : u16(bytes, at));
  return etherType === undefined ? -1 : ipBehind(etherType, bytes, at + size, end, headersLeft);
}

// PF_INET is 2 everywhere; PF_INET6 is 10 on Linux, 24, 28 or 30 on the BSDs.
const ipFamilies: ReadonlySet<number> = new Set([2, 10, 24, 28, 30]);

/** BSD loopback writes the address family in the byte order of the machine that captured; OpenBSD in network order. */
function isIpFamily(bytes: Buffer, at: number, end: number): boolean {
  if (at + 4 > end) return false;
  return ipFamilies.has(bytes.readUInt32LE(at)) || ipFamilies.has(u32(bytes, at));
}
