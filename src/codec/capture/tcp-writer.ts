import type { Endpoint, StreamDirection } from "./tcp-connections.js";
import { TcpFlag } from "./tcp-segment.js";

export const LINKTYPE_ETHERNET = 1;

const ETHERNET_SIZE = 14;
const IPV4_SIZE = 20;
const IPV6_SIZE = 40;
const TCP_SIZE = 20;
const TCP_PROTOCOL = 6;
const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const TIME_TO_LIVE = 64;
/** What a loopback interface hands to a capture as one segment; an IP packet holds less than 64 KiB. */
const SEGMENT_SIZE_MAX = 32 * 1024;
/** A receiver that says nothing acknowledges so much at once, well within its window. */
const UNACKNOWLEDGED_MAX = 256 * 1024;
const WINDOW = 0xffff;
/** Maximum segment size, then window scale 7 (so that WINDOW is 8 MiB), padded. */
const SYN_OPTIONS = Buffer.from([2, 4, 0xff, 0xd7, 3, 3, 7, 1]);
const PSH = 0x08;

/** Locally administered addresses: nobody's real ones. */
const clientMac = Buffer.from([0x02, 0, 0, 0, 0, 0x01]);
const serverMac = Buffer.from([0x02, 0, 0, 0, 0, 0x02]);

interface Side {
  readonly mac: Buffer;
  readonly address: Buffer;
  readonly port: number;
  /** Of the next byte that it sends. */
  sequence: number;
  /** What of its bytes the other side has not acknowledged in any packet. */
  unacknowledged: number;
  hasFinished: boolean;
}

/**
 * Packets that tell of a connection whose bytes were seen by an application, as a capture of it would: Ethernet, IPv4 or
 * IPv6, TCP with its handshake, running numbers and right checksums. Addresses, ports and payload are real; MAC addresses,
 * sequence numbers, how the bytes are cut into segments, and acknowledgements are made up.
 */
export class TcpConversation {
  readonly #isIpv6: boolean;
  readonly #sides: Readonly<Record<StreamDirection, Side>>;
  #packetId = 0;

