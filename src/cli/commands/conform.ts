import { Command, Option } from "commander";
import { didYouMean } from "../../codec/did-you-mean.js";
import { type Address, formatAddress } from "../../net/address.js";
import { ListenError } from "../../net/listen.js";
import { conformanceConsole } from "../../reports/conformance/conformance-console.js";
import { conformanceJson } from "../../reports/conformance/conformance-json.js";
import { conformanceJunit } from "../../reports/conformance/conformance-junit.js";
import { conformanceMarkdown } from "../../reports/conformance/conformance-markdown.js";
import { conformanceTap } from "../../reports/conformance/conformance-tap.js";
import { conformanceHtml } from "../../reports/html/conformance/conformance-html.js";
import { type Baseline, baselineFrom } from "../../runner/conformance/baseline.js";
import type { ConformanceResult, Outcome } from "../../runner/conformance/conformance-result.js";
import { runConformance } from "../../runner/conformance/run-conformance.js";
import { type SelectedCase, SelectionError, selectCases } from "../../runner/conformance/select-cases.js";
import { allCases } from "../../scenarios/conformance/all-cases.js";
import { type CaseRole, caseRoles, named, roleFacts } from "../../scenarios/conformance/case-role.js";
import { telltales } from "../../scenarios/conformance/telltales.js";
import { seededRandom } from "../../scenarios/load/random.js";
import { blockedError, usageError } from "../command-error.js";
import { AttachPoint } from "../conform/attach-point.js";
import { baselineToRewrite, readBaseline, writeBaseline } from "../conform/baseline-file.js";
import { CaptureFolder } from "../conform/capture-folder.js";
import { progressWatch, viewWatch } from "../conform/conform-watch.js";
import { coverageCommand } from "../conform/coverage-command.js";
import { DEFAULT_ACCOUNTS, DEFAULT_PASSWORD } from "../conform/default-accounts.js";
import { diffCommand } from "../conform/diff-command.js";
import { fingerprintCommand } from "../conform/fingerprint-command.js";
import { listCommand, listText, showCommand } from "../conform/list-cases.js";
import {
  addRolePortOptions,
  playedInstances,
  portsFor,
  type RolePortOptions,
  rolePortWords,
} from "../conform/role-ports.js";
import {
  addSuiteUserOptions,
  givenUsers,
  provisionedUsers,
  requireSensibleUsers,
  type SuiteUserOptions,
} from "../conform/suite-users.js";
import { suiteWords } from "../conform/suite-words.js";
import { ExitCode } from "../exit-codes.js";
import { type Host, messageLine } from "../host.js";
import { addressValue, countValue, scaleValue } from "../option-values.js";
import { pageAssets } from "../report/page-assets.js";
import { type ReportTarget, reportValues, requireWritable, tellUnwritten, writeReports } from "../report-files.js";
import { mayFillTerminal } from "../terminal-view.js";

interface ConformOptions extends RolePortOptions, SuiteUserOptions {
  readonly role: CaseRole;
  readonly peer?: Address;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly jobs: number;
  readonly timeScale: number;
  readonly timeoutFactor: number;
  readonly repeat: number;
  readonly shuffle?: number | true;
  readonly failFast?: boolean;
  readonly dryRun?: boolean;
  readonly attach?: string;
  readonly strict?: boolean;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly trace?: string;
  readonly traceAll?: boolean;
  readonly report?: readonly ReportTarget<ReportFormat>[];
  readonly json?: boolean;
  readonly tui: boolean;
}

const reportFormats = ["html", "json", "junit", "tap", "markdown"] as const;
type ReportFormat = (typeof reportFormats)[number];
const JOBS_MAX = 64;
const REPEAT_MAX = 10_000;
const SEED_MAX = 0xffff_ffff;
const caseIds = allCases.map(({ id }) => id);

