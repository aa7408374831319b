import { serverLimits } from "../pdu-header.js";
import type { CaptureEvent } from "./capture-event.js";
import type { CapturedPacket, PacketReader, PacketSink } from "./captured-packet.js";
import { CarryBudget } from "./carry-budget.js";
import { ClassicPcapReader } from "./classic-pcap.js";
import type { CaptureFormat } from "./detect-format.js";
import { fragmentLimits, IpFragments } from "./ip-fragments.js";
import { IpProtocol } from "./ip-packet.js";
import { newIpPayload } from "./ip-payload.js";
import { PcapngReader } from "./pcapng.js";
import { openPduStreams, type PduStreamOptions } from "./pdu-stream.js";
import { anyIpOffset, unreadFrame } from "./rare-link-layer.js";
import { type ConnectionLimits, TcpConnections } from "./tcp-connections.js";
import { newTcpSegment, readTcpSegment } from "./tcp-segment.js";
import { tcpStreamLimits } from "./tcp-stream.js";
import { TimeOrder, timeOrderLimits } from "./time-order.js";
import { readTcpCarrier } from "./tunnels.js";

export interface CaptureOptions {
  /** Only connections that have one of these ports; else those that are seen to carry PDUs. */
  readonly ports?: ReadonlySet<number>;
  /** Default: what servers accept of one another, 64 MiB (FRM-06). */
  readonly pduSizeMaxBytes?: number;
}

export interface CaptureTotals {
  packets: number;
  /** Packets of a link type that is not read, without IP or without TCP, or cut before the end of these headers. */
  ignoredPackets: number;
  connections: number;
  pdus: number;
}

const connectionLimits: ConnectionLimits = {
  ...tcpStreamLimits,
  connectionsMax: 65_536,
  endedConnectionsMax: 4096,
  addressesMax: 1_000_000,
  silentSecondsMax: 900,
};
const carriedBytesMax = 128 << 20;

interface Unread {
  count: number;
  readonly firstNumber: number;
  isReported: boolean;
}

/** Packets in, events out: link layer, IP, TCP, PDUs. */
export class CaptureDecoder implements PacketSink {
  readonly totals: CaptureTotals = { packets: 0, ignoredPackets: 0, connections: 0, pdus: 0 };
  readonly #order = new TimeOrder(timeOrderLimits, (packet) => this.#decode(packet));
  readonly #fragments = new IpFragments(fragmentLimits);
  readonly #ip = newIpPayload();
  readonly #segment = newTcpSegment();
  readonly #connections: TcpConnections;
  readonly #ports: ReadonlySet<number> | undefined;
  /** Packets that are not read, by what they are: how many, and the first one's number. */
  readonly #unread = new Map<string, Unread>();

  constructor(
    private readonly emit: (event: CaptureEvent) => void,
    options: CaptureOptions = {},
  ) {
    this.#ports = options.ports;
    const streamOptions: PduStreamOptions = {
      pduSizeMaxBytes: options.pduSizeMaxBytes ?? serverLimits.pduSizeMaxBytes,
      isChosen: options.ports !== undefined,
      budget: new CarryBudget(carriedBytesMax),
    };
    const counted = (event: CaptureEvent): void => {
      if (event.kind === "pdu") this.totals.pdus++;
      emit(event);
    };
    this.#connections = new TcpConnections(connectionLimits, (connection) =>
      openPduStreams(connection, streamOptions, counted),
    );
  }

  onPacket(packet: CapturedPacket): void {
    this.totals.packets++;
    this.#order.push(packet);
  }

  onFileProblem(offset: number, reason: string): void {
    this.emit({ kind: "file-problem", offset, message: reason });
  }

  /** Nothing more has come for a while: packets that waited for earlier ones come out. */
  pause(): void {
    this.#order.release();
    this.#reportUnread();
  }

  /** The capture is over: what was held back comes out. */
  end(): void {
    this.#order.release();
    this.#connections.end();
    this.#reportUnread();
    this.totals.connections = this.#connections.count;
    const { incompleteCount } = this.#fragments;
    if (incompleteCount === 1) this.onFileProblem(0, "1 IP datagram lacks fragments: what came of it is left out");
    if (incompleteCount > 1)
      this.onFileProblem(0, `${incompleteCount} IP datagrams lack fragments: what came of them is left out`);
  }

  /** Hot. */
  #decode(packet: CapturedPacket): void {
    const { linkType, bytes, start = 0, end = bytes.length } = packet;
    const at = anyIpOffset(linkType, bytes, start, end);
    if (at < 0) return this.#ignore(packet, unreadFrame(linkType, bytes, start, end));
    if (!readTcpCarrier(bytes, at, end, this.#ip, this.#fragments, packet.seconds)) {
      return this.#ignore(packet, this.#ip.protocol === IpProtocol.esp ? "encrypted by IPsec (ESP)" : undefined);
    }
    if (!readTcpSegment(this.#ip, this.#segment)) return this.#ignore(packet, undefined);
    if (this.#ports !== undefined && !this.#isOnPort(this.#ports)) return;
    this.#connections.take(this.#ip, this.#segment, packet);
  }

  #isOnPort(ports: ReadonlySet<number>): boolean {
    return ports.has(this.#segment.sourcePort) || ports.has(this.#segment.destinationPort);
  }

  /** `unread` is what packets are that cannot be read; the others are other traffic. */
  #ignore({ number }: CapturedPacket, unread: string | undefined): void {
    this.totals.ignoredPackets++;
    if (unread === undefined) return;
    const known = this.#unread.get(unread);
    if (known === undefined) this.#unread.set(unread, { count: 1, firstNumber: number, isReported: false });
    else known.count++;
  }

  #reportUnread(): void {
    for (const [what, unread] of this.#unread) {
      if (unread.isReported) continue;
      unread.isReported = true;
      const { count, firstNumber } = unread;
      const packets = count === 1 ? `packet ${firstNumber} is` : `${count} packets, from packet ${firstNumber} on, are`;
      this.onFileProblem(0, `${packets} not read: ${what}`);
    }
  }
}

/**
 * Reads a capture that `openInput` recognised. Yields what each piece of the file completes, in order, so that memory stays
 * flat however large the file is; returns the totals. An empty piece says that the capture is still being written and nothing
 * has come for a while: what is whole comes out then, although packets with earlier times may still follow.
 */
export async function* capturePdus(
  format: CaptureFormat,
  chunks: AsyncIterable<Buffer>,
  options: CaptureOptions = {},
): AsyncGenerator<readonly CaptureEvent[], CaptureTotals> {
  let batch: CaptureEvent[] = [];
  const decoder = new CaptureDecoder((event) => batch.push(event), options);
  const reader = readerOf(format, decoder);
  let position = 0;
  try {
    for await (const chunk of chunks) {
      position += chunk.length;
      if (chunk.length === 0) decoder.pause();
      else reader.push(chunk);
      if (batch.length === 0) continue;
      yield batch;
      batch = [];
    }
    reader.end();
  } catch (error) {
    if (!isZlibError(error)) throw error;
    decoder.onFileProblem(position, `the gzip file is broken or cut off here: ${error.message}`);
  }
  decoder.end();
  if (batch.length > 0) yield batch;
  return decoder.totals;
}

function readerOf(format: CaptureFormat, sink: PacketSink): PacketReader {
  return format.kind === "pcap" ? new ClassicPcapReader(format.pcap, sink) : new PcapngReader(sink);
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
