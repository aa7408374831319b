import type { PduRecord } from "../../codec/record/pdu-record.js";
import type { RecordJson } from "../../codec/record/record-json.js";

/** What decoding an input comes to: PDUs to print, and remarks for stderr. */
export type DecodeItem =
  | { readonly record: PduRecord }
  /** A PDU that nothing but NDJSON is wanted of. */
  | RecordJson
  | {
      readonly remark: string;
      /** Only for who asks how the result came about (-v). */
      readonly isDetail: boolean;
    };

/** Shared by all inputs of one run. */
export interface DecodeSettings {
  /** 32 bytes. */
  readonly textKey?: string;
  readonly ports?: ReadonlySet<number>;
  readonly nextSeq: () => number;
  /** Only NDJSON is wanted: the PDUs of a capture may be given as lines of it. */
  readonly onlyJson?: boolean;
}
