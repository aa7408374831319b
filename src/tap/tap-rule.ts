import type { StreamDirection } from "../codec/capture/tcp-connections.js";

/** What a rule does to a PDU. */
export type RuleAction =
  | { readonly kind: "drop" }
  /** Later PDUs keep their order behind it; each waits its own time from its arrival. */
  | { readonly kind: "delay"; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: "duplicate"; readonly copies: number }
  | { readonly kind: "set"; readonly assignments: readonly FieldAssignment[] }
  | { readonly kind: "unset"; readonly paths: readonly string[] }
  /** In pieces of so many bytes, each a write of its own. */
  | { readonly kind: "split"; readonly pieceBytes: number; readonly gapMs: number }
  | { readonly kind: "throttle"; readonly bytesPerSecond: number }
  /** The first bytes of it pass, then the connection ends. */
  | { readonly kind: "cut"; readonly passBytes: number; readonly how: "reset" | "close" }
  /** Nothing passes for a while: this PDU and what follows, both ways unless the rule names a direction. */
  | { readonly kind: "stall"; readonly durationMs: number; readonly scope: "connection" | "all" }
  /** Sent after so many later PDUs of its direction, or when none come in time. */
  | { readonly kind: "reorder"; readonly behind: number; readonly withinMs: number };

/** `body.msg_id=1`, `header.seqNum=7`; the value as a person types it. */
export interface FieldAssignment {
  readonly path: string;
  readonly text: string;
}

/** Which PDUs a rule is for; all that are given must hold. */
export interface RuleConditions {
  readonly commandIds?: ReadonlySet<number>;
  readonly direction?: StreamDirection;
  /** Connections, counted from 1 in the order in which they were opened. */
  readonly connections?: ReadonlySet<number>;
  readonly fields?: readonly FieldAssignment[];
  /** Of the PDUs that fit so far, counted from 1: these. */
  readonly nth?: ReadonlySet<number>;
  /** Not the first so many. */
  readonly after?: number;
  /** Every so many, beginning with that one. */
  readonly every?: number;
  /** At most so often. */
  readonly times?: number;
  /** 0 to 1. */
  readonly probability?: number;
  /** Count for each connection on its own. */
  readonly perConnection?: boolean;
}

export interface TapRule {
  /** As it was written. */
  readonly text: string;
  readonly action: RuleAction;
  readonly conditions: RuleConditions;
}

/** A rule that cannot be understood; `column` counts from 1 in the rule's text. */
export class RuleError extends Error {
  override readonly name = "RuleError";

  constructor(
    readonly column: number,
    readonly problem: string,
  ) {
    super(`column ${column}: ${problem}`);
  }
}