const examples = `
Examples:
  $ ttk conform 127.0.0.1:8000
  $ ttk conform 127.0.0.1:8000 --peer 127.0.0.1:8001 --accounts staging.csv --report json=conform.json junit=conform.xml
  $ ttk conform 127.0.0.1:8000 --provision mysql://root:pw@db/teamtalk --redis 'redis://db?unread=1&group_set=2&token=4&group_member=5'
  $ ttk conform 127.0.0.1:8000 --only 'msg.*' LGN-10 --skip con.login-timeout
  $ ttk conform 127.0.0.1:8000 --write-baseline known.yaml     accept what fails today
  $ ttk conform 127.0.0.1:8000 --baseline known.yaml           and fail only for what is new
  $ ttk conform 127.0.0.1:8000 --trace wire                    and then: ttk browse wire/msg.ack.pcapng
  $ ttk conform list
  $ ttk conform show msg.delivery-across-servers

Other servers (docs/conform.md):
  $ ttk conform 127.0.0.1:8200 --role route         the suite plays msg_servers
  $ ttk conform 127.0.0.1:8100 --role login         and clients, who ask at ports 8008 and 8080 of the same host
  $ ttk conform 127.0.0.1:10600 --role db --accounts staging.csv
  $ ttk conform 127.0.0.1:8601 --role file          clients come to port 8600 of the same host
  $ ttk conform 127.0.0.1:8700 --role msfs          the suite sends files, and asks for them
  $ ttk conform 127.0.0.1:8400 --role http-msg      the suite plays its db_proxy_server and route_server, on 127.0.0.1
  $ ttk conform 127.0.0.1:8000 --role msg-isolated  the suite plays every server around it, on 127.0.0.1, and waits for it to dial

The accounts must exist on the server (default: those of \`ttk serve\`) and nobody else should be logged in as them. With
--provision they are made in the database that the servers share, where they are not there yet.
Exit codes: 0 every MUST held, 1 the server failed, 2 nothing matched --only, 3 blocked (unreachable, no login, too few
accounts), 4 something in the baseline passed, 5 the suite itself failed, 130 interrupted (Ctrl-C once: finish and report).
On a terminal a live view shows the run, and what failed with its PDUs; q leaves it once the run is over.`;

export function conformCommand(host: Host): Command {
  return addRolePortOptions(
    addSuiteUserOptions(new Command("conform"))
      .description("Judge a server against the protocol, requirement by requirement")
      // So that `list --json` is the list's own option.
      .enablePositionalOptions()
      .argument(
        "<address>",
        "host:port of the server under test; where msg_servers dial it, unless it is one, or speaks HTTP alone",
        addressValue,
      )
      .addOption(new Option("--role <role>", "what kind of server it is").choices(caseRoles).default("msg"))
      .option("--peer <address>", "another msg_server of the same cluster: cases across servers run too", addressValue)
      .option(
        "--only <pattern...>",
        "cases whose id, requirement, level or tag matches, as in 'msg.*' LGN-06 must groups",
      )
      .option("--skip <pattern...>", "cases to leave out, in the same words")
      .option("--jobs <n>", "cases at the same time", countValue(1, JOBS_MAX), 8)
      .option(
        "--time-scale <x>",
        "of the server's own time limits: 0.1 when it is configured to a tenth",
        scaleValue,
        1,
      )
      .option("--timeout-factor <x>", "of the suite's patience: 2 for a slow network", scaleValue, 1)
      .option("--repeat <n>", "run each case so often, and name those that are flaky", countValue(1, REPEAT_MAX), 1)
      .option("--shuffle [seed]", "start cases in another order, which follows from the seed", countValue(0, SEED_MAX))
      .option("--fail-fast", "start nothing more after the first failure")
      .option("--dry-run", "only list what would run")
      .option("--attach <id>", "before this case, say who connects to whom and wait for Enter: for a debugger")
      .option("--strict", "a SHOULD that fails fails the run")
      .option(
        "--baseline <file>",
        "YAML of expected failures, or teamtalk for what the original servers are known to fail",
      )
      .option("--write-baseline <file>", "write the expected failures that make this run pass")
      .option("--trace <folder>", "a pcapng file there for each case that did not pass, for Wireshark and ttk browse")
      .option("--trace-all", "keep what went over the wire for cases that passed, too")
      .option(
        "--report <format=file...>",
        "write a report: html, json, junit, tap or markdown",
        reportValues(reportFormats),
      )
      .option("--json", "the report on stdout is JSON")
      .option("--no-tui", "on a terminal, too: a line of progress in place of the live view"),
  )
    .addHelpText("after", examples)
    .addCommand(listCommand(host))
    .addCommand(showCommand(host))
    .addCommand(coverageCommand(host))
    .addCommand(diffCommand(host))
    .addCommand(fingerprintCommand(host))
    .action((address: Address, options: ConformOptions) => conform(host, address, options));
}

