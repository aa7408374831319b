import { ByteQueue } from "./byte-queue.js";
import { type PacketReader, type PacketSink, packetSizeMaxBytes } from "./captured-packet.js";
import { type PcapngClock, pcapngClock } from "./pcapng-clock.js";

const BLOCK_HEADER_SIZE = 8;
const BLOCK_SIZE_MIN = 12;
/** Blocks that are read are held whole; packets with their options, and the descriptions of sections and interfaces. */
const blockSizeMaxBytes = packetSizeMaxBytes + (1 << 20);
const interfacesMax = 65_536;

const BlockType = {
  section: 0x0a0d0d0a,
  interface: 0x00000001,
  obsoletePacket: 0x00000002,
  simplePacket: 0x00000003,
  enhancedPacket: 0x00000006,
} as const;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_MAGIC_SWAPPED = 0x4d3c2b1a;

interface Interface {
  readonly linkType: number;
  /** Bytes kept of each packet; 0 for no limit. */
  readonly snapLength: number;
  readonly clock: PcapngClock;
}

/**
 * Reads pcapng: sections of either byte order, any number of interfaces with their own clock resolution and offset, enhanced,
 * simple and obsolete packet blocks. Every other block (names, statistics, secrets, custom) is passed over without being held.
 */
export class PcapngReader implements PacketReader {
  readonly #queue = new ByteQueue();
  #littleEndian = true;
  #interfaces: Interface[] = [];
  #number = 0;
  /** Bytes of a block that is passed over and has not come yet. */
  #passing = 0;
  #passingFrom = 0;
  #broken = false;

  constructor(private readonly sink: PacketSink) {}

