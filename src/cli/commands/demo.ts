import { join, relative, resolve } from "node:path";
import { Command, Option } from "commander";
import { conformanceJson } from "../../reports/conformance/conformance-json.js";
import { demoHeld, demoSummary } from "../../reports/demo/demo-summary.js";
import { conformanceHtml } from "../../reports/html/conformance/conformance-html.js";
import { loadHtml } from "../../reports/html/load/load-html.js";
import { loadJson } from "../../reports/load/load-json.js";
import { makeFolder } from "../../server/make-folder.js";
import { usageError } from "../command-error.js";
import { suiteWords } from "../conform/suite-words.js";
import { judge } from "../demo/judge.js";
import { putUnderLoad } from "../demo/put-under-load.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";
import { durationValue } from "../load/duration-value.js";
import { countValue } from "../option-values.js";
import { pageAssets } from "../report/page-assets.js";
import { writeResult } from "../report-files.js";

interface DemoOptions {
  readonly users: number;
  readonly duration: number;
  readonly reports: string;
  readonly seed?: number;
}

const USERS_MIN = 8;
const USERS_MAX = 8000;
const SEEDS = 2 ** 32;

const examples = `
Examples:
  $ ttk demo
  $ ttk demo --users 200 --duration 5s --reports /tmp/demo

Everything runs on free ports of 127.0.0.1 and ends with the command. Exit 0 only if every MUST held and no message was
lost, duplicated or reordered.`;

export function demoCommand(host: Host): Command {
  return new Command("demo")
    .description("Start a reference cluster, judge both its msg_servers, then let thousands of devices chat on it")
    .option("--users <n>", "users in the load run, each with a PC and a phone", countValue(USERS_MIN, USERS_MAX), 2000)
    .addOption(new Option("--duration <time>", "of the chat").argParser(durationValue).default(15_000, "15s"))
    .option("--reports <folder>", "where the reports go, as HTML and JSON", "reports")
    .option("--seed <n>", "repeats the choices of a load run that printed it", countValue(0, SEEDS - 1))
    .addHelpText("after", examples)
    .action((options: DemoOptions) => demo(host, options));
}

async function demo(host: Host, options: DemoOptions): Promise<void> {
  const startedMs = performance.now();
  const folder = resolve(host.cwd, options.reports);
  await makeFolder(folder).catch((error: NodeJS.ErrnoException) => {
    throw usageError(`--reports ${options.reports}: cannot be made (${error.code})`);
  });
  const reports: string[] = [];
  const write = async (name: string, text: string) => {
    await writeResult("--reports", join(folder, name), host.cwd, text);
    reports.push(relative(host.cwd, join(folder, name)));
  };

  say(host, "starting login_server, route_server and two msg_servers; judging both …");
  const judged = await judge(host);
  for (const [index, result] of judged.entries()) await write(`conformance-${index + 1}.json`, conformanceJson(result));
  const runs = judged.map((result) => ({ name: result.target.address, result }));
  await write("conformance.html", conformanceHtml(runs, suiteWords, pageAssets("conformance")));

  let loaded: Awaited<ReturnType<typeof putUnderLoad>> | undefined;
  if (!host.signal.aborted) {
    say(host, `now ${options.users} users with a PC and a phone each …`);
    const seed = options.seed ?? Math.floor(host.random() * SEEDS);
    loaded = await putUnderLoad(host, { users: options.users, durationMs: options.duration, seed });
    await write("load.html", loadHtml(loaded, pageAssets("load")));
    await write("load.json", loadJson(loaded));
  }
  const facts = { judged, loaded, durationMs: performance.now() - startedMs, reports };
  host.stdout.write(demoSummary(facts));
  host.exitCode = host.signal.aborted ? ExitCode.interrupted : demoHeld(facts) ? ExitCode.ok : ExitCode.failed;
}

function say(host: Host, text: string): void {
  if (host.verbosity !== "quiet") host.stderr.write(`${text}\n`);
}
