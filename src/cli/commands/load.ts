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
import type { LoadPlan } from "../../runner/load/load-plan.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { runLoad } from "../../runner/load/load-run.js";
import type { Stage } from "../../runner/load/pace.js";
import type { LoadScenario } from "../../scenarios/load/load-scenario.js";
import { loadScenarios } from "../../scenarios/load/load-scenarios.js";
import { type ThinkTimeName, thinkTimes } from "../../scenarios/load/think-time.js";
import { didYouMean } from "../../server/storage/did-you-mean.js";
import { readAccounts } from "../accounts.js";
import { blockedError, usageError } from "../command-error.js";
import { ExitCode } from "../exit-codes.js";
import type { Host } from "../host.js";
import { durationValue } from "../load/duration-value.js";
import { generatorEnvironment } from "../load/generator-environment.js";
import { planFor } from "../load/load-choice.js";
import { localAddressValues } from "../load/local-address-value.js";
import { stageValues } from "../load/stage-value.js";
import { thresholdValues, type UnboundThreshold } from "../load/threshold-value.js";
import { addressValue, addressValues, countValue } from "../option-values.js";
import { pageAssets } from "../report/page-assets.js";
import { type ReportTarget, reportValues, requireWritable, writeReports } from "../report-files.js";

const loadFormats = ["html", "json", "junit", "csv", "k6"] as const;
type LoadFormat = (typeof loadFormats)[number];

interface LoadOptions {
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
  readonly size?: number;
  readonly groups?: number;
  readonly groupSize?: number;
  readonly seed?: number;
  readonly starting?: number;
  readonly drainTimeout?: number;
  readonly allowOverLimit?: boolean;
  readonly threshold?: readonly UnboundThreshold[];
  readonly abortOnFail?: boolean;
  readonly delayAbortEval?: number;
  readonly report?: readonly ReportTarget<LoadFormat>[];
  readonly json?: boolean;
}

const USERS_MAX = 1_000_000;
const USERS_DEFAULT = 100;
const SEEDS = 2 ** 32;

export function loadCommand(host: Host): Command {
  return new Command("load")
    .description("Simulate users with several devices, and account for every message they send")
    .argument("[scenario]", `what the users do: ${[...loadScenarios.keys()].join(", ")}`, "steady-chat")
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
      "devices of each user: 2 = a PC and a phone, 1 = a PC (default: 2, the most that LGN-09 allows)",
      countValue(1, 2),
    )
    .option("--accounts <file|pattern>", "YAML, JSON or CSV, or user{1..2000} (default: user{1..USERS})")
    .option("--password <text>", "of accounts that come without one", "secret")
    .addOption(durationOption("--duration <time>", "length of the steady phase, as in 15s or 5m (default: 15s)"))
    .option(
      "--stage <time:rate...>",
      "in place of --duration: go to a rate evenly in so long, as in 10s:100 1m:100 5s:0; --rate is where it begins",
      stageValues,
    )
    .option("--rate <n>", "acts a second of all users together (default: the scenario's)", countValue(1, 10_000_000))
    .addOption(
      new Option("--think-time <name>", "how a user's waits spread around their mean (default: exponential)").choices(
        Object.keys(thinkTimes),
      ),
    )
    .option("--size <bytes>", "of a message's content (default: 64)", countValue(1, 4096))
    .option("--groups <n>", "group-chat: groups to make (default: two for each user)", countValue(1, 100_000))
    .option("--group-size <n>", "group-chat: members of each (default: 20)", countValue(2, 1000))
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
  $ ttk load --target 127.0.0.1:8000 127.0.0.1:8001 --accounts 'load{001..500}' --password hunter2

Each message carries a token. The report says what was acked, delivered, lost, duplicated, reordered or corrupted, and
latency counts from the moment a message was meant to be sent. Exit codes: 0 all held, 1 the server failed a message
or a threshold, 3 unreachable or login refused, 130 interrupted (Ctrl-C once: finish and report).`;

function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(durationValue);
}

async function load(host: Host, name: string, options: LoadOptions): Promise<void> {
  const scenario = loadScenarios.get(name) ?? unknownScenario(name);
  const plan = await planFrom(host, scenario, options);
  const reports = options.report ?? [];
  await requireWritable(reports, host.cwd);

  const result = await run(host, plan);
  await writeReports(reports, host.cwd, {
    html: () => loadHtml(result, pageAssets("load")),
    json: () => loadJson(result),
    junit: () => loadJunit(result),
    csv: () => loadCsv(result),
    k6: () => loadK6Summary(result),
  });
  host.stdout.write(options.json ? loadJson(result) : loadConsole(result));
  host.exitCode = exitCodeOf(result);
}

function unknownScenario(name: string): never {
  throw usageError(`there is no load scenario "${name}"${didYouMean(name, [...loadScenarios.keys()])}`);
}

async function planFrom(host: Host, scenario: LoadScenario, options: LoadOptions): Promise<LoadPlan> {
  const spec = options.accounts ?? `user{1..${options.users ?? USERS_DEFAULT}}`;
  const accounts = await readAccounts(spec, options.password, host.cwd);
  const users = options.users ?? accounts.length;
  if (accounts.length < users) {
    throw usageError(`${users} users need as many accounts; ${spec} has ${accounts.length}`);
  }
  return planFor({
    scenario,
    accounts: accounts.slice(0, users),
    devicesPerUser: options.devices,
    durationMs: options.duration,
    stages: options.stage,
    targets: options.target,
    loginServer: options.login,
    localAddresses: options.localAddress,
    rate: options.rate,
    thinkTime: options.thinkTime,
    messageSizeBytes: options.size,
    startingMax: options.starting,
    drainTimeoutMs: options.drainTimeout,
    groups: options.groups,
    groupSize: options.groupSize,
    allowOverLimit: options.allowOverLimit,
    thresholds: options.threshold?.map((threshold) => ({
      ...threshold,
      abortOnFail: options.abortOnFail ?? false,
      delayAbortEvalMs: options.delayAbortEval ?? 0,
    })),
    seed: options.seed ?? Math.floor(host.random() * SEEDS),
  });
}

async function run(host: Host, plan: LoadPlan): Promise<LoadResult> {
  const devices = plan.accounts.length * plan.devicesPerUser;
  try {
    return await runLoad(plan, {
      signal: host.signal,
      nowMs: host.clock.nowMs,
      environment: generatorEnvironment(host),
      onEvent: (event) => {
        if (event.type !== "second" || host.verbosity === "quiet") return;
        host.stderr.write(`${loadProgress(event.snapshot, devices)}\n`);
      },
    });
  } catch (error) {
    if (error instanceof LoadBlockedError) throw blockedError(error.message);
    throw error;
  }
}

function exitCodeOf(result: LoadResult): ExitCode {
  if (result.interrupted) return ExitCode.interrupted;
  return result.failures.length > 0 ? ExitCode.failed : ExitCode.ok;
}
