import { formatAddress, type IpPayload } from "./ip-packet.js";
import { guessServerPort } from "./server-port.js";
import { TcpFlag, type TcpSegment } from "./tcp-segment.js";
import { type PacketStamp, type StreamSink, TcpStream, type TcpStreamLimits } from "./tcp-stream.js";

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Whose bytes: of the side that opened the connection, or of the one that accepted it. */
export type StreamDirection = "c2s" | "s2c";

/** The two ends of one TCP connection. Objects of different connections differ, also when they reuse the same addresses. */
export interface Connection {
  /** Counts connections in the order in which they appear, from 1. */
  readonly id: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** Whether the side that opened the connection was seen to do so, or is guessed from the ports. */
  readonly isOpeningSeen: boolean;
}

export interface ConnectionLimits extends TcpStreamLimits {
  /** Connections remembered; the one that ended first, else the oldest, is forgotten for a new one. */
  readonly connectionsMax: number;
  /** IPv6 addresses remembered. */
  readonly addressesMax: number;
}

/** Makes the sinks of a connection's two streams when it first carries data. */
export type OpenStreams = (connection: Connection) => Readonly<Record<StreamDirection, StreamSink>>;

type Side = 0 | 1;

class TrackedConnection implements Connection {
  client: Endpoint;
  server: Endpoint;
  isOpeningSeen = false;
  #clientSide: Side;
  #sinks: Readonly<Record<StreamDirection, StreamSink>> | undefined;
  readonly streams: readonly [TcpStream, TcpStream];

