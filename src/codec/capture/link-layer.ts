import { u16, u32 } from "./big-endian.js";
/** Numbers of the pcap registry (LINKTYPE_…). */
export const LinkType = {
  null: 0,
  ethernet: 1,
  rawOpenBsd: 12,
  rawBsd: 14,
  raw: 101,
  loop: 108,
  linuxSll: 113,
  ipv4: 228,
  ipv6: 229,
  linuxSll2: 276,
} as const;

const EtherType = { ipv4: 0x0800, ipv6: 0x86dd } as const;

/** Where the IP packet of the frame `bytes[start, end)` begins; -1 when there is none in it, or when the frame ends before. */
export function ipOffset(linkType: number, bytes: Buffer, start = 0, end = bytes.length): number {
  switch (linkType) {
    case LinkType.ethernet:
      return afterTags(bytes, start + 12, end);
    case LinkType.linuxSll:
      return afterTags(bytes, start + 14, end);
    case LinkType.linuxSll2:
      return isIp(bytes, start, end) ? start + 20 : -1;
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

export function isKnownLinkType(linkType: number): boolean {
  return Object.values<number>(LinkType).includes(linkType);
}

const vlanTags: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200]);
const VLAN_TAG_SIZE = 4;
const vlanTagsMax = 8;

/** `at` is where the EtherType is; VLAN tags (802.1Q, and 802.1ad or older QinQ) may stand before it. */
function afterTags(bytes: Buffer, at: number, end: number): number {
  let next = at;
  for (let tags = 0; tags <= vlanTagsMax && next + 2 <= end; tags++, next += VLAN_TAG_SIZE) {
    if (isIp(bytes, next, end)) return next + 2;
    if (!vlanTags.has(u16(bytes, next))) return -1;
  }
  return -1;
}

function isIp(bytes: Buffer, at: number, end: number): boolean {
  if (at + 2 > end) return false;
  const etherType = u16(bytes, at);
  return etherType === EtherType.ipv4 || etherType === EtherType.ipv6;
}

// PF_INET is 2 everywhere; PF_INET6 is 10 on Linux, 24, 28 or 30 on the BSDs.
const ipFamilies: ReadonlySet<number> = new Set([2, 10, 24, 28, 30]);

/** BSD loopback writes the address family in the byte order of the machine that captured; OpenBSD in network order. */
function isIpFamily(bytes: Buffer, at: number, end: number): boolean {
  if (at + 4 > end) return false;
  return ipFamilies.has(bytes.readUInt32LE(at)) || ipFamilies.has(u32(bytes, at));
}
