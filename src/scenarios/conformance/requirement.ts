import type { Level } from "./conformance-case.js";

/** A numbered requirement of docs/spec/behaviour.md. */
export interface Requirement {
  readonly id: string;
  /** What is asked, in its parts: a MUST may be followed by a SHOULD that goes further. */
  readonly clauses: readonly { readonly level: Level; readonly text: string }[];
  /** What the original servers do instead, where they are known to differ. */
  readonly teamtalk: string | null;
}
