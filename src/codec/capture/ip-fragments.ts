import type { IpPayload } from "./ip-payload.js";

export interface FragmentLimits {
  /** Bytes of incomplete datagrams held. */
  readonly fragmentBytesMax: number;
  /** Incomplete datagrams held. */
  readonly fragmentedDatagramsMax: number;
  /** An incomplete datagram older than this, in seconds of the capture, cannot be completed (RFC 791: 15 s; Linux: 30 s). */
  readonly fragmentAgeMaxSeconds: number;
  /** Fragments of one datagram held; the smallest legal MTU makes fewer. */
  readonly fragmentsPerDatagramMax: number;
}

export const fragmentLimits: FragmentLimits = {
  fragmentBytesMax: 8 << 20,
  fragmentedDatagramsMax: 1024,
  fragmentAgeMaxSeconds: 30,
  fragmentsPerDatagramMax: 1500,
};

const DATAGRAM_SIZE_MAX_BYTES = 65_535;

interface Fragment {
  readonly offset: number;
  readonly bytes: Buffer;
}

interface Datagram {
  readonly fragments: Fragment[];
  readonly startedSeconds: number;
  bytes: number;
  /** Known once the last fragment is there. */
  length: number | undefined;
  /** A datagram with the same key was completed before it: what comes may be a repetition of that one's fragments. */
  readonly mayRepeat: boolean;
}

/** Datagrams of which some fragments have come (IPv4 and IPv6). Rare, so simple. */
export class IpFragments {
  readonly #datagrams = new Map<string, Datagram>();
  #bytes = 0;
  #givenUp = 0;

  constructor(private readonly limits: FragmentLimits) {}

  /** Datagrams that are not complete so far, with those that were given up. */
  get incompleteCount(): number {
    return [...this.#datagrams.values()].filter(({ mayRepeat }) => !mayRepeat).length + this.#givenUp;
  }

  /** Takes the fragment that `packet` holds. When it completes its datagram, `packet` becomes that datagram: true. */
  add(packet: IpPayload, identification: number, offset: number, moreFollow: boolean, nowSeconds: number): boolean {
    const length = packet.capturedEnd - packet.payloadAt;
    const key = keyOf(packet, identification);
    const datagram = this.#datagramOf(key, nowSeconds);
    // A fragment that was cut when captured leaves a hole that only a repetition can fill.
    const isWhole = packet.end === packet.capturedEnd && length > 0 && offset + length <= DATAGRAM_SIZE_MAX_BYTES;
    if (!isWhole) {
      this.#evict();
      return false;
    }
    if (datagram.fragments.length >= this.limits.fragmentsPerDatagramMax) return false;
    if (datagram.fragments.some((known) => known.offset === offset && known.bytes.length >= length)) return false;
    // Copied, for fragments are kept while the file is read on.
    const bytes = Buffer.from(packet.bytes.subarray(packet.payloadAt, packet.capturedEnd));
    datagram.fragments.push({ offset, bytes });
    datagram.bytes += length;
    this.#bytes += length;
    if (!moreFollow) datagram.length = offset + length;
    const whole = payloadOf(datagram);
    if (whole === undefined) {
      this.#evict();
      return false;
    }
    this.#forget(key, datagram);
    this.#datagrams.set(key, newDatagram(nowSeconds, true));
    this.#evict();
    becomeDatagram(packet, whole);
    return true;
  }

  #datagramOf(key: string, nowSeconds: number): Datagram {
    const known = this.#datagrams.get(key);
    if (known !== undefined && nowSeconds - known.startedSeconds <= this.limits.fragmentAgeMaxSeconds) return known;
    if (known !== undefined) this.#giveUp(key, known);
    const datagram = newDatagram(nowSeconds, false);
    this.#datagrams.set(key, datagram);
    return datagram;
  }

  #evict(): void {
    for (const [key, datagram] of this.#datagrams) {
      const isWithin =
        this.#bytes <= this.limits.fragmentBytesMax && this.#datagrams.size <= this.limits.fragmentedDatagramsMax;
      if (isWithin) return;
      this.#giveUp(key, datagram);
    }
  }

  #giveUp(key: string, datagram: Datagram): void {
    this.#forget(key, datagram);
    if (!datagram.mayRepeat) this.#givenUp++;
  }

  #forget(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#bytes -= datagram.bytes;
  }
}

function newDatagram(startedSeconds: number, mayRepeat: boolean): Datagram {
  return { fragments: [], startedSeconds, bytes: 0, length: undefined, mayRepeat };
}

function keyOf(packet: IpPayload, identification: number): string {
  const addresses = packet.bytes.toString("latin1", packet.sourceAt, packet.destinationAt + (packet.isIpv6 ? 16 : 4));
  return `${identification}|${packet.protocol}|${addresses}`;
}

/** `undefined` while a part is missing. Where fragments overlap, the one with the lower offset counts. */
function payloadOf({ fragments, length, bytes: held }: Datagram): Buffer | undefined {
  if (length === undefined || held < length) return undefined;
  const payload = Buffer.alloc(length);
  let end = 0;
  for (const { offset, bytes } of fragments.toSorted((a, b) => a.offset - b.offset)) {
    if (offset > end) return undefined;
    if (offset + bytes.length <= end) continue;
    bytes.copy(payload, end, end - offset);
    end = offset + bytes.length;
  }
  return end >= length ? payload : undefined;
}

function becomeDatagram(packet: IpPayload, payload: Buffer): void {
  const addressSize = packet.isIpv6 ? 16 : 4;
  const addresses = packet.bytes.subarray(packet.sourceAt, packet.sourceAt + 2 * addressSize);
  packet.bytes = Buffer.concat([addresses, payload]);
  packet.sourceAt = 0;
  packet.destinationAt = addressSize;
  packet.payloadAt = 2 * addressSize;
  packet.capturedEnd = packet.bytes.length;
  packet.end = packet.bytes.length;
}
