import { basename, dirname } from "node:path";
import { Command, Option } from "commander";
import { didYouMean } from "../../codec/did-you-mean.js";
import { type Address, formatAddress } from "../../net/address.js";
import type { OutputTarget } from "../../outputs/open-output.js";
import { loadConsole } from "../../reports/load/load-console.js";
import { loadJson } from "../../reports/load/load-json.js";
import type { Stage } from "../../runner/load/crowd/pace.js";
import { LoadBlockedError } from "../../runner/load/load-blocked-error.js";
import type { LoadDependencies } from "../../runner/load/load-dependencies.js";
import type { LoadEvent } from "../../runner/load/load-event.js";
import { type LoadPlan, searchesOf } from "../../runner/load/load-plan.js";
import type { LoadResult } from "../../runner/load/load-result.js";
import { type RunningLoad, startLoad } from "../../runner/load/load-run.js";
import type { Tags } from "../../runner/load/metrics/metric-selector.js";
import type { Threshold } from "../../runner/load/metrics/threshold.js";
import { usersOf } from "../../runner/load/script/script-plan.js";
import type { Segment } from "../../runner/load/segment.js";
import type { LoadShard } from "../../runner/load/shard/load-shard.js";
import type { LoadScenario } from "../../scenarios/load/load-scenario.js";
import { loadScenarios } from "../../scenarios/load/load-scenarios.js";
import { type ThinkTimeName, thinkTimes } from "../../scenarios/load/think-time.js";
import { readAccounts } from "../accounts.js";
import { blockedError, usageError } from "../command-error.js";
import { type Host, messageLine } from "../host.js";
import {
  addBehaviourOptions,
  type BehaviourOptions,
  behaviourChoice,
  refusedForFiles,
} from "../load/behaviour-options.js";
import { requireDescriptors } from "../load/descriptor-limit.js";
import { durationValue } from "../load/duration-value.js";
import { generatorEnvironment } from "../load/generator-environment.js";
import { listCommand } from "../load/list-command.js";
import { type LoadChoice, planFor, planForScript } from "../load/load-choice.js";
import { exitCodeOf } from "../load/load-exit-code.js";
import {
  isOnStdout,
  type LoadFormat,
  loadFormats,
  requireWritableReports,
  writeLoadReports,
  writeShard,
} from "../load/load-reports.js";
import { dashboardWatch, progressWatch } from "../load/load-watch.js";
import { localAddressValues } from "../load/local-address-value.js";
import { openOutputs } from "../load/open-outputs.js";
import { outputValues, tagValues } from "../load/output-value.js";
import { errorLine } from "../load/scenario-file/file-line.js";
import { handleSummary } from "../load/scenario-file/handle-summary.js";
import { isScenarioFile, type LoadedFile, loadScenarioFile } from "../load/scenario-file/load-file.js";
import { readScript, type ScriptChoice } from "../load/scenario-file/script-options.js";
import { runWorkers } from "../load/shards/run-workers.js";
import { SEGMENTS_MAX, segmentValue } from "../load/shards/segment-value.js";
import { syncByClock } from "../load/shards/shard-sync.js";
import { type StartAt, startAtValue } from "../load/shards/start-at-value.js";
import { joinSamples, requireShareable, workerTargets } from "../load/shards/worker-samples.js";
import { WorkerSync } from "../load/shards/worker-sync.js";
import { positiveShareValue } from "../load/share-value.js";
import { stageValues } from "../load/stage-value.js";
import { boundThresholds, thresholdTexts } from "../load/threshold-value.js";
import { addressValue, addressValues, countValue } from "../option-values.js";
import { type ReportTarget, reportValues, requireWritable, tellUnwritten } from "../report-files.js";
import { mayFillTerminal } from "../terminal-view.js";

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
  readonly answerTimeout?: number;
  readonly allowOverLimit?: boolean;
  readonly threshold?: readonly string[];
  readonly abortOnFail?: boolean;
  readonly delayAbortEval?: number;
  readonly vus?: number;
  readonly iterations?: number;
  readonly findMax?: readonly string[];
  readonly maxRate?: number;
  readonly precision?: number;
  readonly step?: number;
  readonly coolDown?: number;
  readonly report?: readonly ReportTarget<LoadFormat>[];
  readonly segment?: Segment;
  readonly startAt?: StartAt;
  readonly workers?: number;
  readonly asWorker?: string;
  readonly out?: readonly OutputTarget[];
  readonly tag?: Tags;
  readonly json?: boolean;
  readonly tui: boolean;
}

