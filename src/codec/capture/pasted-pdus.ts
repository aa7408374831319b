import { HEADER_SIZE, serverLimits } from "../pdu-header.js";
import { beginsWithinPdu } from "../plausible-header.js";
import { CarryBudget } from "./carry-budget.js";
import { type CutSink, PduCutter } from "./pdu-cutter.js";

/**
 * Cuts bytes that somebody pasted. When their length fields lead exactly to their end they are PDUs, however odd the rest of
 * their headers is (FRM-07); else boundaries are looked for, the first one too where they begin within a PDU.
 */
export function cutPasted(bytes: Buffer, sink: CutSink): void {
  const ends = pduEnds(bytes);
  if (ends === undefined) {
    const cutter = rawStreamCutter(!beginsWithinPdu(bytes), sink);
    cutter.push(bytes);
    cutter.end();
    return;
  }
  let start = 0;
  for (const end of ends) {
    sink.onPdu(bytes, start, end, start);
    start = end;
  }
}

/** A cutter for PDUs that come in any pieces, from a file or a pipe. */
export function rawStreamCutter(startsAtBoundary: boolean, sink: CutSink): PduCutter {
  const budget = new CarryBudget(serverLimits.pduSizeMaxBytes);
  return new PduCutter({ ...serverLimits, startsAtBoundary, pushesAreWrites: false, budget }, sink);
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
