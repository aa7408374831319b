import type { LoadResult } from "../../runner/load/load-result.js";
import { escapeXml } from "../xml-text.js";
import { thresholdText } from "./threshold-text.js";

interface JUnitCase {
  readonly name: string;
  readonly failure?: string;
  /** Why nothing can be said. */
  readonly skipped?: string;
}

/**
 * A run as JUnit XML, for the page of a build: a case for what the servers must not do, one for each threshold, and one for
 * the generator, which is skipped with the reason when its latencies are not to be trusted.
 */
export function loadJunit(result: LoadResult): string {
  const cases = [...deliveryCases(result), ...thresholdCases(result), generatorCase(result)];
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((each) => each.skipped !== undefined).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  const seconds = (result.durationMs / 1000).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts} time="${seconds}">`,
    `  <testsuite name="ttk load ${escapeXml(result.scenario)}" ${counts} time="${seconds}" timestamp="${result.startedAt}">`,
    ...cases.map((each) => caseLine(each, result.scenario)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function deliveryCases({ serverFaults, interrupted, abortedBy }: LoadResult): JUnitCase[] {
  const name = "the servers deliver every message once, unchanged and in order, and keep connections";
  if (serverFaults.length > 0) return [{ name, failure: serverFaults.join(", ") }];
  if (interrupted && abortedBy === null) return [{ name, skipped: "the run was interrupted" }];
  return [{ name }];
}

function thresholdCases({ thresholds }: LoadResult): JUnitCase[] {
  return thresholds.map((threshold) => {
    const name = `${threshold.metric} ${threshold.expression}`;
    return threshold.ok ? { name } : { name, failure: thresholdText(threshold) };
  });
}

function generatorCase({ invalid }: LoadResult): JUnitCase {
  const name = "the generator kept to its schedule";
  return invalid.length === 0 ? { name } : { name, skipped: `not valid: ${invalid.join("; ")}` };
}

function caseLine({ name, failure, skipped }: JUnitCase, scenario: string): string {
  const open = `    <testcase classname="load.${escapeXml(scenario)}" name="${escapeXml(name)}"`;
  if (failure !== undefined) return `${open}><failure message="${escapeXml(failure)}"/></testcase>`;
  return skipped === undefined ? `${open}/>` : `${open}><skipped message="${escapeXml(skipped)}"/></testcase>`;
}