async function conform(host: Host, target: Address, options: ConformOptions): Promise<void> {
  const { peer, report = [], strict: isStrict = false } = options;
  if (peer !== undefined && options.role !== "msg") {
    throw usageError(`--peer is for msg_servers: ${named(options.role)} is judged alone`);
  }
  requireSensibleUsers(options.role, options);
  const given = await givenUsers(options, host);
  const hasLeavers = given === undefined || given.leavers.length > 0;
  const cases = chosenCases(options, hasLeavers);
  if (options.dryRun) return writeList(host, cases, options.json);
  const attach = options.attach === undefined ? undefined : new AttachPoint(host, attachable(options.attach, cases));
  const baseline = options.baseline === undefined ? [] : await readBaseline(options.baseline, host.cwd, caseIds);
  await requireWritable(report, host.cwd);
  const rewritten = options.writeBaseline === undefined ? [] : await rewritable(options.writeBaseline, host);
  const { accounts, leavers } = given ?? (await provisionedUsers(options, host));
  const captures = options.trace === undefined ? undefined : await CaptureFolder.open(options.trace, host.cwd);
  const watched = { target: titleOf(target, options), cases, repeat: options.repeat, isStrict };
  const hasView = attach === undefined && mayFillTerminal(host, options);
  const watch = hasView ? await viewWatch(host, watched) : progressWatch(host);
  const running = runConformance({
    ...howToRun(host, target, options),
    cases,
    telltales,
    accounts,
    leavers,
    baseline,
    ...(captures === undefined ? {} : { saveCapture: (id: string, pcapng: Buffer) => captures.save(id, pcapng) }),
    ...(attach === undefined ? {} : { beforeCase: (id: string) => attach.beforeCase(id) }),
    onEvent: (event) => {
      watch.onEvent(event);
      attach?.onEvent(event);
    },
  }).catch((error: Error) => {
    throw error instanceof ListenError ? blockedError(`${error.message}; --listen-… names another`) : error;
  });
  // Reports are there before the view is left: somebody may look at it for long.
  const { result, unwritten } = await running
    .then(async (each) => ({
      result: each,
      unwritten: await writeReports(report, host.cwd, reportsOf(each, target)),
    }))
    .finally(() => watch.end());
  host.stdout.write(
    options.json ? conformanceJson(result) : conformanceConsole(result, { isStyled: host.stdout.isStyled }),
  );
  host.exitCode = exitCodeOf(result);
  if (captures !== undefined) host.stderr.write(`${captures.inWords()}\n`);
  if (options.writeBaseline !== undefined) {
    const names = [...accounts, ...leavers].map(({ name }) => name);
    const accepted = baselineFrom([...baseline, ...rewritten], result.cases, names);
    await acceptFailures(host, options.writeBaseline, accepted, result);
  }
  if (result.summary.outcome === "blocked") host.stderr.write(`${messageLine(blockedText(result))}\n`);
  tellUnwritten(host, unwritten);
}

/** What of a run the options say alone. */
function howToRun(host: Host, target: Address, options: ConformOptions) {
  const { role, peer, jobs, timeScale, timeoutFactor, repeat, shuffle } = options;
  return {
    role,
    target,
    ...portsFor(role, target, options),
    ...(peer === undefined ? {} : { peer }),
    jobs,
    timeScale,
    timeoutFactor,
    strict: options.strict ?? false,
    keepsAllTraces: options.traceAll ?? false,
    repeat,
    failsFast: options.failFast ?? false,
    ...(shuffle === undefined ? {} : { shuffle: shuffleBy(shuffle, host) }),
    nowMs: host.clock.nowMs,
    random: host.random,
    signal: host.signal,
    rerun: (id: string) => rerunLine(target, options, id),
  };
}

function titleOf(target: Address, { role, peer }: ConformOptions): string {
  const second = peer === undefined ? "" : ` and ${formatAddress(peer)}`;
  return `${roleFacts[role].title}  ${formatAddress(target)}${second}`;
}

function reportsOf(result: ConformanceResult, target: Address): Readonly<Record<ReportFormat, () => string>> {
  return {
    html: () => conformanceHtml([{ name: formatAddress(target), result }], suiteWords, pageAssets("conformance")),
    json: () => conformanceJson(result),
    junit: () => conformanceJunit(result),
    tap: () => conformanceTap(result),
    markdown: () => conformanceMarkdown(result),
  };
}

/** What a file has now that is to be written. @throws CommandError when it cannot be, before the run */
async function rewritable(file: string, { cwd }: Host): Promise<Baseline> {
  const present = await baselineToRewrite(file, cwd, caseIds);
  await requireWritable([{ file }], cwd, "--write-baseline");
  return present;
}

