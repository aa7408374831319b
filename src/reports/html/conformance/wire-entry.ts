import type { CaseResult } from "../../../runner/conformance/conformance-result.js";
import { tellingTrace } from "../../conformance/wire-line.js";
import { type AnnotatedBytes, Annotations } from "../annotations.js";

type TraceEntry = CaseResult["trace"][number];

export interface WireEntry extends TraceEntry {
  /** Null when there are no bytes, or the page has no more room for what they say. */
  readonly fields: readonly AnnotatedBytes[] | null;
}

export interface Wire {
  readonly entries: readonly WireEntry[];
  /** Entries that are left out before them. */
  readonly omitted: number;
}

const ENTRIES_MAX = 200;

/** Makes a page's wire logs: what each PDU says beside its bytes, until there is enough of it. */
export class WireLog {
  readonly #annotations = new Annotations();

  of(result: CaseResult): Wire {
    const trace = tellingTrace(result);
    const kept = trace.slice(-ENTRIES_MAX);
    return { entries: kept.map((entry) => this.#annotated(entry)), omitted: result.trace.length - kept.length };
  }

  #annotated(entry: TraceEntry): WireEntry {
    return { ...entry, fields: entry.hex === null ? null : this.#annotations.of(entry.hex, entry.length) };
  }
}
