import type { ShownVerdict } from "../../conformance/conformance-page-data.js";
import { looks } from "./verdict-looks.js";

export function VerdictTag({ verdict }: { readonly verdict: ShownVerdict | undefined }) {
  if (verdict === undefined) return <span class="tag">not run</span>;
  const { sign, word, tone } = looks[verdict];
  return (
    <span class={`tag ${tone}`}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}