const USERS_MAX = 1_000_000;
const USERS_DEFAULT = 100;
const SEEDS = 2 ** 32;

export function loadCommand(host: Host): Command {
  const command = new Command("load")
    .description("Simulate users with several devices, and account for every message they send")
    // So that `list --json` is the list's own option.
    .enablePositionalOptions()
    .argument(
      "[scenario]",
      `what the users do: ${[...loadScenarios.keys()].join(", ")} (ttk load list); or a file, .ts or .js`,
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
    .option("--vus <n>", "of a scenario file: virtual users, in place of its own vus", countValue(0, USERS_MAX))
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
    .addOption(durationOption("--answer-timeout <time>", "how long a login or a pull may take (default: 30s)"))
    .addOption(durationOption("--drain-timeout <time>", "how long to wait for what is still under way (default: 10s)"))
    .option("--allow-over-limit", "do not keep below the 20 messages a second that a server takes from a connection")
    .option(
      "--threshold <metric:expression...>",
      "what must hold, as in msg_ack_duration:p(95)<50 or errors:count==0; may be repeated",
      thresholdTexts,
    )
    .option("--abort-on-fail", "end the run as soon as a threshold does not hold")
    .addOption(
      durationOption(
        "--delay-abort-eval <time>",
        "--abort-on-fail: let the run go on for so long before that (default: 0s)",
      ),
    )
    .option(
      "--find-max <metric:expression...>",
      "look for the highest rate at which this holds, as in 'msg_delivery_duration:p(99)<100'; begins at --rate",
      thresholdTexts,
    )
    .option("--max-rate <n>", "--find-max: try no more than this", countValue(1, 10_000_000))
    .option("--precision <share>", "--find-max: how close to come, of the rate (default: 5%)", positiveShareValue)
    .addOption(durationOption("--step <time>", "--find-max: how long each rate is kept up (default: 10s)"))
    .addOption(durationOption("--cool-down <time>", "--find-max: wait no longer for a step's messages (default: 5s)"))
    .option(
      "--report <format=file...>",
      "write reports: html=FILE, json=FILE, junit=FILE, csv=FILE (a row a second), k6=FILE (k6's summary), shard=FILE (of a --segment, for ttk report merge)",
      reportValues(loadFormats),
    )
    .option(
      "--out <kind=where...>",
      "send metrics while the run goes on: json=FILE or csv=FILE (k6's formats; .gz compresses), prometheus=HOST:PORT (to scrape), prometheus-rw=URL, otlp=URL, statsd=HOST:PORT, dogstatsd=HOST:PORT",
      outputValues,
    )
    .option("--tag <name=value...>", "a tag of everything that --out sends, as in testid=7", tagValues)
    .option("--json", "the report on stdout is JSON")
    .option("--no-tui", "on a terminal, too: a line a second in place of the dashboard")
    .option("--workers <n>", "processes on this machine that share the users", countValue(1, SEGMENTS_MAX))
    .option(
      "--segment <i/n>",
      "do one part of the run, from 0/n to n-1/n; others do the rest at the same time, elsewhere",
      segmentValue,
    )
    .option(
      "--start-at <time>",
      "when the steady phase begins, the same for all segments: 2026-11-25T21:00:00Z, unix seconds, or +30s",
      startAtValue,
    )
    .addOption(new Option("--as-worker <file>", "started by --workers").hideHelp())
    .addHelpText("after", examples)
    .addCommand(listCommand(host))
    .action((scenario: string, options: LoadOptions) => load(host, scenario, options));
}

const examples = `
Examples:
  $ ttk load steady-chat --target 127.0.0.1:8000 --users 2000 --devices 2 --duration 15s
  $ ttk load --login 10.0.0.5:8080 --accounts staging.csv --rate 5000 --duration 10m --report json=run.json html=run.html
  $ ttk load --target 127.0.0.1:8000 --threshold 'msg_ack_duration:p(95)<50' 'errors:count==0' --abort-on-fail
  $ ttk load my-test.ts --target 127.0.0.1:8000
  $ ttk load list
  $ ttk load --target 127.0.0.1:8000 --out json=samples.json.gz prometheus-rw=http://127.0.0.1:9090/api/v1/write --tag testid=7
  $ ttk load steady-chat --target 127.0.0.1:8000 --users 500 --find-max 'msg_delivery_duration:p(99)<100'
  $ ttk load --target 127.0.0.1:8000 --users 20000 --workers 4
  $ ttk load --target 10.0.0.5:8000 --seed 7 --segment 0/3 --start-at 2026-11-25T21:00:00Z --report shard=0.json
  $ ttk load --target 127.0.0.1:8000 127.0.0.1:8001 --accounts 'load{001..500}' --password hunter2

A scenario file exports options, setup, functions and teardown as k6's do: docs/load.md and examples/.
Each message carries a token. The report says what was acked, delivered, lost, duplicated, reordered or corrupted, and
latency counts from the moment a message was meant to be sent. Exit codes: 0 all held, 1 the server failed a message
or a threshold, 3 unreachable or login refused, 130 interrupted (Ctrl-C once: finish and report).
On a terminal a dashboard shows the run; ? in it tells the keys: pause, more or less load, tag, snapshot, stop.`;

function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(durationValue);
}

