import type { Mark } from "../../load/load-page-data.js";
import { PeerText } from "../peer-text.js";
import { clockText } from "./axes.js";

/** More would push the charts off the screen: they are shown when asked for. */
const OPEN_MAX = 12;

/** What charts mark, in words: their labels have not always room, and some readers do not see them. */
export function MarkList({ marks }: { readonly marks: readonly Mark[] }) {
  if (marks.length === 0) return null;
  return (
    <details class="marks" open={marks.length <= OPEN_MAX}>
      <summary>{marks.length === 1 ? "1 moment is marked" : `${marks.length} moments are marked`}</summary>
      <ol>
        {marks.map(({ atMs, text, isTag }, at) => (
          <li key={at}>
            <span class="muted">{clockText(atMs / 1000)}</span>{" "}
            <span class={isTag ? "tagged" : ""}>
              <PeerText>{text}</PeerText>
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
