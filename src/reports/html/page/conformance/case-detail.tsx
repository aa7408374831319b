import { duration } from "../../../load/quantity.js";
import type { ConformancePageData, ShownCase, ShownResult } from "../../conformance/conformance-page-data.js";
import { PeerText } from "../peer-text.js";
import { Rerun } from "./rerun.js";
import { Sequence } from "./sequence.js";
import { VerdictTag } from "./verdict-tag.js";
import { WireLogTable } from "./wire-log-table.js";

interface CaseDetailProps extends Pick<ConformancePageData, "runs" | "requirements"> {
  readonly each: ShownCase;
}

/** What a case asks for, why, and what each server did. */
export function CaseDetail({ each, runs, requirements }: CaseDetailProps) {
  const { id, why, results } = each;
  return (
    <div class="detail">
      {each.requirements.map((requirement) => (
        <blockquote key={requirement}>
          {(requirements[requirement]?.clauses ?? []).map(({ level, text }) => (
            <p key={text}>
              <strong>
                {requirement} {level.toUpperCase()}
              </strong>{" "}
              {text}
            </p>
          ))}
          {requirements[requirement]?.teamtalk != null && (
            <p class="muted">The original servers: {requirements[requirement].teamtalk}</p>
          )}
        </blockquote>
      ))}
      {why !== null && <p class="muted">Why it matters: {why}</p>}
      {results.map((result, run) =>
        result === null ? null : (
          <section key={run} aria-label={`${id} on ${runs[run]?.name}`}>
            {runs.length > 1 && (
              <h3>
                <PeerText>{runs[run]?.name ?? ""}</PeerText> <VerdictTag verdict={result.verdict} />
              </h3>
            )}
            <Evidence result={result} />
          </section>
        ),
      )}
    </div>
  );
}

function Evidence({ result }: { readonly result: ShownResult }) {
  const { expected, actual, reason, flaky, capture, rerun, wire, durationMs } = result;
  return (
    <>
      {flaky !== null && <p class="doubt">Flaky: {flaky}</p>}
      {reason !== null && (
        <p class="pre">
          <PeerText>{reason}</PeerText>
        </p>
      )}
      {expected !== null && (
        <div class="sides">
          <Side title="expected" text={expected} />
          <Side title="actual" text={actual ?? ""} />
        </div>
      )}
      <Rerun line={rerun} />
      {capture !== null && (
        <p>
          Capture: <code>{capture}</code>
        </p>
      )}
      {wire.entries.length === 0 ? (
        <p class="muted">
          Took {duration(durationMs)}. What went over the wire was not kept: it is for cases that fail, and for all with
          --trace-all.
        </p>
      ) : (
        <>
          <WireLogTable wire={wire} />
          <details>
            <summary>Sequence diagram</summary>
            <Sequence entries={wire.entries} />
          </details>
        </>
      )}
    </>
  );
}

function Side({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <div class="side">
      <h4>{title}</h4>
      <div class="pre">
        <PeerText>{text}</PeerText>
      </div>
    </div>
  );
}
