import { useState } from "preact/hooks";
import type { Wire, WireEntry } from "../../conformance/wire-entry.js";
import { PeerText } from "../peer-text.js";

const arrows = { opened: "opened", sent: "→", received: "←", closed: "closed" } as const;

/** What went over a case's connections; each PDU's bytes and their meaning on demand. */
export function WireLogTable({ wire: { entries, omitted } }: { readonly wire: Wire }) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <>
      {omitted > 0 && (
        <p class="muted">{omitted} entries are left out, others’ presence above all; the JSON report has them.</p>
      )}
      <div class="scroll">
        <table class="wire">
          <tbody>
            {entries.map((entry, index) => (
              <tr key={index}>
                <td class="at">{(entry.atMs / 1000).toFixed(3)} s</td>
                <td>
                  <PeerText>{entry.connection}</PeerText>
                </td>
                <td>
                  <span aria-hidden="true">{arrows[entry.event]}</span>
                  <span class="unseen">{entry.event}</span>
                </td>
                <td class="said">
                  <Said entry={entry} isOpen={open === index} onToggle={() => setOpen(open === index ? null : index)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface SaidProps {
  readonly entry: WireEntry;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function Said({ entry, isOpen, onToggle }: SaidProps) {
  const { hex, command, seqNum, text, length } = entry;
  if (hex === null) {
    return (
      <span class="muted">
        <PeerText>{text}</PeerText>
      </span>
    );
  }
  return (
    <>
      <button type="button" aria-expanded={isOpen} onClick={onToggle}>
        {command ?? "bytes"}
      </button>{" "}
      seq {seqNum ?? "–"}, {length} bytes{" "}
      <span class="mono">
        <PeerText>{text}</PeerText>
      </span>
      {isOpen && <Bytes entry={entry} hex={hex} />}
    </>
  );
}

function Bytes({ entry: { fields, length }, hex }: { readonly entry: WireEntry; readonly hex: string }) {
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