  constructor(
    readonly id: number,
    /** Numbers of the two ends, as TcpConnections keys them; side 0 is `low`. */
    readonly low: number,
    readonly high: number,
    limits: TcpStreamLimits,
    private readonly ends: readonly [Endpoint, Endpoint],
    private readonly open: OpenStreams,
  ) {
    this.#clientSide = guessServerPort(ends[0].port, ends[1].port) === ends[0].port ? 1 : 0;
    [this.client, this.server] = this.#clientSide === 0 ? [ends[0], ends[1]] : [ends[1], ends[0]];
    this.streams = [new TcpStream(limits, this.#sinkOf(0)), new TcpStream(limits, this.#sinkOf(1))];
  }

  /** The opening tells for certain which side is the client. Too late once bytes were passed on under a guess. */
  sawOpening(clientSide: Side): void {
    if (this.#sinks !== undefined || this.isOpeningSeen) return;
    this.isOpeningSeen = true;
    this.#clientSide = clientSide;
    [this.client, this.server] = clientSide === 0 ? [this.ends[0], this.ends[1]] : [this.ends[1], this.ends[0]];
  }

  get hasEnded(): boolean {
    return this.streams[0].hasEnded && this.streams[1].hasEnded;
  }

  flush(): void {
    this.streams[0].flush();
    this.streams[1].flush();
  }

  #sinkOf(side: Side): StreamSink {
    const sink = (): StreamSink => {
      this.#sinks ??= this.open(this);
      return this.#sinks[side === this.#clientSide ? "c2s" : "s2c"];
    };
    return {
      onBytes: (bytes, start, end, stamp) => sink().onBytes(bytes, start, end, stamp),
      onGap: (length, reason, stamp) => sink().onGap(length, reason, stamp),
      onEnd: () => {
        if (this.#sinks !== undefined) sink().onEnd();
      },
    };
  }
}

const PORTS = 0x10000;
/** IPv4 addresses stand for themselves; IPv6 addresses are numbered from here. */
const IPV6_NUMBERS_FROM = 2 ** 32;

/** All the TCP connections of a capture: finds the stream of each segment, notices openings, ends and reused addresses. */
export class TcpConnections {
  /** By the lower end, then by the higher. */
  readonly #connections = new Map<number, Map<number, TrackedConnection>>();
  /** In order of appearance. */
  readonly #all = new Set<TrackedConnection>();
  /** In order of ending: still known, so that what is repeated of them is not taken for something new. */
  readonly #ended = new Set<TrackedConnection>();
  readonly #ipv6Numbers = new Map<string, number>();
  #nextIpv6Number = IPV6_NUMBERS_FROM;
  #last: TrackedConnection | undefined;
  #count = 0;

  constructor(
    private readonly limits: ConnectionLimits,
    private readonly open: OpenStreams,
  ) {}

  /** Connections seen so far. */
  get count(): number {
    return this.#count;
  }

  /** Hot. */
  take(ip: IpPayload, segment: TcpSegment, stamp: PacketStamp): void {
    const source = this.#addressNumber(ip, ip.sourceAt) * PORTS + segment.sourcePort;
    const destination = this.#addressNumber(ip, ip.destinationAt) * PORTS + segment.destinationPort;
    const side: Side = source <= destination ? 0 : 1;
    const [low, high] = side === 0 ? [source, destination] : [destination, source];
    const { flags } = segment;
    const hasPayload = segment.capturedEnd > segment.payloadAt || segment.missing > 0;
    let connection = this.#find(low, high);
    if ((flags & TcpFlag.syn) !== 0) {
      connection = this.#opening(connection, side, segment, ip, low, high);
    } else if (hasPayload && !connection?.streams[side].isNear(segment.sequence)) {
      connection = this.#replace(connection, ip, segment, side, low, high);
    }
    if (connection === undefined) return;
    const stream = connection.streams[side];
    if ((flags & TcpFlag.ack) !== 0)
      connection.streams[side === 0 ? 1 : 0].acknowledge(segment.acknowledgement, stamp.number);
    const hasFin = (flags & TcpFlag.fin) !== 0;
    if (hasPayload || hasFin) stream.take(segment, hasFin, stamp);
    if ((flags & TcpFlag.rst) !== 0) connection.flush();
    if (connection.hasEnded) this.#ended.add(connection);
  }

  /** The capture is over. */
  end(): void {
    for (const connection of this.#all) connection.flush();
  }

  /** A SYN, of either side: for a new connection, or again for the one that is known. */
  #opening(
    known: TrackedConnection | undefined,
    side: Side,
    segment: TcpSegment,
    ip: IpPayload,
    low: number,
    high: number,
  ): TrackedConnection {
    const isSame = known?.streams[side].belongsTo(segment.sequence) === true;
    const connection = isSame ? known : this.#replace(known, ip, segment, side, low, high);
    const isFromClient = (segment.flags & TcpFlag.ack) === 0;
    connection.sawOpening(isFromClient === (side === 0) ? 0 : 1);
    connection.streams[side].start(segment.sequence);
    // What a SYN carries (TCP fast open) follows the number that the SYN itself takes.
    segment.sequence = (segment.sequence + 1) >>> 0;
    return connection;
  }

  #replace(
    known: TrackedConnection | undefined,
    ip: IpPayload,
    segment: TcpSegment,
    side: Side,
    low: number,
    high: number,
  ): TrackedConnection {
    if (known !== undefined) this.#forget(known);
    const source = { address: formatAddress(ip.bytes, ip.sourceAt, ip.isIpv6), port: segment.sourcePort };
    const destination = {
      address: formatAddress(ip.bytes, ip.destinationAt, ip.isIpv6),
      port: segment.destinationPort,
    };
    const ends = side === 0 ? ([source, destination] as const) : ([destination, source] as const);
    const connection = new TrackedConnection(++this.#count, low, high, this.limits, ends, this.open);
    const byHigh = this.#connections.get(low) ?? new Map<number, TrackedConnection>();
    byHigh.set(high, connection);
    this.#connections.set(low, byHigh);
    this.#all.add(connection);
    if (this.#all.size > this.limits.connectionsMax) this.#evict();
    this.#last = connection;
    return connection;
  }

  #evict(): void {
    for (const connection of this.#ended) return this.#forget(connection);
    for (const connection of this.#all) return this.#forget(connection);
  }

  #forget(connection: TrackedConnection): void {
    connection.flush();
    this.#all.delete(connection);
    this.#ended.delete(connection);
    if (this.#last === connection) this.#last = undefined;
    const byHigh = this.#connections.get(connection.low);
    byHigh?.delete(connection.high);
    if (byHigh?.size === 0) this.#connections.delete(connection.low);
  }

  #find(low: number, high: number): TrackedConnection | undefined {
    const last = this.#last;
    if (last !== undefined && last.low === low && last.high === high) return last;
    const found = this.#connections.get(low)?.get(high);
    if (found !== undefined) this.#last = found;
    return found;
  }

  #addressNumber({ bytes, isIpv6 }: IpPayload, at: number): number {
    if (!isIpv6) return bytes.readUInt32BE(at);
    const address = bytes.toString("latin1", at, at + 16);
    const known = this.#ipv6Numbers.get(address);
    if (known !== undefined) return known;
    // Numbers are never given twice, so that forgetting addresses only ends the connections that they had.
    if (this.#ipv6Numbers.size === this.limits.addressesMax) this.#ipv6Numbers.clear();
    this.#ipv6Numbers.set(address, this.#nextIpv6Number);
    return this.#nextIpv6Number++;
  }
}
