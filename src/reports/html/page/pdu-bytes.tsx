import type { AnnotatedBytes } from "../annotations.js";
import { PeerText } from "./peer-text.js";

interface PduBytesProps {
  /** The PDU, or its beginning. */
  readonly hex: string;
  /** Of the whole PDU, in bytes. */
  readonly length: number;
  /** Null when there is no room for what the bytes say. */
  readonly fields: readonly AnnotatedBytes[] | null;
}

/** Bytes, and beside them what they say. */
export function PduBytes({ fields, length, hex }: PduBytesProps) {
  if (fields === null) {
    return (
      <div class="bytes">
        <div class="pre">{spaced(hex)}</div>
        <p class="muted">What the bytes say is left out here: ttk decode explains them.</p>
      </div>
    );
  }
  const missing = length - hex.length / 2;
  return (
    <div class="bytes">
      <table>
        <tbody>
          {fields.map(([start, end, depth, label]) => (
            <tr key={start}>
              <td class="muted">{start.toString(16).padStart(4, "0")}</td>
              <td class="hex">{spaced(hex.slice(start * 2, end * 2))}</td>
              <td class="label">
                {"\u2003".repeat(depth)}
                <PeerText>{label}</PeerText>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {missing > 0 && <p class="muted">{missing} more bytes were not kept.</p>}
    </div>
  );
}

function spaced(hex: string): string {
  return hex.replaceAll(/..(?=.)/g, "$& ");
}
