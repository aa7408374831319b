import { useState } from "preact/hooks";
import { PeerText } from "../peer-text.js";

/** The command line that runs a case again, ready to be copied. */
export function Rerun({ line }: { readonly line: string }) {
  const [isCopied, setCopied] = useState(false);
  // Pages opened from a file may not have a clipboard; the line can be marked by hand.
  const copy = () =>
    navigator.clipboard?.writeText(line).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <div class="rerun">
      <code>
        <PeerText>{line}</PeerText>
      </code>
      <button type="button" class="no-print" onClick={copy}>
        {isCopied ? "copied" : "copy"}
      </button>
    </div>
  );
}
