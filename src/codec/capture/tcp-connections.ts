import { u32 } from "./big-endian.js";
import { formatAddress } from "./ip-packet.js";
import type { IpPayload } from "./ip-payload.js";
import { guessServerPort, isDefaultServerPort, isFromDialler } from "./server-port.js";
import { TcpFlag, type TcpSegment } from "./tcp-segment.js";
import { type GapReason, type PacketStamp, type StreamSink, TcpStream, type TcpStreamLimits } from "./tcp-stream.js";

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
  /** Of those, how many that have ended. */
  readonly endedConnectionsMax: number;
  /** IPv6 addresses remembered. */
  readonly addressesMax: number;
  /**
   * Seconds of the capture after which a silent connection counts as gone: longer than any server of the protocol keeps one
   * (CON-03). What it says later is a connection of its own.
   */
  readonly silentSecondsMax: number;
}

/** Makes the sinks of a connection's two streams when it first carries data. */
export type OpenStreams = (connection: Connection) => Readonly<Record<StreamDirection, StreamSink>>;

type Side = 0 | 1;

/** Tens of thousands are held at once: each field counts. */
class TrackedConnection implements Connection {
  client: Endpoint;
  server: Endpoint;
  isOpeningSeen = false;
  /** Of the capture, when it last carried anything. */
  lastSeconds = 0;
  /** The next one with the same hash of its ends. */
  next: TrackedConnection | undefined;
  #clientSide: Side;
  #sinks: Readonly<Record<StreamDirection, StreamSink>> | undefined;
  readonly low: TcpStream;
  readonly high: TcpStream;

  constructor(
    readonly id: number,
    /** Numbers of the two ends, as TcpConnections keys them; side 0 is the low one. */
    readonly lowEnd: number,
    readonly highEnd: number,
    limits: TcpStreamLimits,
    ends: readonly [Endpoint, Endpoint],
    private readonly open: OpenStreams,
  ) {
    this.#clientSide = guessServerPort(ends[0].port, ends[1].port) === ends[0].port ? 1 : 0;
    [this.client, this.server] = this.#clientSide === 0 ? [ends[0], ends[1]] : [ends[1], ends[0]];
    this.low = new TcpStream(limits, new SideSink(this, 0));
    this.high = new TcpStream(limits, new SideSink(this, 1));
  }

  stream(side: Side): TcpStream {
    return side === 0 ? this.low : this.high;
  }

  /** The opening tells for certain which side is the client. Too late once bytes were passed on under a guess. */
  sawOpening(clientSide: Side): void {
    if (this.#sinks !== undefined || this.isOpeningSeen) return;
    this.isOpeningSeen = true;
    this.#setClient(clientSide);
  }

  /** Where neither the opening nor the ports tell who dialled, the first bytes may. */
  sawFirst(side: Side, bytes: Buffer, start: number, end: number): void {
    if (this.isOpeningSeen || isDefaultServerPort(this.server.port)) return;
    const isClient = isFromDialler(bytes, start, end);
    if (isClient !== undefined) this.#setClient(isClient === (side === 0) ? 0 : 1);
  }

  #setClient(side: Side): void {
    if (this.#clientSide !== side) [this.client, this.server] = [this.server, this.client];
    this.#clientSide = side;
  }

  get hasEnded(): boolean {
    return this.low.hasEnded && this.high.hasEnded;
  }

  get hasSinks(): boolean {
    return this.#sinks !== undefined;
  }

  sink(side: Side): StreamSink {
    this.#sinks ??= this.open(this);
    return this.#sinks[side === this.#clientSide ? "c2s" : "s2c"];
  }

  flush(): void {
    this.low.flush();
    this.high.flush();
  }
}

/** Passes one side's stream on, to sinks that are only made for its first bytes. */
class SideSink implements StreamSink {
  constructor(
    private readonly connection: TrackedConnection,
    private readonly side: Side,
  ) {}

  onBytes(bytes: Buffer, start: number, end: number, stamp: PacketStamp): void {
    if (!this.connection.hasSinks) this.connection.sawFirst(this.side, bytes, start, end);
    this.connection.sink(this.side).onBytes(bytes, start, end, stamp);
  }

  onGap(length: number, reason: GapReason, stamp: PacketStamp): void {
    this.connection.sink(this.side).onGap(length, reason, stamp);
  }

