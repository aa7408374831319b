import type { ConformancePageData, ShownCase } from "../../conformance/conformance-page-data.js";
import { PeerText } from "../peer-text.js";
import { CaseDetail } from "./case-detail.js";
import { VerdictTag } from "./verdict-tag.js";

interface CaseListProps extends Pick<ConformancePageData, "runs" | "requirements"> {
  readonly cases: readonly ShownCase[];
  readonly open: ReadonlySet<string>;
  readonly onToggle: (id: string) => void;
}

export function CaseList({ runs, requirements, cases, open, onToggle }: CaseListProps) {
  if (cases.length === 0) return <p class="muted">No case is like that.</p>;
  return (
    <ul class="cases">
      {cases.map((each) => {
        const isOpen = open.has(each.id);
        return (
          <li key={each.id} id={each.id}>
            <button type="button" class="case" aria-expanded={isOpen} onClick={() => onToggle(each.id)}>
              <span>
                <PeerText>{each.title}</PeerText>
                <span class="id">
                  {each.id} · {each.level.toUpperCase()} · {each.requirements.join(", ")}
                </span>
              </span>
              <span class="verdicts">
                {each.results.map((result, run) => (
                  <span key={run} title={runs[run]?.name}>
                    {result?.flaky != null && <span class="tag doubt">flaky</span>}{" "}
                    <VerdictTag verdict={result?.verdict} />
                  </span>
                ))}
              </span>
            </button>
            {isOpen && <CaseDetail each={each} runs={runs} requirements={requirements} />}
          </li>
        );
      })}
    </ul>
  );
}
