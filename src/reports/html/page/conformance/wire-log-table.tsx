import { useState } from "preact/hooks";
import type { Wire, WireEntry } from "../../conformance/wire-entry.js";
import { PduBytes } from "../pdu-bytes.js";
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
      <span class="muted lines">
        <PeerText>{text.replaceAll("\r\n", "\n")}</PeerText>
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
      {isOpen && <PduBytes hex={hex} length={length} fields={entry.fields} />}
    </>
  );
}
