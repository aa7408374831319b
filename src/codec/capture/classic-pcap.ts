import { EventEmitter } from "node:events";
import { parse } from "pcap-parser";
import { ByteQueue } from "./byte-queue.js";
import { type PacketReader, type PacketSink, packetSizeMaxBytes } from "./captured-packet.js";

const FILE_HEADER_SIZE = 24;
const LINK_TYPE_OFFSET = 20;
const CAPTURED_LENGTH_OFFSET = 8;
const NANOS_PER_MICRO = 1000;
const MICROSECONDS_MAGIC = 0xa1b2c3d4;
const NANOSECONDS_MAGIC = 0xa1b23c4d;
const MODIFIED_MAGIC = 0xa1b2cd34;
const VERSION_OFFSET = 4;
/** Two numbers of 16 bits, read as one of 32. */
const VERSION_2_4_LITTLE_ENDIAN = 0x00040002;
const VERSION_2_4_BIG_ENDIAN = 0x00020004;
const secondFile = "another capture begins here, and is not read: mergecap joins captures, not cat";
// The upper bits of the link type field say how long a frame check sequence is.
const LINK_TYPE_MASK = 0xffff;

export interface ClassicPcapFormat {
  readonly littleEndian: boolean;
  readonly timestamps: "microseconds" | "nanoseconds";
  /** 24 in the "modified" format of older tcpdumps, which also says the interface, the protocol and the packet's type. */
  readonly recordHeaderBytes: 16 | 24;
}

type U32 = (bytes: Buffer, at: number) => number;

/** Takes a run of whole records, `bytes[start, end)`, whose lengths have been checked. */
type TakeRecords = (bytes: Buffer, start: number, end: number) => void;

/** How much of a file pcap-parser reads: all of most captures, of a large one the beginning. */
const defaultParsedBytesMax = 1 << 20;

/**
 * Reads classic pcap (libpcap 2.4). Records are checked and cut here, because a record's length field decides how much is held;
 * pcap-parser then reads them, and never sees a partial one. What it does not know (nanoseconds, longer record headers) or would take too long for
 * (what is beyond the first megabytes) is read in place; docs/decisions/0007-classic-captures.md says why.
 */
export class ClassicPcapReader implements PacketReader {
  readonly #queue = new ByteQueue();
  readonly #u32: U32;
  readonly #recordHeaderSize: number;
  #linkType = 0;
  #takeRecords: TakeRecords | undefined;
  #broken = false;

  constructor(
    private readonly format: ClassicPcapFormat,
    private readonly sink: PacketSink,
    private readonly parsedBytesMax = defaultParsedBytesMax,
  ) {
    this.#u32 = format.littleEndian ? readU32LE : readU32BE;
    this.#recordHeaderSize = format.recordHeaderBytes;
  }

