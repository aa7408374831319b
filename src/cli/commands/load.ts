import { Command, Option } from "commander";
import type { Address } from "../../net/address.js";
import { loadHtml } from "../../reports/html/load/load-html.js";
import { loadConsole } from "../../reports/load/load-console.js";
import { loadCsv } from "../../reports/load/load-csv.js";
import { loadJson } from "../../reports/load/load-json.js";
import { loadJunit } from "../../reports/load/load-junit.js";
import { loadK6Summary } from "../../reports/load/load-k6-summary.js";
import { loadProgress } from "../../reports/load/load-progress.js";
import { LoadBlockedError } from "../../runner/load/load-blocked-error.js";
import type { LoadEvent } from "../../runner/load/load-event.js";
import type { LoadPlan } from "../../runner/load/load-plan.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { runLoad } from "../../runner/load/load-run.js";
import type { Stage } from "../../runner/load/pace.js";
import { usersOf } from "../../runner/load/script/script-plan.js";
import type { LoadScenario } from "../../scenarios/load/load-scenario.js";
import { loadScenarios } from "../../scenarios/load/load-scenarios.js";
import { type ThinkTimeName, thinkTimes } from "../../scenarios/load/think-time.js";
import { didYouMean } from "../../server/storage/did-you-mean.js";
import { readAccounts } from "../accounts.js";
import { blockedError, usageError } from "../command-error.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";
import {
  addBehaviourOptions,
  type BehaviourOptions,
  behaviourChoice,
  refusedForFiles,
} from "../load/behaviour-options.js";
import { durationValue } from "../load/duration-value.js";
import { generatorEnvironment } from "../load/generator-environment.js";
import { type LoadChoice, planFor, planForScript } from "../load/load-choice.js";
import { localAddressValues } from "../load/local-address-value.js";
import { errorLine } from "../load/scenario-file/file-line.js";
import { handleSummary } from "../load/scenario-file/handle-summary.js";
import { isScenarioFile, type LoadedFile, loadScenarioFile } from "../load/scenario-file/load-file.js";
import { readScript, type ScriptChoice } from "../load/scenario-file/script-options.js";
import { stageValues } from "../load/stage-value.js";
import { thresholdValues, type UnboundThreshold } from "../load/threshold-value.js";
import { addressValue, addressValues, countValue } from "../option-values.js";
import { pageAssets } from "../report/page-assets.js";
import { type ReportTarget, reportValues, requireWritable, writeReports } from "../report-files.js";

const loadFormats = ["html", "json", "junit", "csv", "k6"] as const;
type LoadFormat = (typeof loadFormats)[number];

interface LoadOptions extends BehaviourOptions {
  readonly users?: number;
  readonly devices?: number;
  readonly duration?: number;
  readonly stage?: readonly Stage[];
  readonly target?: readonly Address[];
  readonly login?: Address;
  readonly accounts?: string;
  readonly password: string;
  readonly localAddress?: readonly string[];
  readonly rate?: number;
  readonly thinkTime?: ThinkTimeName;
  readonly seed?: number;
  readonly starting?: number;
  readonly drainTimeout?: number;
  readonly allowOverLimit?: boolean;
  readonly threshold?: readonly UnboundThreshold[];
  readonly abortOnFail?: boolean;
  readonly delayAbortEval?: number;
  readonly vus?: number;
  readonly iterations?: number;
  readonly findMax?: readonly UnboundThreshold[];
  readonly maxRate?: number;
  readonly step?: number;
  readonly coolDown?: number;
  readonly report?: readonly ReportTarget<LoadFormat>[];
  readonly json?: boolean;
}

const USERS_MAX = 1_000_000;
const USERS_DEFAULT = 100;
const SEEDS = 2 ** 32;

