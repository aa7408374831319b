import type { CaseResult, ConformanceResult } from "../../runner/conformance/conformance-result.js";
import { escapeXml } from "../xml-text.js";
import { byArea, flakyText, isWarning } from "./case-words.js";
import { tellingTrace, wireLine } from "./wire-line.js";

const WIRE_LINES_MAX = 200;

/**
 * JUnit XML for Jenkins and GitLab, a suite for each area. A `failure` fails the run; an `error` could not be judged (blocked,
 * or the suite's own fault); `skipped` is what was left out, expected to fail, or only a warning: none of them reads as passed.
 */
export function conformanceJunit({ cases, target, summary }: ConformanceResult): string {
  const kinds = new Map(cases.map((each) => [each, kindOf(each, target.strict)]));
  const suites = [...byArea(cases)].map(([area, members]) =>
    [
      `  <testsuite name="conform.${area}" ${counts(members, kinds)} timestamp="${escapeXml(target.startedAt)}" hostname="${escapeXml(target.address)}">`,
      ...members.map((each) => testCase(each, kinds.get(each))),
      "  </testsuite>",
    ].join("\n"),
  );
  // Jenkins' schema knows no `skipped` here; each suite has it.
  const total = `${counts(cases, kinds).replace(/ skipped="\d+"/, "")} time="${seconds(summary.durationMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="ttk conform" ${total}>`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

type Kind = "failure" | "error" | "skipped" | undefined;

function kindOf(each: CaseResult, isStrict: boolean): Kind {
  if (isWarning(each, isStrict)) return "skipped";
  const { verdict } = each;
  if (verdict === "failed" || verdict === "unexpected-pass") return "failure";
  if (verdict === "errored" || verdict === "blocked") return "error";
  return verdict === "passed" || verdict === "supported" ? undefined : "skipped";
}

function counts(cases: readonly CaseResult[], kinds: ReadonlyMap<CaseResult, Kind>): string {
  const count = (kind: Kind) => cases.filter((each) => kinds.get(each) === kind).length;
  return `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" skipped="${count("skipped")}"`;
}

function testCase(each: CaseResult, kind: Kind): string {
  const { id, title, durationMs } = each;
  const head = `    <testcase classname="conform.${escapeXml(id.split(".")[0] ?? id)}" name="${escapeXml(`${id}: ${title}`)}" time="${seconds(durationMs)}"`;
  if (kind === undefined) return `${head}/>`;
  const type = kind === "skipped" ? "" : ` type="${each.verdict}"`;
  const evidence = kind === "skipped" ? "" : escapeXml(evidenceOf(each));
  return [
    `${head}>`,
    `      <${kind} message="${escapeXml(messageOf(each))}"${type}>${evidence}</${kind}>`,
    "    </testcase>",
  ].join("\n");
}

function messageOf(each: CaseResult): string {
  const { verdict, level, expected, actual, reason } = each;
  const difference = expected === null ? "" : `expected ${expected}; got ${actual}`;
  if (verdict === "failed") return level === "should" ? `SHOULD not met: ${difference}` : difference;
  if (verdict === "expected-failure") return `expected to fail: ${reason ?? difference}`;
  return reason === null ? verdict : `${verdict}: ${reason.split("\n")[0]}`;
}

function evidenceOf(each: CaseResult): string {
  const { requirements, level, expected, actual, reason, capture, rerun } = each;
  const trace = tellingTrace(each);
  const flaky = flakyText(each);
  const left = trace.length - WIRE_LINES_MAX;
  return [
    `requirements ${requirements.join(", ")} (${level.toUpperCase()})`,
    ...(expected === null ? [] : [`expected ${expected}`, `actual   ${actual}`]),
    ...(reason === null ? [] : [`because  ${reason}`]),
    ...(flaky === undefined ? [] : [`flaky    ${flaky}`]),
    ...(capture === null ? [] : [`capture  ${capture}`]),
    `rerun    ${rerun}`,
    ...(left > 0 ? [`… ${left} more entries in the JSON report`] : []),
    ...trace.slice(-WIRE_LINES_MAX).map(wireLine),
  ].join("\n");
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}