async function load(host: Host, name: string, options: LoadOptions): Promise<void> {
  const file = isScenarioFile(name) ? await loadScenarioFile(name, host) : undefined;
  const choice = file === undefined ? undefined : scriptChoice(file, options);
  const planOf = async (parted: LoadOptions) =>
    file === undefined || choice === undefined
      ? planFor({ scenario: scenarioNamed(name, parted), ...(await common(host, parted, undefined)) })
      : planForScript(await common(host, parted, choice), file.name, choice);
  const plan = await planOf(options);
  requireTogether(options);
  const { workers = 1 } = options;
  // Refused here, before every worker does.
  if (workers > 1) await planOf({ ...options, segment: { index: 0, count: workers } });
  const processes = options.workers ?? options.segment?.count ?? 1;
  await requireDescriptors(plan.accounts.length, plan.devicesPerUser, processes);
  if (options.asWorker !== undefined) return work(host, plan, file, options, options.asWorker);
  const reports = options.report ?? [];
  await requireWritableReports(reports, host.cwd);

  const { result, shard } = await run(host, plan, file, options);
  const unwritten = await writeLoadReports(reports, host, result, shard);
  if (options.segment !== undefined && host.verbosity !== "quiet") {
    host.stderr.write("ttk: one segment alone; what went between segments is judged by ttk report merge\n");
  }
  const isSummarised = file !== undefined && choice !== undefined && (await handleSummary(host, file, choice, result));
  if (!isSummarised && !isOnStdout(reports)) host.stdout.write(options.json ? loadJson(result) : loadConsole(result));
  host.exitCode = exitCodeOf(result);
  tellUnwritten(host, unwritten);
}

/** @throws CommandError for a name that is not one, and options that it has no use for */
function scenarioNamed(name: string, options: LoadOptions): LoadScenario {
  for (const only of ["vus", "iterations"] as const) {
    if (options[only] !== undefined)
      throw usageError(`--${only} is for scenario files: ${name} has --users and --rate`);
  }
  const names = [...loadScenarios.keys()];
  const scenario = loadScenarios.get(name);
  if (scenario === undefined)
    throw usageError(`there is no load scenario "${name}"${didYouMean(name, names)} (ttk load list shows all)`);
  const idle = scenario.acts === "messages" ? undefined : ofMessages.find((option) => options[option] !== undefined);
  if (idle !== undefined) throw usageError(`${name} sends no messages: ${flagOf(idle)} is for those that do`);
  return scenario;
}

/** What only messages have, beside the habits of those who write them. */
const ofMessages = ["size", "encrypted", "audioShare", "finalCheck"] as const satisfies readonly (keyof LoadOptions)[];

