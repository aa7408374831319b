import { ethernet, ipv4, ipv6 } from "./packet-bytes.js";

/** IP packets in what stands around them on the ways that captures are made, built field by field. `ip` is a whole packet. */

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const macs = "020000000001 020000000002";
const isV4 = (ip: Buffer): boolean => ip.readUInt8(0) >> 4 === 4;
const etherTypeOf = (ip: Buffer): string => (isV4(ip) ? "0800" : "86dd");
const pppProtocolOf = (ip: Buffer): string => (isV4(ip) ? "0021" : "0057");
const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const u16le = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);

/** PPP's protocol field and the packet. */
export function ppp(ip: Buffer): Buffer {
  return Buffer.concat([hex(pppProtocolOf(ip)), ip]);
}

export function pppInHdlc(ip: Buffer): Buffer {
  return Buffer.concat([hex("ff03"), ppp(ip)]);
}

/** With address, control and protocol field compressed, as both ends may agree. */
export function compressedPpp(ip: Buffer): Buffer {
  return Buffer.concat([hex(isV4(ip) ? "21" : "57"), ip]);
}

export function ciscoHdlc(ip: Buffer): Buffer {
  return Buffer.concat([hex(`0f00 ${etherTypeOf(ip)}`), ip]);
}

/** A session frame without the Ethernet header. */
export function pppoe(ip: Buffer): Buffer {
  return Buffer.concat([hex("11 00 0007"), u16(ip.length + 2), ppp(ip)]);
}

export function pppoeOverEthernet(ip: Buffer): Buffer {
  return Buffer.concat([hex(`${macs} 8864`), pppoe(ip)]);
}

/** An Ethernet frame with labels; the last one ends the stack. */
export function mpls(payload: Buffer, labels = 1): Buffer {
  const stack = Array.from({ length: labels }, (_, index) => hex(`00010${index === labels - 1 ? "1" : "0"}40`));
  return Buffer.concat([hex(`${macs} 8847`), ...stack, payload]);
}

/** An Ethernet frame over MPLS, behind a control word in hex, or none. Its first address is not one that looks like one. */
export function pseudowire(ip: Buffer, controlWord: string): Buffer {
  return mpls(Buffer.concat([hex(controlWord), hex("a2"), ethernet(ip).subarray(1)]), 2);
}

/** GRE of version 0; `flags` of checksum (8), key (2) and sequence number (1), whose fields are made up. */
export function gre(payload: Buffer, etherType: string, flags: 0x0 | 0x2 | 0x3 | 0xb | 0x1): Buffer {
  const fields = "00000000".repeat([8, 2, 1].filter((flag) => (flags & flag) !== 0).length);
  return ipv4(Buffer.concat([hex(`${flags.toString(16)}000 ${etherType} ${fields}`), payload]), outer(47));
}

export function greOf(ip: Buffer): Buffer {
  return gre(ip, etherTypeOf(ip), 0x0);
}

export function ipInIp(ip: Buffer): Buffer {
  return ipv4(ip, outer(isV4(ip) ? 4 : 41));
}

export function ipInIpv6(ip: Buffer): Buffer {
  const packet = ipv6(ip);
  packet.writeUInt8(isV4(ip) ? 4 : 41, 6);
  return packet;
}

/** In UDP over IPv4. */
export function vxlan(frame: Buffer, port = 4789): Buffer {
  return udp(Buffer.concat([hex("08000000 00002a00"), frame]), port);
}

/** `options` are in hex, a multiple of four bytes. */
export function geneve(payload: Buffer, etherType: string, options = ""): Buffer {
  const bytes = hex(options);
  return udp(Buffer.concat([Buffer.from([bytes.length / 4, 0]), hex(`${etherType} 00002a00`), bytes, payload]), 6081);
}

export function udp(payload: Buffer, port: number): Buffer {
  return ipv4(Buffer.concat([u16(50_000), u16(port), u16(payload.length + 8), u16(0), payload]), outer(17));
}

/** The fields that Linux writes before the payload, in the byte order of a machine. */
export function nflog(ip: Buffer, isBigEndian: boolean): Buffer {
  const number = isBigEndian ? u16 : u16le;
  const field = (type: number, value: Buffer): Buffer =>
    Buffer.concat([number(value.length + 4), number(type), value, Buffer.alloc(-value.length & 3)]);
  const head = Buffer.concat([Buffer.from([isV4(ip) ? 2 : 10, 0]), hex("0005")]);
  const prefix = field(10, Buffer.from("ttk\0\0"));
  return Buffer.concat([head, field(1, hex("08000100")), prefix, field(5, hex("00000001")), field(9, ip)]);
}

const snap = "aaaa03 000000";

export interface WlanFields {
  /** The control field's two bytes in hex: `0801` is a data frame to the access point. */
  readonly control?: string;
  /** What stands behind the third address and the sequence: a fourth address, QoS and HT control. */
  readonly more?: string;
}

/** An 802.11 data frame without frame check sequence. */
export function wlan(ip: Buffer, { control = "0801", more = "" }: WlanFields = {}): Buffer {
  const head = hex(`${control} 2c00 ${macs} 020000000003 1000 ${more}`);
  return Buffer.concat([head, hex(snap + etherTypeOf(ip)), ip]);
}

/** `present` and `fields` are in hex, as they stand there. */
export function radiotap(frame: Buffer, present = "00000000", fields = ""): Buffer {
  const rest = hex(present + fields);
  return Buffer.concat([hex("0000"), u16le(4 + rest.length), rest, frame]);
}

/** PPI: only its head, no fields. */
export function ppi(frame: Buffer, linkType: number): Buffer {
  return Buffer.concat([hex("0000"), u16le(8), u16le(linkType), u16(0), frame]);
}

const PKTAP_HEADER_SIZE = 108;

/** What macOS writes before a frame of any interface. */
export function pktap(frame: Buffer, linkType: number): Buffer {
  const head = Buffer.alloc(PKTAP_HEADER_SIZE);
  head.writeUInt32LE(PKTAP_HEADER_SIZE, 0);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(linkType, 8);
  head.write("en0", 12);
  return Buffer.concat([head, frame]);
}

function outer(protocol: number): { protocol: number; from: string; to: string } {
  return { protocol, from: "192.0.2.1", to: "192.0.2.2" };
}
