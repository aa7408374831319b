/** Packets of the kinds that captures hold, built field by field, independently of the readers under test. */

export interface TcpFields {
  readonly from: number;
  readonly to: number;
  readonly sequence: number;
  readonly acknowledgement?: number;
  /** Letters of tcpdump: S, F, R, P, `.` for ACK. */
  readonly flags?: string;
  readonly payload?: Buffer;
}

const flagBits: Readonly<Record<string, number>> = { F: 0x01, S: 0x02, R: 0x04, P: 0x08, ".": 0x10 };

export function tcp({
  from,
  to,
  sequence,
  acknowledgement = 0,
  flags = ".",
  payload = Buffer.alloc(0),
}: TcpFields): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt16BE(from, 0);
  header.writeUInt16BE(to, 2);
  header.writeUInt32BE(sequence >>> 0, 4);
  header.writeUInt32BE(acknowledgement >>> 0, 8);
  header.writeUInt8(6 << 4, 12); // 24 bytes: 4 of options
  header.writeUInt8(
    [...flags].reduce((bits, letter) => bits | (flagBits[letter] ?? 0), 0),
    13,
  );
  header.writeUInt32BE(0x01010100, 20);
  return Buffer.concat([header, payload]);
}

export interface Ipv4Fields {
  readonly from?: string;
  readonly to?: string;
  readonly protocol?: number;
  readonly identification?: number;
  /** In bytes. */
  readonly fragmentOffset?: number;
  readonly moreFragments?: boolean;
  readonly totalLength?: number;
  /** A multiple of 4. */
  readonly options?: Buffer;
}

export function ipv4(payload: Buffer, fields: Ipv4Fields = {}): Buffer {
  const options = fields.options ?? Buffer.alloc(0);
  const header = Buffer.alloc(20 + options.length);
  header.writeUInt8(0x40 | (header.length / 4), 0);
  header.writeUInt16BE(fields.totalLength ?? header.length + payload.length, 2);
  header.writeUInt16BE(fields.identification ?? 0, 4);
  header.writeUInt16BE((fields.moreFragments ? 0x2000 : 0) | ((fields.fragmentOffset ?? 0) / 8), 6);
  header.writeUInt8(64, 8);
  header.writeUInt8(fields.protocol ?? 6, 9);
  Buffer.from((fields.from ?? "10.0.0.1").split(".").map(Number)).copy(header, 12);
  Buffer.from((fields.to ?? "10.0.0.2").split(".").map(Number)).copy(header, 16);
  options.copy(header, 20);
  return Buffer.concat([header, payload]);
}

/** From ::1:1 to ::1:2, or back. `headers` are extension headers and what they announce: `[number, bytes]`. */
export function ipv6(payload: Buffer, headers: readonly (readonly [number, Buffer])[] = [], isBack = false): Buffer {
  const numbers = [...headers.map(([number]) => number), 6];
  const extensions = headers.map(([, bytes], index) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(numbers[index + 1] ?? 6, 0);
    return copy;
  });
  const rest = Buffer.concat([...extensions, payload]);
  const header = Buffer.alloc(40);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(rest.length, 4);
  header.writeUInt8(numbers[0] ?? 6, 6);
  header.writeUInt16BE(1, 20);
  header.writeUInt16BE(isBack ? 2 : 1, 22);
  header.writeUInt16BE(1, 36);
  header.writeUInt16BE(isBack ? 1 : 2, 38);
  return Buffer.concat([header, rest]);
}

const macs = Buffer.from("020000000001020000000002", "hex");
const etherTypeOf = (ip: Buffer): string => (ip.readUInt8(0) >> 4 === 4 ? "0800" : "86dd");

/** An Ethernet frame; `tags` are VLAN tags in hex, `8100 0064`. Short frames are padded, as on a wire. */
export function ethernet(ip: Buffer, tags = ""): Buffer {
  const frame = Buffer.concat([macs, Buffer.from(tags.replaceAll(" ", "") + etherTypeOf(ip), "hex"), ip]);
  return frame.length < 60 ? Buffer.concat([frame, Buffer.alloc(60 - frame.length, 0x55)]) : frame;
}

export function linuxSll(ip: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`0000 0304 0006 000000000000 0000 ${etherTypeOf(ip)}`.replaceAll(" ", ""), "hex"),
    ip,
  ]);
}

export function linuxSll2(ip: Buffer): Buffer {
  const header = `${etherTypeOf(ip)} 0000 00000001 0304 00 06 0000000000000000`.replaceAll(" ", "");
  return Buffer.concat([Buffer.from(header, "hex"), ip]);
}

/** BSD loopback: the address family as a 32-bit number of the capturing machine, or of the network. */
export function loopback(ip: Buffer, family: number, isBigEndian: boolean): Buffer {
  const header = Buffer.alloc(4);
  if (isBigEndian) header.writeUInt32BE(family);
  else header.writeUInt32LE(family);
  return Buffer.concat([header, ip]);
}
