import type { PduRecord } from "../../codec/record/pdu-record.js";

/** What decoding an input comes to: PDUs to print, and remarks for stderr. */
export type DecodeItem =
  | { readonly record: PduRecord }
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
}
