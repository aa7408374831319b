import { useEffect, useMemo, useState } from "preact/hooks";
import type { ConformancePageData, ShownVerdict } from "../../conformance/conformance-page-data.js";
import { CaseList } from "./case-list.js";
import { type Choice, matches } from "./choice.js";
import { FilterBar } from "./filter-bar.js";
import { Matrix } from "./matrix.js";
import { Runs } from "./runs.js";
import { gravest, looks } from "./verdict-looks.js";

/** Servers against requirements, then the cases with what they rest on. */
export function ConformancePage({ runs, requirements, cases }: ConformancePageData) {
  const hasFindings = useMemo(() => cases.some(({ results }) => isFinding(gravest(results))), [cases]);
  const [choice, setChoice] = useState<Choice>({ words: "", only: hasFindings ? "findings" : "all" });
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => cases.filter((each) => matches(each, choice)), [cases, choice]);
  const toggle = (id: string) => setOpen((before) => toggled(before, id));

  // A link to a case, as #msg.order, opens it.
  useEffect(() => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!cases.some((each) => each.id === id)) return;
    setChoice({ words: "", only: "all" });
    setOpen(new Set([id]));
    requestAnimationFrame(() => document.getElementById(id)?.scrollIntoView());
  }, [cases]);

  return (
    <>
      <header>
        <h1>Conformance</h1>
        <Runs runs={runs} />
      </header>
      <section>
        <h2>Requirements</h2>
        <Matrix {...{ runs, requirements, cases }} onChoose={(words) => setChoice({ words, only: "all" })} />
      </section>
      <section id="cases">
        <h2>Cases</h2>
        <FilterBar {...{ cases, choice }} shown={shown.length} onChange={setChoice} />
        <CaseList {...{ runs, requirements, open }} cases={shown} onToggle={toggle} />
      </section>
    </>
  );
}

function isFinding(verdict: ShownVerdict | undefined): boolean {
  return verdict !== undefined && looks[verdict].isFinding;
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
