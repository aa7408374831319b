const BlockType = { section: 0x0a0d0d0a, interface: 0x00000001, enhancedPacket: 0x00000006 } as const;
const OptionCode = {
  end: 0,
  comment: 1,
  application: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  resolution: 9,
} as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BLOCK_OVERHEAD = 12;
const PACKET_FIELDS_SIZE = 20;
const NANOSECONDS = 9;
const NANOS_PER_SECOND = 1_000_000_000n;
/** "Not known": a live recording does not know how long its section becomes. */
const SECTION_LENGTH_UNKNOWN = 0xffffffff;

export interface PcapngInterface {
  readonly name: string;
  readonly description: string;
  /** A LINKTYPE_ number of the pcap registry. */
  readonly linkType: number;
}

/** An option's length has 16 bits. */
const COMMENT_BYTES_MAX = 32 * 1024;

/** The beginning of a pcapng file, little-endian, its clock in nanoseconds: a section and its interfaces. */
export function pcapngHeader(application: string, interfaces: readonly PcapngInterface[], comment?: string): Buffer {
  const fixed = Buffer.alloc(16);
  fixed.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  fixed.writeUInt16LE(1, 4);
  fixed.writeUInt32LE(SECTION_LENGTH_UNKNOWN, 8);
  fixed.writeUInt32LE(SECTION_LENGTH_UNKNOWN, 12);
  const section = block(
    BlockType.section,
    fixed,
    options([...commentOption(comment), [OptionCode.application, application]]),
  );
  return Buffer.concat([section, ...interfaces.map(interfaceBlock)]);
}

/** One packet, link-layer header first. `seconds` since 1970 and `nanos` of the next one. */
export function pcapngPacket(interfaceId: number, seconds: number, nanos: number, packet: Buffer): Buffer {
  const size = BLOCK_OVERHEAD + PACKET_FIELDS_SIZE + padded(packet.length);
  const out = Buffer.alloc(size);
  const ticks = BigInt(seconds) * NANOS_PER_SECOND + BigInt(nanos);
  out.writeUInt32LE(BlockType.enhancedPacket, 0);
  out.writeUInt32LE(size, 4);
  out.writeUInt32LE(interfaceId, 8);
  out.writeUInt32LE(Number(ticks >> 32n), 12);
  out.writeUInt32LE(Number(ticks & 0xffffffffn), 16);
  out.writeUInt32LE(packet.length, 20);
  out.writeUInt32LE(packet.length, 24);
  packet.copy(out, 28);
  out.writeUInt32LE(size, size - 4);
  return out;
}

function interfaceBlock({ name, description, linkType }: PcapngInterface): Buffer {
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16LE(linkType, 0);
  return block(
    BlockType.interface,
    fixed,
    options([
      [OptionCode.interfaceName, name],
      [OptionCode.interfaceDescription, description],
      [OptionCode.resolution, Buffer.from([NANOSECONDS])],
    ]),
  );
}

function commentOption(comment: string | undefined): [code: number, value: Buffer][] {
  return comment === undefined ? [] : [[OptionCode.comment, Buffer.from(comment).subarray(0, COMMENT_BYTES_MAX)]];
}

function block(type: number, fixed: Buffer, rest: Buffer): Buffer {
  const size = BLOCK_OVERHEAD + fixed.length + rest.length;
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(size, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(size, 0);
  return Buffer.concat([head, fixed, rest, tail]);
}

function options(list: readonly (readonly [code: number, value: string | Buffer])[]): Buffer {
  const parts = [...list, [OptionCode.end, ""] as const].map(([code, value]) => {
    const bytes = Buffer.from(value as string);
    const out = Buffer.alloc(4 + padded(bytes.length));
    out.writeUInt16LE(code, 0);
    out.writeUInt16LE(bytes.length, 2);
    bytes.copy(out, 4);
    return out;
  });
  return Buffer.concat(parts);
}

function padded(size: number): number {
  return size + (-size & 3);
}