  /** @param id tells conversations apart: initial sequence numbers follow from it. */
  constructor(client: Endpoint, server: Endpoint, id: number) {
    const [from, to] = [plain(client.address), plain(server.address)];
    this.#isIpv6 = from.includes(":") || to.includes(":");
    const side = (mac: Buffer, address: string, port: number, sequence: number): Side => ({
      mac,
      address: this.#isIpv6 ? ipv6Bytes(address) : ipv4Bytes(address),
      port,
      sequence: sequence >>> 0,
      unacknowledged: 0,
      hasFinished: false,
    });
    this.#sides = {
      c2s: side(clientMac, from, client.port, Math.imul(id, 0x01000193)),
      s2c: side(serverMac, to, server.port, Math.imul(id, 0x01000193) ^ 0x5bd1e995),
    };
  }

  /** SYN, SYN and ACK, ACK. */
  open(): Buffer[] {
    const { c2s, s2c } = this.#sides;
    const syn = this.#packet("c2s", TcpFlag.syn, SYN_OPTIONS, false);
    c2s.sequence = next(c2s.sequence, 1);
    const answer = this.#packet("s2c", TcpFlag.syn | TcpFlag.ack, SYN_OPTIONS, false);
    s2c.sequence = next(s2c.sequence, 1);
    return [syn, answer, this.#packet("c2s", TcpFlag.ack)];
  }

  /** Bytes of one side, in as many packets as they need. */
  data(direction: StreamDirection, bytes: Buffer): Buffer[] {
    const packets: Buffer[] = [];
    const from = this.#sides[direction];
    for (let at = 0; at < bytes.length; at += SEGMENT_SIZE_MAX) {
      const payload = bytes.subarray(at, at + SEGMENT_SIZE_MAX);
      const isLast = at + payload.length === bytes.length;
      packets.push(this.#packet(direction, TcpFlag.ack | (isLast ? PSH : 0), payload));
      from.sequence = next(from.sequence, payload.length);
      from.unacknowledged += payload.length;
      if (from.unacknowledged >= UNACKNOWLEDGED_MAX) packets.push(this.#packet(opposite(direction), TcpFlag.ack));
    }
    return packets;
  }

  /** Bytes of one side that nobody kept: a gap, as of packets that a capture has lost. */
  lose(direction: StreamDirection, bytes: number): void {
    const from = this.#sides[direction];
    from.sequence = next(from.sequence, bytes);
  }

  /** One side sends no more: FIN, and its acknowledgement. */
  end(direction: StreamDirection): Buffer[] {
    const from = this.#sides[direction];
    if (from.hasFinished) return [];
    from.hasFinished = true;
    const fin = this.#packet(direction, TcpFlag.fin | TcpFlag.ack);
    from.sequence = next(from.sequence, 1);
    return [fin, this.#packet(opposite(direction), TcpFlag.ack)];
  }

  /** One side breaks the connection off. */
  reset(direction: StreamDirection): Buffer[] {
    return [this.#packet(direction, TcpFlag.rst | TcpFlag.ack)];
  }

  #packet(direction: StreamDirection, flags: number, content: Buffer = nothing, isPayload = true): Buffer {
    const from = this.#sides[direction];
    const to = this.#sides[opposite(direction)];
    const ipSize = this.#isIpv6 ? IPV6_SIZE : IPV4_SIZE;
    const tcpAt = ETHERNET_SIZE + ipSize;
    const out = Buffer.alloc(tcpAt + TCP_SIZE + content.length);
    to.mac.copy(out, 0);
    from.mac.copy(out, 6);
    out.writeUInt16BE(this.#isIpv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4, 12);
    const tcpSize = TCP_SIZE + content.length;
    if (this.#isIpv6) writeIpv6(out, from.address, to.address, tcpSize);
    else writeIpv4(out, from.address, to.address, tcpSize, ++this.#packetId);
    const acknowledges = (flags & TcpFlag.ack) !== 0;
    out.writeUInt16BE(from.port, tcpAt);
    out.writeUInt16BE(to.port, tcpAt + 2);
    out.writeUInt32BE(from.sequence, tcpAt + 4);
    out.writeUInt32BE(acknowledges ? to.sequence : 0, tcpAt + 8);
    out.writeUInt8(((TCP_SIZE + (isPayload ? 0 : content.length)) / 4) << 4, tcpAt + 12);
    out.writeUInt8(flags, tcpAt + 13);
    out.writeUInt16BE(WINDOW, tcpAt + 14);
    content.copy(out, tcpAt + TCP_SIZE);
    const pseudo = sumOf(from.address) + sumOf(to.address) + TCP_PROTOCOL + tcpSize;
    out.writeUInt16BE(folded(pseudo + sumOf(out.subarray(tcpAt))), tcpAt + 16);
    if (acknowledges) to.unacknowledged = 0;
    return out;
  }
}

const nothing = Buffer.alloc(0);

function writeIpv4(out: Buffer, from: Buffer, to: Buffer, payloadSize: number, id: number): void {
  const at = ETHERNET_SIZE;
  out.writeUInt8(0x45, at);
  out.writeUInt16BE(IPV4_SIZE + payloadSize, at + 2);
  out.writeUInt16BE(id & 0xffff, at + 4);
  out.writeUInt16BE(0x4000, at + 6); // do not fragment
  out.writeUInt8(TIME_TO_LIVE, at + 8);
  out.writeUInt8(TCP_PROTOCOL, at + 9);
  from.copy(out, at + 12);
  to.copy(out, at + 16);
  out.writeUInt16BE(folded(sumOf(out.subarray(at, at + IPV4_SIZE))), at + 10);
}

function writeIpv6(out: Buffer, from: Buffer, to: Buffer, payloadSize: number): void {
  const at = ETHERNET_SIZE;
  out.writeUInt32BE(0x60000000, at);
  out.writeUInt16BE(payloadSize, at + 4);
  out.writeUInt8(TCP_PROTOCOL, at + 6);
  out.writeUInt8(TIME_TO_LIVE, at + 7);
  from.copy(out, at + 8);
  to.copy(out, at + 24);
}

function opposite(direction: StreamDirection): StreamDirection {
  return direction === "c2s" ? "s2c" : "c2s";
}

function next(sequence: number, by: number): number {
  return (sequence + by) >>> 0;
}

function sumOf(bytes: Buffer): number {
  let sum = 0;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return even === bytes.length ? sum : sum + ((bytes[even] as number) << 8);
}

/** The Internet checksum of RFC 1071. */
function folded(sum: number): number {
  let left = sum;
  while (left > 0xffff) left = (left & 0xffff) + Math.floor(left / 0x10000);
  return ~left & 0xffff;
}

/** IPv4 as IPv6 sockets see it is IPv4 on the wire; a scope (`fe80::1%eth0`) is not part of the address. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

function ipv4Bytes(address: string): Buffer {
  const parts = address.split(".").map(Number);
  return Buffer.from(parts.length === 4 ? parts : [0, 0, 0, 0]);
}

function ipv6Bytes(address: string): Buffer {
  if (!address.includes(":"))
    return Buffer.concat([Buffer.from("00000000000000000000ffff", "hex"), ipv4Bytes(address)]);
  const withoutIpv4 = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(":"),
  );
  const [head = "", tail] = withoutIpv4.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => "0");
  const out = Buffer.alloc(16);
  for (const [index, group] of [...before, ...zeros, ...after].entries()) {
    out.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  }
  return out;
}
