import { readFileSync } from "node:fs";
import { PduFramer } from "../../src/codec/pdu-framer.js";
import { serverLimits } from "../../src/codec/pdu-header.js";

export interface CapturedPdu {
  /** Unix seconds of its last segment. */
  readonly time: number;
  /** TCP ports. */
  readonly from: number;
  readonly to: number;
  readonly bytes: Buffer;
}

const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const ETHERNET_HEADER_SIZE = 14;
const FIN = 0x01;
const RST = 0x04;

/**
 * The PDUs that went to or from a port in one of fixtures/captures, in the order they were completed. Reads classic pcap of
 * loopback Ethernet without retransmissions, independently of the product's own capture reader.
 */
export function capturePdus(name: string, port: number): CapturedPdu[] {
  const pdus: CapturedPdu[] = [];
  const framers = new Map<string, PduFramer>();
  let time = 0;
  for (const { from, to, payload, time: at } of tcpSegments(name)) {
    time = at;
    if ((from !== port && to !== port) || payload.length === 0) continue;
    const key = `${from}>${to}`;
    const framer =
      framers.get(key) ??
      new PduFramer(serverLimits, (bytes, start, end) => {
        pdus.push({ time, from, to, bytes: Buffer.from(bytes.subarray(start, end)) });
        return true;
      });
    framers.set(key, framer);
    framer.push(payload);
  }
  return pdus;
}

/** Everything that one side said to a port and heard from it, as text. For captures of HTTP. */
export function captureText(name: string, port: number): { toPort: string; fromPort: string } {
  let [toPort, fromPort] = ["", ""];
  for (const { from, to, payload } of tcpSegments(name)) {
    if (to === port) toPort += payload.toString("utf8");
    if (from === port) fromPort += payload.toString("utf8");
  }
  return { toPort, fromPort };
}

/** When, in unix seconds, each side that dialled a port let go of the connection. */
export function captureCloses(name: string, port: number): { time: number; from: number; to: number }[] {
  const closed = new Set<number>();
  return [...tcpSegments(name)].flatMap(({ time, from, to, isLast }) => {
    if (!isLast || to !== port || closed.has(from)) return [];
    closed.add(from);
    return [{ time, from, to }];
  });
}

interface Segment {
  readonly time: number;
  readonly from: number;
  readonly to: number;
  readonly payload: Buffer;
  /** FIN or RST. */
  readonly isLast: boolean;
}

function* tcpSegments(name: string): Generator<Segment> {
  const file = readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url));
  let at = FILE_HEADER_SIZE;
  while (at < file.length) {
    const length = file.readUInt32LE(at + 8);
    const time = file.readUInt32LE(at) + file.readUInt32LE(at + 4) / 1e6;
    const frame = file.subarray(at + RECORD_HEADER_SIZE, at + RECORD_HEADER_SIZE + length);
    at += RECORD_HEADER_SIZE + length;
    const ip = frame.subarray(ETHERNET_HEADER_SIZE);
    const tcp = ip.subarray((ip.readUInt8(0) & 0x0f) * 4, ip.readUInt16BE(2));
    const payload = tcp.subarray((tcp.readUInt8(12) >> 4) * 4);
    const isLast = (tcp.readUInt8(13) & (FIN | RST)) !== 0;
    yield { time, from: tcp.readUInt16BE(0), to: tcp.readUInt16BE(2), payload, isLast };
  }
}