export function loadCommand(host: Host): Command {
  const command = new Command("load")
    .description("Simulate users with several devices, and account for every message they send")
    .argument(
      "[scenario]",
      `what the users do: ${[...loadScenarios.keys()].join(", ")}; or a file, .ts or .js`,
      "steady-chat",
    )
    .option("--target <address...>", "msg_servers, host:port; devices take them in turn", addressValues)
    .option("--login <address>", "login_server's HTTP port, which names a msg_server for each device", addressValue)
    .option(
      "--local-address <address...>",
      "where connections come from, in turn, as in 127.0.0.2-127.0.0.9: one address has about 28,000 ports",
      localAddressValues,
    )
    .option("--users <n>", "how many users (default: as many as accounts, or 100)", countValue(2, USERS_MAX))
    .option(
      "--devices <n>",
      "devices of each user: 1 = a PC, 2 = and a phone, 3 and 4 = a further PC and phone to change to (default: the scenario's)",
      countValue(1, 4),
    )
    .option("--accounts <file|pattern>", "YAML, JSON or CSV, or user{1..2000} (default: user{1..USERS})")
    .option("--password <text>", "of accounts that come without one", "secret")
    .addOption(durationOption("--duration <time>", "length of the steady phase, as in 15s or 5m (default: 15s)"))
    .option(
      "--stage <time:rate...>",
      "in place of --duration: go to a rate (a scenario file: to VUs) evenly in so long, as in 10s:100 1m:100 5s:0; --rate is where it begins",
      stageValues,
    )
    .option("--vus <n>", "of a scenario file, in place of its scenarios: virtual users", countValue(1, USERS_MAX))
    .option("--iterations <n>", "of a scenario file, in place of its scenarios: how many", countValue(1, 1_000_000_000))
    .option("--rate <n>", "acts a second of all users together (default: the scenario's)", countValue(1, 10_000_000))
    .addOption(
      new Option("--think-time <name>", "how a user's waits spread around their mean (default: exponential)").choices(
        Object.keys(thinkTimes),
      ),
    );
  return addBehaviourOptions(command)
    .option("--seed <n>", "repeats the choices of a run that printed it", countValue(0, SEEDS - 1))
    .option("--starting <n>", "devices that connect and log in at the same time (default: 64)", countValue(1, 10_000))
    .addOption(durationOption("--drain-timeout <time>", "how long to wait for what is still under way (default: 10s)"))
    .option("--allow-over-limit", "do not keep below the 20 messages a second that a server takes from a connection")
    .option(
      "--threshold <metric:expression...>",
      "what must hold, as in msg_ack_duration:p(95)<50 or errors:count==0; may be repeated",
      thresholdValues,
    )
    .option("--abort-on-fail", "end the run as soon as a threshold does not hold")
    .addOption(durationOption("--delay-abort-eval <time>", "let the run go on for so long before that (default: 0s)"))
    .option(
      "--find-max <metric:expression...>",
      "look for the highest rate at which this holds, as in 'msg_delivery_duration:p(99)<100'; begins at --rate",
      thresholdValues,
    )
    .option("--max-rate <n>", "--find-max: try no more than this", countValue(1, 10_000_000))
    .addOption(durationOption("--step <time>", "--find-max: how long each rate is kept up (default: 10s)"))
    .addOption(durationOption("--cool-down <time>", "--find-max: wait no longer for a step's messages (default: 5s)"))
    .option(
      "--report <format=file...>",
      "write reports: html=FILE, json=FILE, junit=FILE, csv=FILE (a row a second), k6=FILE (k6's summary)",
      reportValues(loadFormats),
    )
    .option("--json", "the report on stdout is JSON")
    .addHelpText("after", examples)
    .action((scenario: string, options: LoadOptions) => load(host, scenario, options));
}

const examples = `
Examples:
  $ ttk load steady-chat --target 127.0.0.1:8000 --users 2000 --devices 2 --duration 15s
  $ ttk load --login 10.0.0.5:8080 --accounts staging.csv --rate 5000 --duration 10m --report json=run.json html=run.html
  $ ttk load --target 127.0.0.1:8000 --threshold 'msg_ack_duration:p(95)<50' 'errors:count==0' --abort-on-fail
  $ ttk load my-test.ts --target 127.0.0.1:8000
  $ ttk load steady-chat --target 127.0.0.1:8000 --users 500 --find-max 'msg_delivery_duration:p(99)<100'
  $ ttk load --target 127.0.0.1:8000 127.0.0.1:8001 --accounts 'load{001..500}' --password hunter2

A scenario file exports options, setup, functions and teardown as k6's do: docs/load.md and examples/.
Each message carries a token. The report says what was acked, delivered, lost, duplicated, reordered or corrupted, and
latency counts from the moment a message was meant to be sent. Exit codes: 0 all held, 1 the server failed a message
or a threshold, 3 unreachable or login refused, 130 interrupted (Ctrl-C once: finish and report).`;

function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(durationValue);
}

async function load(host: Host, name: string, options: LoadOptions): Promise<void> {
  const file = isScenarioFile(name) ? await loadScenarioFile(name, host.cwd) : undefined;
  const choice = file === undefined ? undefined : scriptChoice(file, options);
  const plan =
    file === undefined || choice === undefined
      ? planFor({ scenario: scenarioNamed(name, options), ...(await common(host, options, undefined)) })
      : planForScript(await common(host, options, choice), file.name, choice);
  const reports = options.report ?? [];
  await requireWritable(reports, host.cwd);

  const result = await run(host, plan, file);
  await writeReports(reports, host.cwd, {
    html: () => loadHtml(result, pageAssets("load")),
    json: () => loadJson(result),
    junit: () => loadJunit(result),
    csv: () => loadCsv(result),
    k6: () => loadK6Summary(result),
  });
  const isSummarised = file !== undefined && choice !== undefined && (await handleSummary(host, file, choice, result));
  if (!isSummarised) host.stdout.write(options.json ? loadJson(result) : loadConsole(result));
  host.exitCode = exitCodeOf(result);
}