function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** @throws CommandError for all that is wrong with the file's options */
function scriptChoice(file: LoadedFile, options: LoadOptions): ScriptChoice {
  const { vus, iterations, duration: durationMs, stage, segment, asWorker } = options;
  const refused = ["users", "rate", "thinkTime", ...refusedForFiles, "devices", "findMax"] as const;
  const option = refused.find((name) => options[name] !== undefined);
  if (option !== undefined) {
    throw usageError(
      `${flagOf(option)} is for built-in scenarios: ${file.name} says that itself, in its options or functions`,
    );
  }
  const stages = stage?.map(({ durationMs, actsPerSecond }) => ({ durationMs, target: actsPerSecond }));
  try {
    // Workers are told what one of them has made of setup; segments know nothing of each other.
    const callers = asWorker === undefined ? (segment?.count ?? 1) : 1;
    return readScript(file.exports, file.book, { vus, iterations, durationMs, stages }, callers);
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
    answerTimeoutMs: options.answerTimeout,
    allowOverLimit: options.allowOverLimit,
    findMax: findMaxOf(options),
    thresholds: thresholdsOf(options, choice),
    seed: options.seed ?? Math.floor(host.random() * SEEDS),
    segment: options.segment,
    isCoordinated: options.workers !== undefined || options.asWorker !== undefined,
  };
}

/** @throws CommandError */
function thresholdsOf(
  { threshold = [], abortOnFail = false, delayAbortEval }: LoadOptions,
  choice: ScriptChoice | undefined,
): Threshold[] {
  if (delayAbortEval !== undefined && !abortOnFail) {
    throw usageError(
      "--delay-abort-eval says when a failed threshold may first end the run: it goes with --abort-on-fail",
    );
  }
  const rule = { abortOnFail, delayAbortEvalMs: delayAbortEval ?? 0 };
  return boundThresholds("--threshold", threshold, choice?.metrics).map((bound) => ({ ...bound, ...rule }));
}

function findMaxOf({ findMax, maxRate, precision, step, coolDown }: LoadOptions): LoadChoice["findMax"] {
  if (findMax === undefined) {
    const lone = Object.entries({ "max-rate": maxRate, precision, step, "cool-down": coolDown }).find(
      ([, value]) => value !== undefined,
    );
    if (lone !== undefined) throw usageError(`--${lone[0]} is for --find-max`);
    return undefined;
  }
  return {
    conditions: boundThresholds("--find-max", findMax).map((condition) => ({
      ...condition,
      abortOnFail: false,
      delayAbortEvalMs: 0,
    })),
    ...(maxRate === undefined ? {} : { maxPerSecond: maxRate }),
    ...(precision === undefined ? {} : { precision }),
    ...(step === undefined ? {} : { stepMs: step }),
    ...(coolDown === undefined ? {} : { coolDownMs: coolDown }),
  };
}

/** @throws CommandError for options about segments that do not go together */
function requireTogether({ segment, startAt, workers, seed, report = [], out, asWorker }: LoadOptions): void {
  if (asWorker !== undefined) return;
  if (workers !== undefined && (segment !== undefined || startAt !== undefined)) {
    throw usageError("--workers starts segments itself, at the same time: leave out --segment and --start-at");
  }
  if (workers !== undefined && workers > 1) requireShareable(out ?? []);
  const hasShard = report.some(({ format }) => format === "shard");
  if (segment === undefined) {
    if (hasShard) throw usageError("--report shard=FILE is for a --segment");
    return;
  }
  if (startAt === undefined) throw usageError("--segment needs --start-at: all segments begin at the same time");
  if (seed === undefined) throw usageError("--segment needs --seed: all segments are of the same plan");
  if (!hasShard) throw usageError("--segment needs --report shard=FILE, which ttk report merge puts together");
}

interface Ran {
  readonly result: LoadResult;
  readonly shard: LoadShard | undefined;
}

async function run(host: Host, plan: LoadPlan, file: LoadedFile | undefined, options: LoadOptions): Promise<Ran> {
  const { target, login, workers = 1, startAt, out = [], tag = {} } = options;
  if (workers > 1) return { result: await inWorkers(host, plan, options, workers), shard: undefined };
  const where =
    target?.map(formatAddress).join(" ") ?? (login === undefined ? "" : `login_server ${formatAddress(login)}`);
  const watched = { plan, file, target: where };
  // A segment alone must not be paused, and those who watch it do not see the run.
  const isDashboard = plan.segment === undefined && mayFillTerminal(host, options);
  const shards = startAt === undefined ? undefined : syncByClock(startAt, host.clock.nowMs);
  const watch = isDashboard ? await dashboardWatch(host, watched) : progressWatch(host, watched);
  try {
    return await startWithOutputs(
      host,
      plan,
      file,
      { out, tag, warn: (text) => watch.warn(text) },
      (load) => watch.begins(load),
      {
        signal: host.signal,
        onEvent: (event) => watch.onEvent(event),
        shards,
      },
    );
  } finally {
    await watch.end();
  }
}

