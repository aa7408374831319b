import { readFileSync } from "node:fs";
import { PduFramer } from "../../src/codec/pdu-framer.js";
import { serverLimits } from "../../src/codec/pdu-header.js";

export interface CapturedPdu {
  /** TCP ports. */
  readonly from: number;
  readonly to: number;
  readonly bytes: Buffer;
}

const FILE_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const ETHERNET_HEADER_SIZE = 14;

/**
 * The PDUs that went to or from a port in one of fixtures/captures, in the order they were completed. Reads classic pcap of
 * loopback Ethernet without retransmissions, independently of the product's own capture reader.
 */
export function capturePdus(name: string, port: number): CapturedPdu[] {
  const pdus: CapturedPdu[] = [];
  const framers = new Map<string, PduFramer>();
  for (const { from, to, payload } of tcpSegments(name)) {
    if ((from !== port && to !== port) || payload.length === 0) continue;
    const key = `${from}>${to}`;
    const framer =
      framers.get(key) ??
      new PduFramer(serverLimits, (bytes, start, end) => {
        pdus.push({ from, to, bytes: Buffer.from(bytes.subarray(start, end)) });
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

function* tcpSegments(name: string): Generator<{ from: number; to: number; payload: Buffer }> {
  const file = readFileSync(new URL(`../../fixtures/captures/${name}`, import.meta.url));
  let at = FILE_HEADER_SIZE;
  while (at < file.length) {
    const length = file.readUInt32LE(at + 8);
    const frame = file.subarray(at + RECORD_HEADER_SIZE, at + RECORD_HEADER_SIZE + length);
    at += RECORD_HEADER_SIZE + length;
    const ip = frame.subarray(ETHERNET_HEADER_SIZE);
    const tcp = ip.subarray((ip.readUInt8(0) & 0x0f) * 4, ip.readUInt16BE(2));
    const payload = tcp.subarray((tcp.readUInt8(12) >> 4) * 4);
    yield { from: tcp.readUInt16BE(0), to: tcp.readUInt16BE(2), payload };
  }
}
