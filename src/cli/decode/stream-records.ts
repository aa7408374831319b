import { skippedText } from "../../codec/capture/capture-event.js";
import { cutPasted, rawStreamCutter } from "../../codec/capture/pasted-pdus.js";
import type { CutSink, PduCutter, SkipReason } from "../../codec/capture/pdu-cutter.js";
import { readCommandId } from "../../codec/pdu-header.js";
import { directionOfCommand } from "../../codec/record/pdu-direction.js";
import { type PduOrigin, recordOf, skippedRecord } from "../../codec/record/pdu-record.js";
import type { DecodeItem } from "./decode-item.js";
import type { DecodeSettings } from "./decode-settings.js";
import { SeenPdu } from "./seen-pdu.js";

/** The PDUs of bytes that somebody pasted, and what is none. */
export function pastedRecords(bytes: Buffer, settings: DecodeSettings): readonly DecodeItem[] {
  const records = new StreamRecordSink(settings);
  cutPasted(bytes, records);
  return records.taken();
}

/** PDUs one after the other, as a socket would deliver them: what a file of raw bytes holds. */
export class StreamRecords {
  readonly #sink: StreamRecordSink;
  readonly #cutter: PduCutter;

  constructor(
    settings: DecodeSettings,
    /** Else the first bytes may be the rest of a PDU, and its boundary is looked for. */
    startsAtBoundary: boolean,
  ) {
    this.#sink = new StreamRecordSink(settings);
    this.#cutter = rawStreamCutter(startsAtBoundary, this.#sink);
  }

  push(bytes: Buffer): readonly DecodeItem[] {
    this.#cutter.push(bytes);
    return this.#sink.taken();
  }

  end(): readonly DecodeItem[] {
    this.#cutter.end();
    return this.#sink.taken();
  }
}

class StreamRecordSink implements CutSink {
  #items: DecodeItem[] = [];

  constructor(private readonly settings: DecodeSettings) {}

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
