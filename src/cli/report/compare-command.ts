import { Command, Option } from "commander";
import { loadHtml } from "../../reports/html/load/load-html.js";
import { compareLoads } from "../../reports/load/compare-loads.js";
import { loadComparisonMarkdown, loadComparisonText, worsenedTexts } from "../../reports/load/load-comparison-text.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { usageError } from "../command-error.js";
import { ExitCode } from "../exit-codes.js";
import { type Host, messageLine } from "../host.js";
import { countValue } from "../option-values.js";
import { deliverReport, formatOption, type OutputOptions, outOption } from "./deliver-report.js";
import { pageAssets } from "./page-assets.js";
import { readRun } from "./read-run.js";

const formats = ["console", "html", "markdown", "json"] as const;

interface CompareOptions extends OutputOptions {
  readonly failOnWorse?: number;
}

/** Below it a change is noise, and no comparison calls it worse. */
const WORSE_MIN_PERCENT = 10;
const WORSE_MAX_PERCENT = 100_000;
const NAMED_MAX = 3;

const examples = `
Examples:
  $ ttk report compare before.json after.json
  $ ttk report compare before.json after.json --out worse.html
  $ ttk report compare main.json branch.json --fail-on-worse        in CI: exit 1 when anything became worse
  $ ttk report compare main.json branch.json --fail-on-worse 50     by more than 50 %, on a noisy machine

Exit codes: 0 compared, whatever became worse, unless --fail-on-worse is given; 1 something became worse by more than its
percentage. Each message more that is lost, duplicated or otherwise wrong counts, and each error more.`;

/** `ttk report compare <before> <after>`: what is different between two load runs; with `--fail-on-worse`, exit 1 for it. */
export function compareCommand(host: Host): Command {
  return new Command("compare")
    .description("what two load runs differ in, and what became worse")
    .argument("<before.json>", "report of the earlier run, - for stdin")
    .argument("<after.json>", "report of the later run, - for stdin")
    .addOption(outOption())
    .addOption(formatOption(formats))
    .addOption(
      new Option("--fail-on-worse [percent]", "exit 1 when something became worse by more than that")
        .argParser(countValue(WORSE_MIN_PERCENT, WORSE_MAX_PERCENT))
        .preset(String(WORSE_MIN_PERCENT)),
    )
    .addHelpText("after", examples)
    .action(async (beforeFile: string, afterFile: string, options: CompareOptions) => {
      const before = await readLoad(beforeFile, host);
      const after = await readLoad(afterFile, host);
      const comparison = compareLoads(before, after);
      await deliverReport(host, options, (format) => {
        switch (format) {
          case "console":
            return loadComparisonText(comparison);
          case "markdown":
            return loadComparisonMarkdown(comparison);
          case "json":
            return `${JSON.stringify(comparison, null, 2)}\n`;
          case "html":
            return loadHtml(after, pageAssets("load"), before);
          default:
            throw usageError(`a comparison has no --format ${format}; there is ${formats.join(", ")}`);
        }
      });
      if (options.failOnWorse !== undefined) failOnWorse(host, worsenedTexts(comparison, options.failOnWorse / 100));
    });
}

function failOnWorse(host: Host, worse: readonly string[]): void {
  if (worse.length === 0) return;
  host.exitCode = ExitCode.failed;
  const more = worse.length > NAMED_MAX ? ` and ${worse.length - NAMED_MAX} more` : "";
  host.stderr.write(`${messageLine(`became worse: ${worse.slice(0, NAMED_MAX).join(", ")}${more}`)}\n`);
}

async function readLoad(file: string, host: Host): Promise<LoadResult> {
  const run = await readRun(file, host);
  if (run.kind === "load") return run.result;
  throw usageError(
    `${file}: is no load run${run.kind === "conformance" ? "; ttk conform diff compares conformance runs" : ""}`,
  );
}