  push(chunk: Buffer): void {
    if (this.#broken) return;
    this.#queue.push(chunk);
    this.#takeRecords ??= this.#startRecords();
    while (this.#takeRecords !== undefined && this.#pushWholeRecords(this.#takeRecords)) {}
  }

  end(): void {
    if (this.#broken) return;
    const left = this.#queue.length;
    const position = this.#queue.position;
    if (position === 0) this.sink.onFileProblem(0, `the file ends inside its ${FILE_HEADER_SIZE}-byte header`);
    else if (left > 0)
      this.sink.onFileProblem(position, `the file ends inside a packet: ${left} bytes of it are there`);
  }

  #startRecords(): TakeRecords | undefined {
    const header = this.#queue.peek(FILE_HEADER_SIZE);
    if (header === undefined) return undefined;
    const { bytes, at } = header;
    this.#linkType = this.#u32(bytes, at + LINK_TYPE_OFFSET) & LINK_TYPE_MASK;
    const { timestamps, recordHeaderBytes } = this.format;
    const taking =
      timestamps === "microseconds" && recordHeaderBytes === 16
        ? this.#throughPcapParser(bytes.subarray(at, at + FILE_HEADER_SIZE))
        : this.#inPlace(0, timestamps === "microseconds" ? NANOS_PER_MICRO : 1);
    this.#queue.skip(FILE_HEADER_SIZE);
    return taking;
  }

  /** Passes on the whole records at the front of the queue; false when there is none. */
  #pushWholeRecords(take: TakeRecords): boolean {
    const first = this.#queue.peek(this.#recordHeaderSize);
    if (first === undefined) return false;
    const firstSize = this.#recordSize(first.bytes, first.at, 0);
    if (firstSize < 0) return false;
    const record = this.#queue.peek(firstSize);
    if (record === undefined) return false;
    const { bytes, at } = record;
    let end = at + firstSize;
    while (end + this.#recordHeaderSize <= bytes.length) {
      const size = this.#recordSize(bytes, end, end - at);
      if (size < 0 || end + size > bytes.length) break;
      end += size;
    }
    take(bytes, at, end);
    this.#queue.skip(end - at);
    return !this.#broken;
  }

  /** -1, and the end of reading, when the length cannot be true: nothing in the format leads to the next record then. */
  #recordSize(bytes: Buffer, at: number, ahead: number): number {
    const captured = this.#u32(bytes, at + CAPTURED_LENGTH_OFFSET);
    if (this.#isFileHeader(bytes, at)) return this.#breakOff(ahead, secondFile);
    if (captured <= packetSizeMaxBytes) return this.#recordHeaderSize + captured;
    const reason = `a packet claims ${captured} captured bytes, more than the ${packetSizeMaxBytes} there can be; the rest of the file is not read`;
    return this.#breakOff(ahead, reason);
  }

  #breakOff(ahead: number, reason: string): -1 {
    if (!this.#broken) this.sink.onFileProblem(this.#queue.position + ahead, reason);
    this.#broken = true;
    return -1;
  }

  /** Its magic number would be a time in 2055. */
  #isFileHeader(bytes: Buffer, at: number): boolean {
    const magic = this.#u32(bytes, at);
    if (magic !== MICROSECONDS_MAGIC && magic !== NANOSECONDS_MAGIC && magic !== MODIFIED_MAGIC) return false;
    const version = this.#u32(bytes, at + VERSION_OFFSET);
    return version === (this.format.littleEndian ? VERSION_2_4_LITTLE_ENDIAN : VERSION_2_4_BIG_ENDIAN);
  }

  /** Hands records to pcap-parser, until it has read its part. */
  #throughPcapParser(fileHeader: Buffer): TakeRecords {
    const stream = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
    const parser = parse(stream);
    let number = 0;
    parser.on("packet", ({ header, data }) => {
      this.sink.onPacket({
        number: ++number,
        linkType: this.#linkType,
        seconds: header.timestampSeconds,
        nanos: header.timestampMicroseconds * NANOS_PER_MICRO,
        bytes: data,
        start: 0,
        end: data.length,
      });
    });
    parser.on("error", (error) => {
      this.#broken = true;
      this.sink.onFileProblem(0, error.message);
    });
    stream.emit("data", fileHeader);
    return (bytes, start, end) => {
      stream.emit("data", bytes.subarray(start, end));
      if (this.#queue.position + (end - start) >= this.parsedBytesMax)
        this.#takeRecords = this.#inPlace(number, NANOS_PER_MICRO);
    };
  }

  /** The same, without an object, three views and three events for each record. Hot. */
  #inPlace(packetsBefore: number, nanosPerTick: number): TakeRecords {
    const u32 = this.#u32;
    const { sink } = this;
    const { recordHeaderBytes } = this.format;
    const packet = {
      number: packetsBefore,
      linkType: this.#linkType,
      seconds: 0,
      nanos: 0,
      bytes: nothing,
      start: 0,
      end: 0,
    };
    return (bytes, start, end) => {
      packet.bytes = bytes;
      for (let at = start; at < end; at = packet.end) {
        packet.number++;
        packet.seconds = u32(bytes, at);
        packet.nanos = u32(bytes, at + 4) * nanosPerTick;
        packet.start = at + recordHeaderBytes;
        packet.end = packet.start + u32(bytes, at + CAPTURED_LENGTH_OFFSET);
        sink.onPacket(packet);
      }
    };
  }
}

const nothing: Buffer = Buffer.alloc(0);

function readU32LE(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at);
}

function readU32BE(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at);
}
