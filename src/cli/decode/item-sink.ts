import type { SkippedItem } from "./decode-item.js";
import type { SeenPdu } from "./seen-pdu.js";

/** Where PDUs and skipped stretches go. What comes back is text for stdout. */
export interface ItemSink {
  take(item: SeenPdu | SkippedItem): string;
  /** The input is over. */
  end?(): string;
}
