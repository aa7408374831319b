/** One packet of a capture as it was recorded, link-layer header first. Readers reuse the object: it is valid during one call. */
export interface CapturedPacket {
  /** Position in the capture, from 1: Wireshark's "No.". */
  readonly number: number;
  /** A LINKTYPE_ number of the pcap registry; see link-layer.ts. */
  readonly linkType: number;
  /** Whole seconds since 1970, or -1 when the capture does not say. Two numbers, for one cannot hold nanoseconds exactly. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
  /** What was captured is `bytes[start, end)`, else all of `bytes`: valid as long as the source does not reuse its buffers. */
  readonly bytes: Buffer;
  readonly start?: number;
  readonly end?: number;
}

/** Nanoseconds since 1970; `undefined` when the capture does not say. */
export function timeNsOf(seconds: number, nanos: number): bigint | undefined {
  return seconds < 0 ? undefined : BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
}

/** What the readers of capture files report: packets in file order, and what is wrong with the file. */
export interface PacketSink {
  onPacket(packet: CapturedPacket): void;
  /** `offset` is in bytes from the start of the (uncompressed) file. */
  onFileProblem(offset: number, reason: string): void;
}

/** A capture format: takes the file's bytes as they come. */
export interface PacketReader {
  push(chunk: Buffer): void;
  /** Reports what is cut off at the end of the file. */
  end(): void;
}

/** Largest packet believed, in bytes: libpcap's own largest snapshot length. A length beyond it is a broken file. */
export const packetSizeMaxBytes = 262_144;