  push(chunk: Buffer): void {
    if (this.#broken) return;
    this.#queue.push(chunk);
    while (this.#takeBlock()) {}
  }

  end(): void {
    if (this.#broken) return;
    const left = this.#queue.length;
    if (this.#passing > 0) {
      const passed = this.#queue.position - this.#passingFrom;
      const claimed = passed + this.#passing;
      const reason = `the file ends inside a block of an unread kind: ${passed} of the ${claimed} bytes that it claims are there`;
      this.sink.onFileProblem(this.#passingFrom, reason);
      return;
    }
    if (left === 0) return;
    this.sink.onFileProblem(this.#queue.position, `the file ends inside a block: ${left} bytes of it are there`);
  }

  #takeBlock(): boolean {
    if (this.#passing > 0) {
      this.#passing -= this.#queue.skip(this.#passing);
      if (this.#passing > 0) return false;
    }
    const start = this.#queue.peek(BLOCK_SIZE_MIN);
    if (start === undefined) return false;
    // The type of a section header is a palindrome, so that it can be read before its byte order is known.
    const isSection = start.bytes.readUInt32LE(start.at) === BlockType.section;
    if (isSection && !this.#readByteOrder(start.bytes, start.at)) return false;
    const type = this.#u32(start.bytes, start.at);
    const size = this.#u32(start.bytes, start.at + 4);
    if (size < BLOCK_SIZE_MIN || size % 4 !== 0) return this.#breakOff(`a block claims a length of ${size} bytes`);
    if (!isRead(type)) {
      this.#passing = size;
      this.#passingFrom = this.#queue.position;
      return true;
    }
    if (size > blockSizeMaxBytes) {
      return this.#breakOff(`a block claims ${size} bytes, more than the ${blockSizeMaxBytes} it can have`);
    }
    const block = this.#queue.peek(size);
    if (block === undefined) return false;
    const { bytes, at } = block;
    if (this.#u32(bytes, at + size - 4) !== size) return this.#breakOff("a block's two lengths differ");
    this.#readBlock(type, bytes, at + BLOCK_HEADER_SIZE, at + size - 4);
    this.#queue.skip(size);
    return true;
  }

  #readByteOrder(bytes: Buffer, at: number): boolean {
    const magic = bytes.readUInt32LE(at + BLOCK_HEADER_SIZE);
    if (magic !== BYTE_ORDER_MAGIC && magic !== BYTE_ORDER_MAGIC_SWAPPED) {
      return this.#breakOff("a section header has no byte-order magic");
    }
    this.#littleEndian = magic === BYTE_ORDER_MAGIC;
    return true;
  }

  #readBlock(type: number, bytes: Buffer, at: number, end: number): void {
    if (type === BlockType.section) this.#interfaces = [];
    else if (type === BlockType.interface) this.#readInterface(bytes, at, end);
    else if (type === BlockType.enhancedPacket) this.#readPacket(this.#u32At(bytes, at, end), bytes, at, end);
    else if (type === BlockType.obsoletePacket) this.#readPacket(this.#u16At(bytes, at, end), bytes, at, end);
    else this.#readSimplePacket(bytes, at, end);
  }

  #readInterface(bytes: Buffer, at: number, end: number): void {
    if (this.#interfaces.length === interfacesMax) {
      this.#breakOff(`a section describes more than ${interfacesMax} interfaces`);
      return;
    }
    if (end - at < 8) return this.#problem("an interface description is too short");
    this.#interfaces.push({
      linkType: this.#u16At(bytes, at, end),
      snapLength: this.#u32(bytes, at + 4),
      clock: pcapngClock(bytes, at + 8, end, this.#littleEndian),
    });
  }

  /** Enhanced and obsolete packet blocks agree in all but the width of the interface number. */
  #readPacket(interfaceId: number, bytes: Buffer, at: number, end: number): void {
    const number = ++this.#number;
    const dataAt = at + 20;
    const from = this.#interfaces[interfaceId];
    if (from === undefined)
      return this.#problem(`packet ${number} names interface ${interfaceId}, which was not described`);
    if (dataAt > end) return this.#problem(`the block of packet ${number} is too short`);
    const captured = this.#u32(bytes, at + 12);
    if (captured > end - dataAt) return this.#problem(`packet ${number} claims more bytes than its block has`);
    const { seconds, nanos } = from.clock(this.#u32(bytes, at + 4), this.#u32(bytes, at + 8));
    const data = bytes.subarray(dataAt, dataAt + captured);
    this.sink.onPacket({ number, linkType: from.linkType, seconds, nanos, bytes: data });
  }

  /** A simple packet has no time, belongs to interface 0 and says only how long it was before it was cut. */
  #readSimplePacket(bytes: Buffer, at: number, end: number): void {
    const number = ++this.#number;
    const from = this.#interfaces[0];
    if (from === undefined) return this.#problem(`packet ${number} comes before any interface description`);
    const dataAt = at + 4;
    if (dataAt > end) return this.#problem(`the block of packet ${number} is too short`);
    const limit = from.snapLength === 0 ? packetSizeMaxBytes : from.snapLength;
    const captured = Math.min(this.#u32(bytes, at), limit, end - dataAt);
    const data = bytes.subarray(dataAt, dataAt + captured);
    this.sink.onPacket({ number, linkType: from.linkType, seconds: -1, nanos: 0, bytes: data });
  }

  #problem(reason: string): void {
    this.sink.onFileProblem(this.#queue.position, reason);
  }

  /** Nothing leads to the next block when a length cannot be true. */
  #breakOff(reason: string): false {
    this.#broken = true;
    this.#problem(`${reason}; the rest of the file is not read`);
    return false;
  }

  #u32(bytes: Buffer, at: number): number {
    return this.#littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  }

  #u32At(bytes: Buffer, at: number, end: number): number {
    return at + 4 <= end ? this.#u32(bytes, at) : -1;
  }

  #u16At(bytes: Buffer, at: number, end: number): number {
    if (at + 2 > end) return -1;
    return this.#littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  }
}

function isRead(type: number): boolean {
  return (
    type === BlockType.section ||
    type === BlockType.interface ||
    type === BlockType.enhancedPacket ||
    type === BlockType.simplePacket ||
    type === BlockType.obsoletePacket
  );
}
