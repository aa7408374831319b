import type { LinkNumbers } from "./link-numbers.js";

/** Shared by all inputs of one run. */
export interface DecodeSettings {
  /** 32 bytes. */
  readonly textKey?: string;
  readonly ports?: ReadonlySet<number>;
  readonly nextSeq: () => number;
  readonly links?: LinkNumbers;
}
