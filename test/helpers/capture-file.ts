/** Capture files, written field by field, independently of the readers under test. */

export interface RecordedPacket {
  readonly bytes: Buffer;
  readonly seconds?: number;
  readonly nanos?: number;
  /** Bytes kept; default: all. */
  readonly kept?: number;
}

export interface PcapOptions {
  readonly linkType?: number;
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** With the longer record headers of older tcpdumps. */
  readonly modified?: boolean;
}

/** A classic pcap file. */
export function pcap(packets: readonly RecordedPacket[], options: PcapOptions = {}): Buffer {
  const { linkType = 1, bigEndian = false, nanoseconds = false, modified = false } = options;
  const u32 = numbers(bigEndian);
  const version = bigEndian ? [0x00, 0x02, 0x00, 0x04] : [0x02, 0x00, 0x04, 0x00];
  const magic = u32(modified ? 0xa1b2cd34 : nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
  const header = Buffer.concat([magic, Buffer.from(version), u32(0, 0, 262_144, linkType)]);
  const records = packets.map(({ bytes, seconds = 0, nanos = 0, kept = bytes.length }) => {
    const fraction = nanoseconds ? nanos : Math.floor(nanos / 1000);
    const lengths = u32(Math.min(kept, bytes.length), bytes.length);
    const more = Buffer.alloc(modified ? 8 : 0);
    return Buffer.concat([u32(seconds, fraction), lengths, more, bytes.subarray(0, kept)]);
  });
  return Buffer.concat([header, ...records]);
}

/** Blocks of a pcapng section in one byte order. */
export class PcapngBlocks {
  readonly #u32: (...values: readonly number[]) => Buffer;

  constructor(private readonly bigEndian = false) {
    this.#u32 = numbers(bigEndian);
  }

  section(): Buffer {
    const rest = Buffer.concat([this.#u32(0x1a2b3c4d), this.#u16(1, 0), this.#u32(0xffffffff, 0xffffffff)]);
    return this.block(0x0a0d0d0a, Buffer.concat([rest, this.option(4, Buffer.from("a test"))]));
  }

  /** `resolution`: the byte of if_tsresol. */
  interface(
    linkType: number,
    options: { resolution?: number; offsetSeconds?: bigint; snapLength?: number } = {},
  ): Buffer {
    const parts = [this.#u16(linkType, 0), this.#u32(options.snapLength ?? 0), this.option(2, Buffer.from("eth0"))];
    if (options.resolution !== undefined) parts.push(this.option(9, Buffer.from([options.resolution])));
    if (options.offsetSeconds !== undefined) parts.push(this.option(14, this.#u64(options.offsetSeconds)));
    parts.push(this.option(0, Buffer.alloc(0)));
    return this.block(1, Buffer.concat(parts));
  }

  /** An enhanced packet with a comment and flags behind it. */
  enhanced(interfaceId: number, ticks: bigint, bytes: Buffer, kept = bytes.length): Buffer {
    const time = [Number(ticks >> 32n), Number(ticks & 0xffffffffn)];
    const fixed = this.#u32(interfaceId, ...time, kept, bytes.length);
    const options = [
      this.option(1, Buffer.from("a comment")),
      this.option(2, Buffer.alloc(4)),
      this.option(0, Buffer.alloc(0)),
    ];
    return this.block(6, Buffer.concat([fixed, padded(bytes.subarray(0, kept)), ...options]));
  }

  obsolete(interfaceId: number, ticks: bigint, bytes: Buffer): Buffer {
    const time = [Number(ticks >> 32n), Number(ticks & 0xffffffffn)];
    const fixed = Buffer.concat([this.#u16(interfaceId, 0xffff), this.#u32(...time, bytes.length, bytes.length)]);
    return this.block(2, Buffer.concat([fixed, padded(bytes)]));
  }

  simple(bytes: Buffer, snapLength = bytes.length): Buffer {
    return this.block(3, Buffer.concat([this.#u32(bytes.length), padded(bytes.subarray(0, snapLength))]));
  }

  /** Two names and the end of the list. */
  nameResolution(): Buffer {
    const record = Buffer.concat([this.#u16(1, 11), padded(Buffer.from([10, 0, 0, 1, ...Buffer.from("client\0")]))]);
    return this.block(4, Buffer.concat([record, record, this.#u16(0, 0)]));
  }

  block(type: number, body: Buffer): Buffer {
    const size = body.length + 12;
    return Buffer.concat([this.#u32(type, size), body, this.#u32(size)]);
  }

  option(code: number, value: Buffer): Buffer {
    return Buffer.concat([this.#u16(code, value.length), padded(value)]);
  }

  #u16(...values: readonly number[]): Buffer {
    const bytes = Buffer.alloc(values.length * 2);
    for (const [index, value] of values.entries()) {
      if (this.bigEndian) bytes.writeUInt16BE(value, index * 2);
      else bytes.writeUInt16LE(value, index * 2);
    }
    return bytes;
  }

  #u64(value: bigint): Buffer {
    const bytes = Buffer.alloc(8);
    if (this.bigEndian) bytes.writeBigInt64BE(value);
    else bytes.writeBigInt64LE(value);
    return bytes;
  }
}

function numbers(bigEndian: boolean): (...values: readonly number[]) => Buffer {
  return (...values) => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [index, value] of values.entries()) {
      if (bigEndian) bytes.writeUInt32BE(value >>> 0, index * 4);
      else bytes.writeUInt32LE(value >>> 0, index * 4);
    }
    return bytes;
  };
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
