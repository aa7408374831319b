import { u16 } from "./big-endian.js";
import { behindPpp, EtherType, ipBehind, ipOffset, LinkType } from "./link-layer.js";
import { readRadiotap, wlanEtherTypeAt } from "./wlan-frame.js";

/** As `ipOffset`, for every link type that is read. */
export function anyIpOffset(linkType: number, bytes: Buffer, start: number, end: number): number {
  switch (linkType) {
    case LinkType.ppp:
    case LinkType.pppHdlc:
    case LinkType.ciscoHdlc:
      return behindHdlc(bytes, start, end);
    case LinkType.pppoe:
      return ipBehind(EtherType.pppoeSession, bytes, start, end);
    case LinkType.nflog:
      return behindNflog(bytes, start, end);
    case LinkType.wlan:
    case LinkType.wlanRadiotap: {
      const typeAt = etherTypeOfWlan(linkType, bytes, start, end);
      return typeof typeAt === "number" ? ipBehind(u16(bytes, typeAt), bytes, typeAt + 2, end) : -1;
    }
    case LinkType.ppi:
    case LinkType.pktap:
      return behindPrefix(linkType, bytes, start, end);
    default:
      return ipOffset(linkType, bytes, start, end);
  }
}

const knownLinkTypes: ReadonlySet<number> = new Set(Object.values(LinkType));
/** Of others that captures are seen to have; the registry's names. */
const linkTypeNames: Readonly<Record<number, string>> = {
  117: "PFLOG",
  119: "IEEE802_11_PRISM",
  147: "USER0",
  163: "IEEE802_11_AVS",
  187: "BLUETOOTH_HCI_H4",
  189: "USB_LINUX",
  195: "IEEE802_15_4_WITHFCS",
  197: "ERF",
  201: "BLUETOOTH_HCI_H4_WITH_PHDR",
  220: "USB_LINUX_MMAPPED",
  227: "CAN_SOCKETCAN",
  249: "USBPCAP",
  252: "WIRESHARK_UPPER_PDU",
  253: "NETLINK",
  254: "BLUETOOTH_LINUX_MONITOR",
};

/** Why a frame that may hold an IP packet is not read; `undefined` for one that holds something else. */
export function unreadFrame(linkType: number, bytes: Buffer, start: number, end: number): string | undefined {
  if (!knownLinkTypes.has(linkType)) {
    const name = linkTypeNames[linkType];
    return `link type ${linkType}${name === undefined ? "" : ` (${name})`}`;
  }
  const typeAt = etherTypeOfWlan(linkType, bytes, start, end);
  if (typeAt === "encrypted") return "802.11 frames, encrypted (airdecap-ng decrypts them)";
  return typeAt === "aggregated" ? "802.11 frames of several packets each (A-MSDU)" : undefined;
}

const pppInHdlc = 0xff03;
const ciscoHdlc: ReadonlySet<number> = new Set([0x0f00, 0x8f00]);

/** PPP may stand there with and without the address and control of HDLC; Cisco's frames have an EtherType behind them. */
function behindHdlc(bytes: Buffer, start: number, end: number): number {
  if (start + 4 > end) return -1;
  const addressAndControl = u16(bytes, start);
  if (addressAndControl === pppInHdlc) return behindPpp(bytes, start + 2, end);
  if (ciscoHdlc.has(addressAndControl)) return ipBehind(u16(bytes, start + 2), bytes, start + 4, end);
  return behindPpp(bytes, start, end);
}

const NFLOG_HEADER_SIZE = 4;
const NFLOG_FIELD_HEADER_SIZE = 4;
const NFLOG_PAYLOAD = 9;
const nflogFieldsMax = 64;

/** Fields of type, length and value, in the byte order of the machine that captured: the one in which they lead to a packet. */
function behindNflog(bytes: Buffer, start: number, end: number): number {
  const little = nflogPayload(start + NFLOG_HEADER_SIZE, end, (at) => bytes.readUInt16LE(at));
  return little >= 0 ? little : nflogPayload(start + NFLOG_HEADER_SIZE, end, (at) => u16(bytes, at));
}

function nflogPayload(first: number, end: number, number: (at: number) => number): number {
  let at = first;
  for (let fields = 0; fields < nflogFieldsMax && at + NFLOG_FIELD_HEADER_SIZE <= end; fields++) {
    const length = number(at);
    if (length < NFLOG_FIELD_HEADER_SIZE) return -1;
    if (number(at + 2) === NFLOG_PAYLOAD) return at + NFLOG_FIELD_HEADER_SIZE;
    at += length + (-length & 3);
  }
  return -1;
}

/** What a capturing program wrote before a frame: how long it is, and the link type of the frame. */
function behindPrefix(linkType: number, bytes: Buffer, start: number, end: number): number {
  if (start + 12 > end) return -1;
  const isPpi = linkType === LinkType.ppi;
  const size = isPpi ? bytes.readUInt16LE(start + 2) : bytes.readUInt32LE(start);
  const inner = bytes.readUInt32LE(start + (isPpi ? 4 : 8));
  // None stands within another.
  if (inner === LinkType.ppi || inner === LinkType.pktap) return -1;
  return anyIpOffset(inner, bytes, start + size, end);
}

function etherTypeOfWlan(
  linkType: number,
  bytes: Buffer,
  start: number,
  end: number,
): ReturnType<typeof wlanEtherTypeAt> {
  if (linkType === LinkType.wlan) return wlanEtherTypeAt(bytes, start, end, false);
  if (linkType !== LinkType.wlanRadiotap) return "other";
  const radiotap = readRadiotap(bytes, start, end);
  return radiotap === undefined ? "other" : wlanEtherTypeAt(bytes, start + radiotap.size, end, radiotap.isPadded);
}
