import type { LoadRun } from "../../load/load-page-data.js";
import { PeerText } from "../peer-text.js";

/** What the run comes to, and why. */
export function Verdict({ run }: { readonly run: LoadRun }) {
  const { failures, invalid, interrupted, abortedBy, delivery } = run;
  const held =
    delivery.sent > 0 ? "every message was acknowledged and delivered once, in order" : "no message was sent";
  return (
    <>
      <p class="verdict">
        <strong class={`badge ${failures.length > 0 ? "bad" : "good"}`}>
          {failures.length > 0 ? "FAILED" : "PASSED"}
        </strong>
        <span>{failures.length > 0 ? <PeerText>{failures.join(", ")}</PeerText> : held}</span>
      </p>
      {invalid.length > 0 && (
        <p class="verdict">
          <strong class="badge doubt">NOT VALID</strong>
          <span>do not trust the latencies: {invalid.join("; ")}</span>
        </p>
      )}
      {(interrupted || abortedBy !== null) && (
        <p class="verdict">
          <strong class="badge doubt">{abortedBy === null ? "INTERRUPTED" : "ABORTED"}</strong>
          <span>
            {abortedBy === null ? "the run ended early" : `${abortedBy} did not hold`}; this is about what ran
          </span>
        </p>
      )}
    </>
  );
}
