import { fieldLabel, hexLines } from "../../codec/record/annotated-hex.js";
import { textStyle } from "../../codec/record/text-style.js";

/** Bytes of one field: where they begin and end, how deep the field lies, and what it is. */
export type AnnotatedBytes = readonly [start: number, end: number, depth: number, label: string];

/** Longer bodies are for other tools. */
const ANNOTATED_BYTES_MAX = 2048;
/** Of all annotations of a page together, so that it stays a page. */
const ANNOTATIONS_MAX = 20_000;

/** What PDUs of a page say beside their bytes, until there is enough of it. */
export class Annotations {
  #left = ANNOTATIONS_MAX;

  /** @returns null when the PDU, of which `hex` is the beginning, is long, or the page has no more room */
  of(hex: string, lengthBytes: number): readonly AnnotatedBytes[] | null {
    if (lengthBytes > ANNOTATED_BYTES_MAX || this.#left <= 0) return null;
    const style = textStyle(false);
    const fields = hexLines(Buffer.from(hex, "hex")).map(
      ({ start, end, field, depth, isFirst }): AnnotatedBytes => [
        start,
        end,
        depth,
        isFirst ? fieldLabel(field, style) : "",
      ],
    );
    this.#left -= fields.length;
    return fields;
  }
}
