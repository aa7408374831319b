import { HEADER_SIZE } from "../pdu-header.js";
import { looksLikePdu, packetLinkType, wholePduBytes } from "./chunk-content.js";
import type { SourceText } from "./source-text.js";

/** Bytes of a dissection, at their offset in the text. */
export interface DissectedBytes {
  readonly start: number;
  readonly bytes: Buffer;
  /** Of a whole packet; `undefined` for what TCP carried. */
  readonly linkType: number | undefined;
}

/** A whole packet, as `tshark -T json -x` and `-T jsonraw` have it beside what they say of it. */
const frame = /"frame_raw"\s{0,8}:\s{0,80}\[\s{0,80}"([0-9a-f]+)"/g;
/** `"tcp.payload": "00:01…"` of -T json, `"tcp_tcp_payload":"00:01…"` of -T ek, `name="tcp.payload" … value="0001…"` of -T pdml. */
const field =
  /"tcp[._](?:tcp_)?(payload|srcport|stream)"(?:\s{0,8}:\s{0,8}"([0-9a-f:]+)"| showname="[^"\n]{0,200}" size="\d{1,9}" pos="\d{1,9}" show="([0-9a-f:]*)"(?: value="([0-9a-f]*)")?)/g;

/**
 * What tshark and Wireshark write when they export dissected packets (`-T json`, `-T ek`, `-T pdml`): each packet's bytes stand
 * there several times, whole and field by field. Only whole packets count, or else what TCP carried, of which each PDU is put
 * together from the segments of its side of a connection. Empty when the text is no such export.
 */
export function dissectedPackets({ text }: SourceText): DissectedBytes[] {
  const packets = Array.from(text.matchAll(frame), ({ 0: match, 1: digits = "", index }): DissectedBytes => {
    const bytes = Buffer.from(digits, "hex");
    return { start: index + match.length - digits.length - 1, bytes, linkType: packetLinkType(bytes) };
  });
  if (packets.length > 0) return packets.filter(({ linkType }) => linkType !== undefined);
  return joined(segmentsOf(text));
}

interface Segment {
  /** Which side of which connection sent it; `undefined` where the export leaves that out. */
  readonly side: string | undefined;
  readonly start: number;
  readonly bytes: Buffer;
}

function* segmentsOf(text: string): Generator<Segment> {
  let [stream, sourcePort]: (string | undefined)[] = [];
  for (const { 0: match, 1: name, 2: json, 3: shown, 4: value, index } of text.matchAll(field)) {
    if (name === "stream") stream = json ?? shown;
    else if (name === "srcport") sourcePort = json ?? shown;
    else {
      const digits = (json ?? value ?? "").replaceAll(":", "");
      const side = stream === undefined || sourcePort === undefined ? undefined : `${stream} ${sourcePort}`;
      yield { side, start: index + match.lastIndexOf(json ?? value ?? ""), bytes: Buffer.from(digits, "hex") };
    }
  }
}

/** Each segment that ends a PDU comes with those before it of the same side that had begun it. */
function joined(segments: Iterable<Segment>): DissectedBytes[] {
  const found: DissectedBytes[] = [];
  const sides = new Map<string, UnfinishedPdu>();
  const add = (start: number, bytes: Buffer): void => {
    if (bytes.length > 0) found.push({ start, bytes, linkType: undefined });
  };
  for (const { side, start, bytes } of segments) {
    if (side === undefined) {
      add(start, bytes);
      continue;
    }
    const pdu = sides.get(side) ?? new UnfinishedPdu();
    sides.set(side, pdu);
    pdu.push(start, bytes);
    if (!pdu.isDue) continue;
    const taken = pdu.take();
    const whole = wholePduBytes(taken.bytes);
    const rest = taken.bytes.subarray(whole);
    const goesOn = rest.length < HEADER_SIZE || looksLikePdu(rest);
    add(taken.start, goesOn ? taken.bytes.subarray(0, whole) : taken.bytes);
    if (goesOn && rest.length > 0) pdu.push(start, rest);
  }
  for (const pdu of sides.values()) {
    const { start, bytes } = pdu.take();
    add(start, bytes);
  }
  return found;
}

/** Segments of one side from where a PDU begins; put together once for each PDU, however many they are. */
class UnfinishedPdu {
  #start = 0;
  #parts: Buffer[] = [];
  #length = 0;
  #neededLength = HEADER_SIZE;

  push(start: number, bytes: Buffer): void {
    if (this.#length === 0) this.#start = start;
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length < HEADER_SIZE || this.#neededLength > HEADER_SIZE) return;
    const joined = Buffer.concat(this.#parts);
    this.#parts = [joined];
    if (looksLikePdu(joined)) this.#neededLength = joined.readUInt32BE(0);
  }

  /** The PDU is whole, or these bytes begin none. */
  get isDue(): boolean {
    return this.#length >= this.#neededLength;
  }

  take(): { start: number; bytes: Buffer } {
    const taken = { start: this.#start, bytes: Buffer.concat(this.#parts) };
    this.#parts = [];
    this.#length = 0;
    this.#neededLength = HEADER_SIZE;
    return taken;
  }
}
