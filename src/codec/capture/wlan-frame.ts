/** The control field's first byte: version, type and subtype. */
const Control = { versionAndType: 0x0f, isData: 0x08, hasNoData: 0x40, hasQos: 0x80 } as const;
/** Its second byte. */
const Flag = { toDistribution: 0x01, fromDistribution: 0x02, isProtected: 0x40, hasHtControl: 0x80 } as const;
const HEADER_SIZE = 24;
const FOURTH_ADDRESS_SIZE = 6;
const QOS_CONTROL_SIZE = 2;
const HT_CONTROL_SIZE = 4;
const QOS_HAS_SEVERAL_PACKETS = 0x80;

/** Of LLC and SNAP, before the EtherType (RFC 1042; the last byte differs for bridge tunnels). */
const snapHeader = Buffer.from("aaaa030000", "hex");
const LLC_SIZE = 6;

/**
 * Where the EtherType of the 802.11 data frame `bytes[at, end)` is; else why there is none to be read: the frame is encrypted,
 * holds several packets (A-MSDU), or is of another kind, or ends early. `isPadded`: its header was filled up to four bytes.
 */
export function wlanEtherTypeAt(
  bytes: Buffer,
  at: number,
  end: number,
  isPadded: boolean,
): number | "encrypted" | "aggregated" | "other" {
  if (at + HEADER_SIZE > end) return "other";
  const [control, flags] = [bytes[at] as number, bytes[at + 1] as number];
  if ((control & Control.versionAndType) !== Control.isData || (control & Control.hasNoData) !== 0) return "other";
  const bothWays = Flag.toDistribution | Flag.fromDistribution;
  let size = HEADER_SIZE + ((flags & bothWays) === bothWays ? FOURTH_ADDRESS_SIZE : 0);
  const hasQos = (control & Control.hasQos) !== 0;
  const qosAt = at + size;
  if (hasQos) size += QOS_CONTROL_SIZE + ((flags & Flag.hasHtControl) !== 0 ? HT_CONTROL_SIZE : 0);
  const llcAt = at + size + (isPadded ? -size & 3 : 0);
  if (llcAt + LLC_SIZE + 2 > end) return "other";
  // What decrypts (airdecap-ng, drivers) may leave the mark of encryption.
  if (snapHeader.equals(bytes.subarray(llcAt, llcAt + snapHeader.length))) return llcAt + LLC_SIZE;
  if ((flags & Flag.isProtected) !== 0) return "encrypted";
  return hasQos && ((bytes[qosAt] as number) & QOS_HAS_SEVERAL_PACKETS) !== 0 ? "aggregated" : "other";
}

const Present = { time: 1 << 0, flags: 1 << 1, another: 1 << 31 } as const;
const RADIOTAP_FIXED_SIZE = 4;
const PRESENT_SIZE = 4;
const TIME_SIZE = 8;
const RADIOTAP_IS_PADDED = 0x20;

/** The radiotap header `bytes[at, end)`: how long it is, and whether the frame behind it is padded; `undefined` when it is none. */
export function readRadiotap(bytes: Buffer, at: number, end: number): { size: number; isPadded: boolean } | undefined {
  if (at + RADIOTAP_FIXED_SIZE + PRESENT_SIZE > end || bytes[at] !== 0) return undefined;
  const size = bytes.readUInt16LE(at + 2);
  if (size < RADIOTAP_FIXED_SIZE + PRESENT_SIZE || at + size > end) return undefined;
  const present = bytes.readUInt32LE(at + RADIOTAP_FIXED_SIZE);
  if ((present & Present.flags) === 0) return { size, isPadded: false };
  let field = RADIOTAP_FIXED_SIZE + PRESENT_SIZE;
  for (let word = present; (word & Present.another) !== 0 && field + PRESENT_SIZE <= size; field += PRESENT_SIZE) {
    word = bytes.readUInt32LE(at + field);
  }
  // The time is aligned to its own size, counted from the header's first byte.
  if ((present & Present.time) !== 0) field += (-field & 7) + TIME_SIZE;
  return { size, isPadded: field < size && ((bytes[at + field] as number) & RADIOTAP_IS_PADDED) !== 0 };
}
