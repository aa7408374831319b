import { u16 } from "./big-endian.js";
import type { IpFragments } from "./ip-fragments.js";
import { IpProtocol, readIpPacket } from "./ip-packet.js";
import type { IpPayload } from "./ip-payload.js";
import { EtherType, ipBehind } from "./link-layer.js";

const tunnelsMax = 4;

/** As `readIpPacket`, for the innermost packet of tunnels: GRE (also with ERSPAN), IP in IP, VXLAN, GENEVE. True when it is TCP. Hot. */
export function readTcpCarrier(
  bytes: Buffer,
  at: number,
  frameEnd: number,
  out: IpPayload,
  fragments: IpFragments,
  nowSeconds: number,
): boolean {
  if (!readIpPacket(bytes, at, frameEnd, out, fragments, nowSeconds)) return false;
  for (let tunnels = 0; out.protocol !== IpProtocol.tcp; tunnels++) {
    const inner = tunnelledIp(out);
    if (inner < 0 || tunnels === tunnelsMax) return false;
    if (!readIpPacket(out.bytes, inner, out.capturedEnd, out, fragments, nowSeconds)) return false;
  }
  return true;
}

/** Where the IP packet begins that is in this one; -1 when there is none. */
function tunnelledIp({ protocol, bytes, payloadAt, capturedEnd }: IpPayload): number {
  if (protocol === IpProtocol.ipv4 || protocol === IpProtocol.ipv6) return payloadAt;
  if (protocol === IpProtocol.gre) return behindGre(bytes, payloadAt, capturedEnd);
  return behindUdp(bytes, payloadAt, capturedEnd);
}

const Gre = {
  hasChecksum: 0x8000,
  hasRouting: 0x4000,
  hasKey: 0x2000,
  hasSequence: 0x1000,
  version: 0x0007,
} as const;
const GRE_HEADER_SIZE = 4;
const GRE_FIELD_SIZE = 4;
const ERSPAN = 0x88be;
const ERSPAN_HEADER_SIZE = 8;
const ERSPAN_3 = 0x22eb;
const ERSPAN_3_HEADER_SIZE = 12;
const ERSPAN_3_SUBHEADER_SIZE = 8;
const ERSPAN_3_HAS_SUBHEADER = 1;

/** RFC 2784 and 2890. Source routes and version 1 (PPTP) are not read. */
function behindGre(bytes: Buffer, at: number, end: number): number {
  if (at + GRE_HEADER_SIZE > end) return -1;
  const flags = u16(bytes, at);
  if ((flags & (Gre.version | Gre.hasRouting)) !== 0) return -1;
  let payloadAt = at + GRE_HEADER_SIZE;
  for (const field of [Gre.hasChecksum, Gre.hasKey, Gre.hasSequence]) {
    if ((flags & field) !== 0) payloadAt += GRE_FIELD_SIZE;
  }
  const etherType = u16(bytes, at + 2);
  if (etherType === ERSPAN) {
    // Only its second version numbers packets, and has a header of its own.
    const headerSize = (flags & Gre.hasSequence) === 0 ? 0 : ERSPAN_HEADER_SIZE;
    return ipBehind(EtherType.transparentEthernet, bytes, payloadAt + headerSize, end);
  }
  if (etherType === ERSPAN_3) {
    if (payloadAt + ERSPAN_3_HEADER_SIZE > end) return -1;
    const hasSubheader = ((bytes[payloadAt + ERSPAN_3_HEADER_SIZE - 1] as number) & ERSPAN_3_HAS_SUBHEADER) !== 0;
    const headerSize = ERSPAN_3_HEADER_SIZE + (hasSubheader ? ERSPAN_3_SUBHEADER_SIZE : 0);
    return ipBehind(EtherType.transparentEthernet, bytes, payloadAt + headerSize, end);
  }
  return ipBehind(etherType, bytes, payloadAt, end);
}

const UDP_HEADER_SIZE = 8;
const OVERLAY_HEADER_SIZE = 8;
/** The second is Linux's, from before there was a number for it; flannel still has it. */
const vxlanPorts: ReadonlySet<number> = new Set([4789, 8472]);
const VXLAN_HAS_NETWORK = 0x08;
const GENEVE_PORT = 6081;
const GENEVE_VERSION = 0xc0;
const GENEVE_OPTION_WORDS = 0x3f;

function behindUdp(bytes: Buffer, at: number, end: number): number {
  const headerAt = at + UDP_HEADER_SIZE;
  if (headerAt + OVERLAY_HEADER_SIZE > end) return -1;
  const port = u16(bytes, at + 2);
  const first = bytes[headerAt] as number;
  const payloadAt = headerAt + OVERLAY_HEADER_SIZE;
  if (vxlanPorts.has(port) && (first & VXLAN_HAS_NETWORK) !== 0) {
    return ipBehind(EtherType.transparentEthernet, bytes, payloadAt, end);
  }
  if (port !== GENEVE_PORT || (first & GENEVE_VERSION) !== 0) return -1;
  return ipBehind(u16(bytes, headerAt + 2), bytes, payloadAt + (first & GENEVE_OPTION_WORDS) * 4, end);
}
