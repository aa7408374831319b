import { Command } from "commander";
import { loadHtml } from "../../reports/html/load/load-html.js";
import { compareLoads } from "../../reports/load/compare-loads.js";
import { loadComparisonMarkdown, loadComparisonText } from "../../reports/load/load-comparison-text.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { usageError } from "../command-error.js";
import type { Host } from "../host.js";
import { deliverReport, formatOption, type OutputOptions, outOption } from "./deliver-report.js";
import { pageAssets } from "./page-assets.js";
import { readRun } from "./read-run.js";

const formats = ["console", "html", "markdown", "json"] as const;

/** `ttk report compare <before> <after>`: what is different between two load runs. */
export function compareCommand(host: Host): Command {
  return new Command("compare")
    .description("what two load runs differ in, and what became worse")
    .argument("<before.json>", "report of the earlier run")
    .argument("<after.json>", "report of the later run")
    .addOption(outOption())
    .addOption(formatOption(formats))
    .action(async (beforeFile: string, afterFile: string, options: OutputOptions) => {
      const before = await readLoad(beforeFile, host.cwd);
      const after = await readLoad(afterFile, host.cwd);
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
    });
}

async function readLoad(file: string, cwd: string): Promise<LoadResult> {
  const run = await readRun(file, cwd);
  if (run.kind === "load") return run.result;
  throw usageError(
    `${file}: is no load run${run.kind === "conformance" ? "; ttk conform diff compares conformance runs" : ""}`,
  );
}
