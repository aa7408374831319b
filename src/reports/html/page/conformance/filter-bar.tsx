import type { ShownCase } from "../../conformance/conformance-page-data.js";
import { type Choice, hasVerdict } from "./choice.js";
import { byGravity, looks } from "./verdict-looks.js";

interface FilterBarProps {
  readonly cases: readonly ShownCase[];
  readonly choice: Choice;
  readonly shown: number;
  readonly onChange: (choice: Choice) => void;
}

/** Words to look for, and a button for each verdict that there is. */
export function FilterBar({ cases, choice, shown, onChange }: FilterBarProps) {
  const choices: ReadonlyArray<readonly [Choice["only"], string]> = [
    ["all", "all"],
    ["findings", "to look at"],
    ["different", "different between servers"],
    ...byGravity.map((verdict) => [verdict, looks[verdict].word] as const),
  ];
  const counted = choices
    .map(([only, word]) => ({ only, word, count: cases.filter((each) => hasVerdict(each, only)).length }))
    .filter(({ only, count }) => count > 0 || only === "all" || only === choice.only);
  return (
    <search class="bar sticky no-print">
      <span class="grow">
        <input
          type="search"
          placeholder="id, requirement or title"
          aria-label="Cases with these words"
          value={choice.words}
          onInput={(event) => onChange({ ...choice, words: event.currentTarget.value })}
        />
      </span>
      {counted.map(({ only, word, count }) => (
        <button
          type="button"
          key={only}
          aria-pressed={only === choice.only}
          onClick={() => onChange({ ...choice, only })}
        >
          {word} {count}
        </button>
      ))}
      <span class="muted" role="status">
        {shown} of {cases.length} shown
      </span>
    </search>
  );
}
