/**
 * `deviates`: as the original servers do. `differs`: the requirement is not met, but in another way. `unknown`: nothing in
 * this run could tell.
 */
export type FingerprintState = "deviates" | "differs" | "conforms" | "unknown";

export interface FingerprintLine {
  readonly id: string;
  readonly state: FingerprintState;
  /** The case that told; `null` when none did. */
  readonly case: string | null;
  /** What was seen, or why nothing could be. */
  readonly seen: string;
}

export interface Fingerprint {
  /** `strict`: no known deviation; `teamtalk`: every one that shows; `mixed`: some; `unknown`: nothing could be told. */
  readonly dialect: "strict" | "teamtalk" | "mixed" | "unknown";
  /** In the order of docs/spec/behaviour.md. */
  readonly deviations: readonly FingerprintLine[];
}