  onEnd(): void {
    if (this.connection.hasSinks) this.connection.sink(this.side).onEnd();
  }
}

/** Mixes the numbers of two ends, each of up to 49 bits, to 30 bits: what V8 holds without allocating. */
function hashOf(low: number, high: number): number {
  const mixed = Math.imul(low | 0, 0x9e3779b1) ^ Math.imul(high | 0, 0x85ebca6b);
  const upper = Math.imul((low / 2 ** 32) | 0, 0xc2b2ae35) ^ Math.imul((high / 2 ** 32) | 0, 0x27d4eb2f);
  return ((mixed ^ (mixed >>> 15)) + (upper ^ (upper >>> 13))) & 0x3fffffff;
}

const PORTS = 0x10000;
/** IPv4 addresses stand for themselves; IPv6 addresses are numbered from here. */
const IPV6_NUMBERS_FROM = 2 ** 32;

/** All the TCP connections of a capture: finds the stream of each segment, notices openings, ends and reused addresses. */
export class TcpConnections {
  /** By a hash of both ends; those that share one are chained. */
  readonly #connections = new Map<number, TrackedConnection>();
  /** In order of appearance. */
  readonly #all = new Set<TrackedConnection>();
  /** In order of ending: still known, so that what is repeated of them is not taken for something new. */
  readonly #ended = new Set<TrackedConnection>();
  readonly #ipv6Numbers = new Map<string, number>();
  #nextIpv6Number = IPV6_NUMBERS_FROM;
  #last: TrackedConnection | undefined;
  #count = 0;
  #sweptSeconds = 0;

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
    } else if (hasPayload && !connection?.stream(side).isNear(segment.sequence)) {
      connection = this.#replace(connection, ip, segment, side, low, high);
    }
    if (connection === undefined) return;
    connection.lastSeconds = stamp.seconds;
    if (stamp.seconds - this.#sweptSeconds > this.limits.silentSecondsMax) this.#sweep(stamp.seconds);
    const stream = connection.stream(side);
    if ((flags & TcpFlag.ack) !== 0)
      connection.stream(side === 0 ? 1 : 0).acknowledge(segment.acknowledgement, stamp.number);
    const hasFin = (flags & TcpFlag.fin) !== 0;
    if (hasPayload || hasFin) stream.take(segment, hasFin, stamp);
    if ((flags & TcpFlag.rst) !== 0) connection.flush();
    if (connection.hasEnded) this.#hasEnded(connection);
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
    const isSame = known?.stream(side).belongsTo(segment.sequence) === true;
    const connection = isSame ? known : this.#replace(known, ip, segment, side, low, high);
    const isFromClient = (segment.flags & TcpFlag.ack) === 0;
    connection.sawOpening(isFromClient === (side === 0) ? 0 : 1);
    connection.stream(side).start(segment.sequence);
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
    const hash = hashOf(low, high);
    connection.next = this.#connections.get(hash);
    this.#connections.set(hash, connection);
    this.#all.add(connection);
    if (this.#all.size > this.limits.connectionsMax) this.#evict();
    this.#last = connection;
    return connection;
  }

  #hasEnded(connection: TrackedConnection): void {
    this.#ended.add(connection);
    if (this.#ended.size <= this.limits.endedConnectionsMax) return;
    for (const first of this.#ended) return this.#forget(first);
  }

  /** At most once in the time that a connection may be silent. */
  #sweep(nowSeconds: number): void {
    this.#sweptSeconds = nowSeconds;
    for (const connection of this.#all) {
      if (nowSeconds - connection.lastSeconds > this.limits.silentSecondsMax) this.#forget(connection);
    }
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
    this.#unchain(connection);
  }

  #unchain(connection: TrackedConnection): void {
    const hash = hashOf(connection.lowEnd, connection.highEnd);
    const first = this.#connections.get(hash);
    if (first === connection) {
      if (connection.next === undefined) this.#connections.delete(hash);
      else this.#connections.set(hash, connection.next);
      return;
    }
    for (let before = first; before !== undefined; before = before.next) {
      if (before.next === connection) before.next = connection.next;
    }
  }

  #find(low: number, high: number): TrackedConnection | undefined {
    const last = this.#last;
    if (last !== undefined && last.lowEnd === low && last.highEnd === high) return last;
    let found = this.#connections.get(hashOf(low, high));
    while (found !== undefined && (found.lowEnd !== low || found.highEnd !== high)) found = found.next;
    if (found !== undefined) this.#last = found;
    return found;
  }

  #addressNumber({ bytes, isIpv6 }: IpPayload, at: number): number {
    if (!isIpv6) return u32(bytes, at);
    const address = bytes.toString("latin1", at, at + 16);
    const known = this.#ipv6Numbers.get(address);
    if (known !== undefined) return known;
    // Numbers are never given twice, so that forgetting addresses only ends the connections that they had.
    if (this.#ipv6Numbers.size === this.limits.addressesMax) this.#ipv6Numbers.clear();
    this.#ipv6Numbers.set(address, this.#nextIpv6Number);
    return this.#nextIpv6Number++;
  }
}
