import type { PduRecord } from "../../codec/record/pdu-record.js";
import type { SeenPdu } from "./seen-pdu.js";

/** What decoding an input comes to: PDUs to print, stretches that are none, and remarks for stderr. */
export type DecodeItem =
  | SeenPdu
  | SkippedItem
  | {
      readonly remark: string;
      /** Only for who asks how the result came about (-v). */
      readonly isDetail: boolean;
      /** Some of the file could not be read: with --strict that fails. */
      readonly isProblem?: true;
    };

/** Stands where bytes could not be taken as a PDU. */
export interface SkippedItem {
  readonly record: PduRecord;
  /** The first of the bytes, as far as they are there. */
  readonly bytes: Buffer;
  readonly pdu: undefined;
  /** The connection that they belong to. */
  readonly link: number | undefined;
}