interface OutputChoice {
  readonly out: readonly OutputTarget[];
  readonly tag: Tags;
  readonly warn: (text: string) => void;
}

async function startWithOutputs(
  host: Host,
  plan: LoadPlan,
  file: LoadedFile | undefined,
  { out, tag, warn }: OutputChoice,
  begins: (running: RunningLoad) => void,
  how: Pick<LoadDependencies, "signal" | "shards"> & { readonly onEvent: (event: LoadEvent) => void },
): Promise<Ran> {
  let running: RunningLoad | undefined;
  const outputs = await openOutputs(host, out, tag, plan, () => running?.readings() ?? [], warn);
  const { onSample } = outputs;
  const onEvent = (event: LoadEvent) => {
    how.onEvent(event);
    if (event.type === "second") outputs.onSecond();
  };
  const ran = start(host, plan, file, { ...how, onEvent, ...(onSample === undefined ? {} : { onSample }) }, (load) => {
    running = load;
    begins(load);
  });
  const close = () => outputs.close();
  const sent = await ran.then(close, close);
  return withOutputs(await ran, sent);
}

function withOutputs({ result, shard }: Ran, outputs: LoadResult["outputs"]): Ran {
  return {
    result: { ...result, outputs },
    shard: shard === undefined ? undefined : { ...shard, result: { ...shard.result, outputs } },
  };
}

async function inWorkers(host: Host, plan: LoadPlan, options: LoadOptions, workers: number): Promise<LoadResult> {
  const { out = [] } = options;
  const files = out.flatMap((target) => ("file" in target ? [target] : []));
  await requireWritable(files, host.cwd, "--out");
  const devices = plan.accounts.length * plan.devicesPerUser;
  const searches = searchesOf(plan).map(({ conditions }) => conditions);
  const { seed, thresholds } = plan;
  return runWorkers(host, workers, { seed, devices, searches, thresholds }, (shardFiles) =>
    joinSamples(out, shardFiles, host.cwd),
  );
}

/** One of the processes of --workers, whose shard goes to a file in a folder that is this run's alone. */
async function work(
  host: Host,
  plan: LoadPlan,
  file: LoadedFile | undefined,
  { out = [], tag = {}, segment }: LoadOptions,
  shardFile: string,
): Promise<void> {
  const sync = new WorkerSync(host, segment?.index ?? 0, basename(dirname(shardFile)), file);
  try {
    const outputs = {
      out: workerTargets(out, shardFile),
      tag,
      warn: (text: string) => host.stderr.write(`${messageLine(text)}\n`),
    };
    const how = { signal: host.signal, onEvent: (event: LoadEvent) => sync.onEvent(event), shards: sync };
    const { result, shard } = await startWithOutputs(host, plan, file, outputs, () => {}, how);
    await writeShard(shardFile, host.cwd, shard);
    host.exitCode = exitCodeOf(result);
  } finally {
    sync.close();
  }
}

async function start(
  host: Host,
  plan: LoadPlan,
  file: LoadedFile | undefined,
  how: Pick<LoadDependencies, "signal" | "onEvent" | "shards" | "onSample">,
  begins: (running: RunningLoad) => void = () => {},
): Promise<Ran> {
  // Finer than a ms, because what shards measure between them rests on it.
  const nowMs = () => performance.timeOrigin + performance.now();
  try {
    const running = startLoad(plan, { ...how, nowMs, environment: generatorEnvironment(host) });
    file?.strays.goTo((reason) => running.strayed(reason));
    begins(running);
    return { result: await running.result, shard: running.shard() };
  } catch (error) {
    if (error instanceof LoadBlockedError) throw blockedError(blockedText(error, host, file));
    throw error;
  }
}

function blockedText(error: LoadBlockedError, host: Host, file: LoadedFile | undefined): string {
  if (error.cause === undefined || file === undefined) return error.message;
  return `${errorLine(error.cause, file.folder, host.cwd, file.name)} (${error.message})`;
}
