import { fieldLabel, hexLines } from "../../../codec/record/annotated-hex.js";
import { textStyle } from "../../../codec/record/text-style.js";
import type { CaseResult } from "../../../runner/conformance/conformance-result.js";
import { tellingTrace } from "../../conformance/wire-line.js";

type TraceEntry = CaseResult["trace"][number];

/** Bytes of one field: where they begin and end, how deep the field lies, and what it is. */
type AnnotatedBytes = readonly [start: number, end: number, depth: number, label: string];

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
/** Longer bodies are for other tools. */
const ANNOTATED_BYTES_MAX = 2048;
/** Of all annotations of a page together, so that it stays a page. */
const ANNOTATIONS_MAX = 20_000;

/** Makes a page's wire logs: what each PDU says beside its bytes, until there is enough of it. */
export class WireLog {
  #annotationsLeft = ANNOTATIONS_MAX;

  of(result: CaseResult): Wire {
    const trace = tellingTrace(result);
    const kept = trace.slice(-ENTRIES_MAX);
    return { entries: kept.map((entry) => this.#annotated(entry)), omitted: result.trace.length - kept.length };
  }

  #annotated(entry: TraceEntry): WireEntry {
    if (entry.hex === null || entry.length > ANNOTATED_BYTES_MAX || this.#annotationsLeft <= 0) {
      return { ...entry, fields: null };
    }
    const pdu = Buffer.from(entry.hex, "hex");
    const style = textStyle(false);
    const fields = hexLines(pdu).map(
      ({ start, end, field, depth, isFirst }): AnnotatedBytes => [
        start,
        end,
        depth,
        isFirst ? fieldLabel(field, style) : "",
      ],
    );
    this.#annotationsLeft -= fields.length;
    return { ...entry, fields };
  }
}
