import { Command } from "commander";
import type { Host } from "../host.js";
import { compareCommand } from "../report/compare-command.js";
import { deliverReport, formatOption, type OutputOptions, outOption } from "../report/deliver-report.js";
import { mergeCommand } from "../report/merge-command.js";
import { type FinishedRun, readRun } from "../report/read-run.js";
import { renderRuns } from "../report/render-runs.js";
import { runFormats } from "../report/run-formats.js";

const examples = `
Examples:
  $ ttk report run.json                              what ttk load or ttk conform printed
  $ ttk report run.json --out run.html
  $ ttk report ours.json theirs.json --out matrix.html     conformance: requirements against servers
  $ ttk load steady-chat --json | ttk report - --out run.html
  $ ttk report compare before.json after.json        load: what became worse
  $ ttk report compare main.json branch.json --fail-on-worse 25    in CI: exit 1 for what is worse by more than 25 %
  $ ttk report merge shard*.json --report html=run.html      load: the shards of ttk load --segment

Runs are what --report json=FILE has written; what kind they are is seen from their content.`;

export function reportCommand(host: Host): Command {
  return new Command("report")
    .description("Render or compare finished runs of ttk load and ttk conform")
    .enablePositionalOptions()
    .argument(
      "<run.json...>",
      "JSON reports, - for stdin: one, or several of ttk conform for a matrix over servers and runs",
    )
    .addOption(outOption())
    .addOption(formatOption(runFormats))
    .addHelpText("after", examples)
    .addCommand(compareCommand(host))
    .addCommand(mergeCommand(host))
    .action(async (files: readonly string[], options: OutputOptions) => {
      const runs: FinishedRun[] = [];
      for (const file of files) runs.push(await readRun(file, host));
      await deliverReport(host, options, (format) =>
        renderRuns(runs, format, host.stdout.isStyled && options.out === undefined),
      );
    });
}
