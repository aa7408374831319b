import { EventEmitter } from "node:events";
import { parse } from "pcap-parser";
import { ByteQueue } from "./byte-queue.js";
import { type PacketReader, type PacketSink, packetSizeMaxBytes } from "./captured-packet.js";

const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const LINK_TYPE_OFFSET = 20;
const CAPTURED_LENGTH_OFFSET = 8;
const NANOS_PER_MICRO = 1000;
// The upper bits of the link type field say how long a frame check sequence is.
const LINK_TYPE_MASK = 0xffff;

export interface ClassicPcapFormat {
  readonly littleEndian: boolean;
  readonly timestamps: "microseconds" | "nanoseconds";
}

/** A run of whole records, `bytes[start, end)`, whose lengths have been checked. */
type TakeRecords = (bytes: Buffer, start: number, end: number) => void;

/**
 * Reads classic pcap (libpcap 2.4). Records are checked and cut here, because a record's length field decides how much is held;
 * files with microseconds are then read by pcap-parser, which never sees a partial record, and those with nanoseconds,
 * which it does not know, are read in place.
 */
export class ClassicPcapReader implements PacketReader {
  readonly #queue = new ByteQueue();
  readonly #u32: (bytes: Buffer, at: number) => number;
  #takeRecords: TakeRecords | undefined;
  #broken = false;

  constructor(
    private readonly format: ClassicPcapFormat,
    private readonly sink: PacketSink,
  ) {
    this.#u32 = format.littleEndian ? readU32LE : readU32BE;
  }

  push(chunk: Buffer): void {
    if (this.#broken) return;
    this.#queue.push(chunk);
    this.#takeRecords ??= this.#startRecords();
    if (this.#takeRecords === undefined) return;
    while (this.#pushWholeRecords(this.#takeRecords)) {}
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
    const linkType = this.#u32(bytes, at + LINK_TYPE_OFFSET) & LINK_TYPE_MASK;
    const taking =
      this.format.timestamps === "microseconds"
        ? throughPcapParser(bytes.subarray(at, at + FILE_HEADER_SIZE), linkType, this.sink)
        : inPlace(this.#u32, linkType, this.sink);
    this.#queue.skip(FILE_HEADER_SIZE);
    return taking;
  }

  /** Passes on the whole records at the front of the queue; false when there is none. */
  #pushWholeRecords(take: TakeRecords): boolean {
    const first = this.#queue.peek(RECORD_HEADER_SIZE);
    if (first === undefined) return false;
    const firstSize = this.#recordSize(first.bytes, first.at, 0);
    if (firstSize < 0) return false;
    const record = this.#queue.peek(firstSize);
    if (record === undefined) return false;
    const { bytes, at } = record;
    let end = at + firstSize;
    while (end + RECORD_HEADER_SIZE <= bytes.length) {
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
    if (captured <= packetSizeMaxBytes) return RECORD_HEADER_SIZE + captured;
    if (!this.#broken) {
      this.#broken = true;
      const reason = `a packet claims ${captured} captured bytes, more than the ${packetSizeMaxBytes} there can be; the rest of the file is not read`;
      this.sink.onFileProblem(this.#queue.position + ahead, reason);
    }
    return -1;
  }
}

function throughPcapParser(fileHeader: Buffer, linkType: number, sink: PacketSink): TakeRecords {
  const stream = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
  const parser = parse(stream);
  let number = 0;
  parser.on("packet", ({ header, data }) => {
    sink.onPacket({
      number: ++number,
      linkType,
      seconds: header.timestampSeconds,
      nanos: header.timestampMicroseconds * NANOS_PER_MICRO,
      bytes: data,
    });
  });
  parser.on("error", (error) => sink.onFileProblem(0, error.message));
  stream.emit("data", fileHeader);
  return (bytes, start, end) => stream.emit("data", bytes.subarray(start, end));
}

function inPlace(u32: (bytes: Buffer, at: number) => number, linkType: number, sink: PacketSink): TakeRecords {
  let number = 0;
  return (bytes, start, end) => {
    for (let at = start; at < end; ) {
      const dataAt = at + RECORD_HEADER_SIZE;
      const dataEnd = dataAt + u32(bytes, at + CAPTURED_LENGTH_OFFSET);
      const [seconds, nanos] = [u32(bytes, at), u32(bytes, at + 4)];
      sink.onPacket({ number: ++number, linkType, seconds, nanos, bytes: bytes.subarray(dataAt, dataEnd) });
      at = dataEnd;
    }
  };
}

function readU32LE(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at);
}

function readU32BE(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at);
}
