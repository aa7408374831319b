import { Command } from "commander";
import { conformanceDiffText, diffConformance } from "../../reports/conformance/conformance-diff.js";
import type { CaseResult, ConformanceResult } from "../../runner/conformance/conformance-result.js";
import { usageError } from "../command-error.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";
import { readReportInput } from "../report/report-input.js";

/** `ttk conform diff <a.json> <b.json>`: what became different between two runs; exit 1 when something fails anew. */
export function diffCommand(host: Host): Command {
  return new Command("diff")
    .description("what two JSON reports differ in: new failures (exit 1), fixed and flaky cases")
    .argument("<before>", "report of the earlier run, - for stdin")
    .argument("<after>", "report of the later run, - for stdin")
    .option("--json", "as JSON")
    .action(async (before: string, after: string, { json }: { json?: boolean }) => {
      const diff = diffConformance(await readReport(before, host), await readReport(after, host));
      host.stdout.write(json ? `${JSON.stringify(diff, null, 2)}\n` : conformanceDiffText(diff));
      if (diff.newFailures.length > 0) host.exitCode = ExitCode.failed;
    });
}

/** @throws CommandError */
async function readReport(file: string, host: Host): Promise<ConformanceResult> {
  const { name, content } = await readReportInput(file, host);
  if (!isReport(content)) throw usageError(`${name}: is no report of ttk conform (--report json=FILE)`);
  return {
    ...content,
    cases: content.cases.map((each) => ({ ...each, runs: each.runs ?? null, capture: each.capture ?? null })),
  };
}

/** As much as a comparison needs; reports of older versions have no `runs`. */
function isReport(content: unknown): content is ConformanceResult {
  const { cases } = (content ?? {}) as { cases?: unknown };
  return Array.isArray(cases) && cases.every(isCase);
}

function isCase(value: unknown): value is CaseResult {
  const { id, verdict } = (value ?? {}) as Record<string, unknown>;
  return typeof id === "string" && typeof verdict === "string";
}