/** What failed is expected from now on, so the run counts as one that has this baseline. */
async function acceptFailures(host: Host, file: string, baseline: Baseline, result: ConformanceResult): Promise<void> {
  const { outcome, blocked } = result.summary;
  if (outcome === "interrupted") {
    host.stderr.write(`ttk: ${file} is not written: the run was interrupted\n`);
    return;
  }
  await writeBaseline(file, host.cwd, baseline);
  host.stderr.write(`${file}: ${baseline.length} expected failure${baseline.length === 1 ? "" : "s"} written\n`);
  if (outcome === "failed" || outcome === "stale-baseline") {
    host.exitCode = blocked > 0 ? ExitCode.blocked : ExitCode.ok;
  }
}

function writeList(host: Host, cases: readonly SelectedCase[], isJson = false): void {
  const toRun = cases.flatMap(({ case: each, skippedBy }) => (skippedBy === undefined ? [each] : []));
  host.stdout.write(listText(toRun, isJson));
  host.stderr.write(`${toRun.length} of ${cases.length} cases would run\n`);
}

/** @throws CommandError when that case does not run */
function attachable(id: string, cases: readonly SelectedCase[]): string {
  if (cases.some(({ case: each, skippedBy }) => each.id === id && skippedBy === undefined)) return id;
  const ids = cases.map(({ case: each }) => each.id);
  throw usageError(`--attach ${id}: no such case is selected${didYouMean(id, ids)}`);
}

function shuffleBy(given: number | true, host: Host): { seed: number; random: () => number } {
  const seed = given === true ? Math.floor(host.random() * SEED_MAX) : given;
  return { seed, random: seededRandom(seed).next };
}

function chosenCases(options: ConformOptions, hasLeavers: boolean): SelectedCase[] {
  const { role, only, skip, peer } = options;
  try {
    return selectCases(allCases, {
      role,
      ...(only === undefined ? {} : { only }),
      ...(skip === undefined ? {} : { skip }),
      hasSecondServer: peer !== undefined,
      hasLeavers,
      instances: playedInstances(options),
    });
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    const ofRole = allCases.filter((each) => each.role === role);
    const names = ofRole.flatMap(({ id, requirements, tags }) => [
      id,
      `${id.split(".")[0]}.*`,
      ...requirements,
      ...tags,
    ]);
    throw usageError(`${error.message}${error.pattern === undefined ? "" : didYouMean(error.pattern, names)}`);
  }
}

/** The reason that most of the blocked cases share, for who reads nothing but stderr. */
function blockedText({ cases, summary }: ConformanceResult): string {
  const reasons = cases.flatMap(({ verdict, reason }) => (verdict === "blocked" && reason !== null ? [reason] : []));
  const times = (wanted: string) => reasons.filter((reason) => reason === wanted).length;
  const [first = "the reason is unknown"] = [...new Set(reasons)].sort((a, b) => times(b) - times(a));
  return `${summary.blocked} of ${summary.total} cases could not be judged: ${first}`;
}

/** A shell command; passwords, and URLs that hold some, stay out of it, because reports are passed around. */
function rerunLine(target: Address, options: ConformOptions, id: string): string {
  const { peer, accounts, password, provision: url, redis, timeScale, timeoutFactor } = options;
  return [
    `ttk conform ${formatAddress(target)}`,
    ...rolePortWords(options.role, options),
    ...(peer === undefined ? [] : [`--peer ${formatAddress(peer)}`]),
    ...(accounts === DEFAULT_ACCOUNTS ? [] : [`--accounts '${accounts.replaceAll("'", `'\\''`)}'`]),
    ...(password === DEFAULT_PASSWORD ? [] : ['--password "$PASSWORD"']),
    ...(url === undefined ? [] : ['--provision "$PROVISION"']),
    ...(redis === undefined ? [] : ['--redis "$REDIS"']),
    ...(timeScale === 1 ? [] : [`--time-scale ${timeScale}`]),
    ...(timeoutFactor === 1 ? [] : [`--timeout-factor ${timeoutFactor}`]),
    // Else the same failure would end the run with 0.
    ...(options.strict ? ["--strict"] : []),
    `--only ${id}`,
  ].join(" ");
}

const exitCodes: Readonly<Record<Outcome, ExitCode>> = {
  interrupted: ExitCode.interrupted,
  errored: ExitCode.internal,
  failed: ExitCode.failed,
  "stale-baseline": ExitCode.staleBaseline,
  blocked: ExitCode.blocked,
  held: ExitCode.ok,
};

function exitCodeOf({ summary }: ConformanceResult): ExitCode {
  return exitCodes[summary.outcome];
}
