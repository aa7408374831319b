import type { LoadResult } from "../../runner/load/load-result.js";
import { ownMetricTexts } from "./own-metric-texts.js";
import { count } from "./quantity.js";

/** What became of a scenario file's iterations, checks and own metrics; empty for a built-in scenario. */
export function scriptLines({ parts, checks, metrics }: LoadResult): string[] {
  const scenarios = parts.map(({ name, executor, vusMax, iterations, failed, interrupted, dropped }) => {
    const unusual = [
      [failed, "failed"],
      [interrupted, "interrupted"],
      [dropped, "dropped"],
    ] as const;
    const said = unusual.filter(([number]) => number > 0).map(([number, what]) => `, ${count(number)} ${what}`);
    return `scenario    ${name} (${executor}, up to ${count(vusMax)} VUs): ${count(iterations)} iterations${said.join("")}`;
  });
  const checked = checks.map(
    ({ name, passes, fails }) =>
      `check       ${name}: ${count(passes)} held${fails > 0 ? `, ${count(fails)} DID NOT` : ""}`,
  );
  const own = ownMetricTexts(metrics).map(({ name, text }) => `metric      ${name}: ${text}`);
  const lines = [...scenarios, ...checked, ...own];
  return lines.length === 0 ? [] : [...lines, ""];
}
