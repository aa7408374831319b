import { skippedText } from "../../codec/capture/capture-event.js";
import { CarryBudget } from "../../codec/capture/carry-budget.js";
import { type CutSink, PduCutter, type SkipReason } from "../../codec/capture/pdu-cutter.js";
import { HEADER_SIZE, readCommandId, serverLimits } from "../../codec/pdu-header.js";
import { beginsWithinPdu } from "../../codec/plausible-header.js";
import { directionOfCommand } from "../../codec/record/pdu-direction.js";
import { type PduOrigin, recordOf, skippedRecord } from "../../codec/record/pdu-record.js";
import type { DecodeItem } from "./decode-item.js";
import type { DecodeSettings } from "./decode-settings.js";
import { SeenPdu } from "./seen-pdu.js";

/**
 * Bytes that somebody pasted. When their length fields lead exactly to their end they are PDUs, however odd the rest of
 * their headers is (FRM-07); else boundaries are looked for, the first one too where they begin within a PDU.
 */
export function pastedRecords(bytes: Buffer, settings: DecodeSettings): readonly DecodeItem[] {
  const ends = pduEnds(bytes);
  const stream = new StreamRecords(settings, ends !== undefined || !beginsWithinPdu(bytes));
  if (ends === undefined) return [...stream.push(bytes), ...stream.end()];
  let start = 0;
  for (const end of ends) {
    stream.onPdu(bytes, start, end, start);
    start = end;
  }
  return stream.taken();
}

function pduEnds(bytes: Buffer): number[] | undefined {
  const ends: number[] = [];
  let at = 0;
  while (at + HEADER_SIZE <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    if (length < HEADER_SIZE || at + length > bytes.length) return undefined;
    at += length;
    ends.push(at);
  }
  return at === bytes.length ? ends : undefined;
}

/** PDUs one after the other, as a socket would deliver them: what a hex dump or a file of raw bytes holds. */
export class StreamRecords implements CutSink {
  #items: DecodeItem[] = [];
  readonly #cutter: PduCutter;

  constructor(
    private readonly settings: DecodeSettings,
    /** Else the first bytes may be the rest of a PDU, and its boundary is looked for. */
    startsAtBoundary: boolean,
  ) {
    const budget = new CarryBudget(serverLimits.pduSizeMaxBytes);
    this.#cutter = new PduCutter({ ...serverLimits, startsAtBoundary, pushesAreWrites: false, budget }, this);
  }

  push(bytes: Buffer): readonly DecodeItem[] {
    this.#cutter.push(bytes, 0, bytes.length);
    return this.taken();
  }

  end(): readonly DecodeItem[] {
    this.#cutter.end();
    return this.taken();
  }

  onPdu(bytes: Buffer, start: number, end: number, offset: number): void {
    const dir = directionOfCommand(readCommandId(bytes, start));
    this.#items.push(new SeenPdu(bytes, start, end, offset, dir, undefined, undefined, 0, this.settings));
  }

  onSkipped(offset: number, length: number, reason: SkipReason, bytes: Buffer, start: number, end: number): void {
    const origin = this.#origin(offset, null);
    const isPduBeginning = reason === "cut-off" || reason === "length-out-of-range" || reason === "length-lies";
    const there = Buffer.from(bytes.subarray(start, end));
    const record = isPduBeginning
      ? recordOf(there, origin, this.settings)
      : skippedRecord(skippedText(reason, length), origin);
    this.#items.push({ record, bytes: there, pdu: undefined, link: 0 });
  }

  #origin(offset: number, dir: PduOrigin["dir"]): PduOrigin {
    return { seq: this.settings.nextSeq(), time: null, conn: null, dir, offset };
  }

  taken(): readonly DecodeItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