/** @throws CommandError for a name that is not one, and options that it has no use for */
function scenarioNamed(name: string, options: LoadOptions): LoadScenario {
  for (const only of ["vus", "iterations"] as const) {
    if (options[only] !== undefined)
      throw usageError(`--${only} is for scenario files: ${name} has --users and --rate`);
  }
  const names = [...loadScenarios.keys()];
  const scenario = loadScenarios.get(name);
  if (scenario === undefined) throw usageError(`there is no load scenario "${name}"${didYouMean(name, names)}`);
  return scenario;
}

/** @throws CommandError for all that is wrong with the file's options */
function scriptChoice(file: LoadedFile, options: LoadOptions): ScriptChoice {
  const { vus, iterations, duration: durationMs, stage } = options;
  const refused = ["rate", "thinkTime", ...refusedForFiles, "devices", "findMax"] as const;
  const option = refused.find((name) => options[name] !== undefined);
  if (option !== undefined) {
    const flag = option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw usageError(`--${flag} is for built-in scenarios: ${file.name} says that itself, in its options or functions`);
  }
  const stages = stage?.map(({ durationMs, actsPerSecond }) => ({ durationMs, target: actsPerSecond }));
  try {
    return readScript(file.exports, file.book, { vus, iterations, durationMs, stages });
  } catch (error) {
    throw usageError(`${file.name}: ${(error as Error).message}`);
  }
}

/** What the command line says of a run, whatever its scenario is. */
async function common(
  host: Host,
  options: LoadOptions,
  choice: ScriptChoice | undefined,
): Promise<Omit<LoadChoice, "scenario">> {
  const needed = choice === undefined ? undefined : usersOf(choice.script);
  const wanted = needed ?? options.users;
  const spec = options.accounts ?? `user{1..${wanted ?? USERS_DEFAULT}}`;
  const accounts = await readAccounts(spec, options.password, host.cwd);
  const users = wanted ?? accounts.length;
  if (accounts.length < users) {
    throw usageError(`${users} users need as many accounts; ${spec} has ${accounts.length}`);
  }
  return {
    accounts: accounts.slice(0, users),
    devicesPerUser: options.devices,
    durationMs: options.duration,
    stages: choice === undefined ? options.stage : undefined,
    targets: options.target,
    loginServer: options.login,
    localAddresses: options.localAddress,
    rate: options.rate,
    thinkTime: options.thinkTime,
    ...behaviourChoice(options),
    startingMax: options.starting,
    drainTimeoutMs: options.drainTimeout,
    allowOverLimit: options.allowOverLimit,
    findMax: findMaxOf(options),
    thresholds: options.threshold?.map((threshold) => ({
      ...threshold,
      abortOnFail: options.abortOnFail ?? false,
      delayAbortEvalMs: options.delayAbortEval ?? 0,
    })),
    seed: options.seed ?? Math.floor(host.random() * SEEDS),
  };
}

function findMaxOf({ findMax, maxRate, step, coolDown }: LoadOptions): LoadChoice["findMax"] {
  if (findMax === undefined) {
    const lone = Object.entries({ "max-rate": maxRate, step, "cool-down": coolDown }).find(
      ([, value]) => value !== undefined,
    );
    if (lone !== undefined) throw usageError(`--${lone[0]} is for --find-max`);
    return undefined;
  }
  return {
    conditions: findMax.map((condition) => ({ ...condition, abortOnFail: false, delayAbortEvalMs: 0 })),
    ...(maxRate === undefined ? {} : { maxPerSecond: maxRate }),
    ...(step === undefined ? {} : { stepMs: step }),
    ...(coolDown === undefined ? {} : { coolDownMs: coolDown }),
  };
}

async function run(host: Host, plan: LoadPlan, file: LoadedFile | undefined): Promise<LoadResult> {
  const devices = plan.accounts.length * plan.devicesPerUser;
  try {
    return await runLoad(plan, {
      signal: host.signal,
      nowMs: host.clock.nowMs,
      environment: generatorEnvironment(host),
      onEvent: tell(host, devices, file),
    });
  } catch (error) {
    if (error instanceof LoadBlockedError) throw blockedError(blockedText(error, host, file));
    throw error;
  }
}

/** Says what happens, on stderr. */
function tell(host: Host, devices: number, file?: LoadedFile): (event: LoadEvent) => void {
  return (event) => {
    if (event.type === "iteration-failed" && file !== undefined) {
      const line = errorLine(event.error, file.folder, host.cwd, file.name);
      host.stderr.write(`ttk: ${line} (${event.scenario}; told once)\n`);
    }
    if (event.type !== "second" || host.verbosity === "quiet") return;
    host.stderr.write(`${loadProgress(event.snapshot, devices)}\n`);
  };
}

function blockedText(error: LoadBlockedError, host: Host, file: LoadedFile | undefined): string {
  if (error.cause === undefined || file === undefined) return error.message;
  return `${errorLine(error.cause, file.folder, host.cwd, file.name)} (${error.message})`;
}

function exitCodeOf(result: LoadResult): ExitCode {
  if (result.interrupted) return ExitCode.interrupted;
  return result.failures.length > 0 ? ExitCode.failed : ExitCode.ok;
}
