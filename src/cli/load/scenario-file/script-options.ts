import type { Tags } from "../../../runner/load/metrics/metric-selector.js";
import { parseExpression } from "../../../runner/load/metrics/parse-threshold.js";
import type { Threshold } from "../../../runner/load/metrics/threshold.js";
import { checksMetric, type MetricBook } from "../../../runner/load/script/own-metrics.js";
import type { ScriptPlan, ScriptScenario } from "../../../runner/load/script/script-plan.js";
import type { SizeRange } from "../../../scenarios/load/behaviour.js";
import { thinkTimes } from "../../../scenarios/load/think-time.js";
import { type MetricCatalogue, thresholdOf, thresholdOn } from "../threshold-value.js";
import { isFields, OptionReader } from "./option-reader.js";
import { readExecutor } from "./read-executor.js";
import { refusedExtensions, refusedOptions } from "./refused-options.js";
import { scriptMetrics } from "./script-metrics.js";

/** What a scenario file exports, by name. */
export type FileExports = Readonly<Record<string, unknown>>;

/** A scenario file, checked. */
export interface ScriptChoice {
  readonly script: ScriptPlan;
  readonly thresholds: readonly Threshold[];
  /** What further thresholds may be about. */
  readonly metrics: MetricCatalogue;
  readonly summaryTrendStats: readonly string[] | undefined;
  readonly messageSize: SizeRange | undefined;
  readonly isEncrypted: boolean | undefined;
  readonly audioShare: number | undefined;
  readonly finalCheckShare: number | undefined;
  readonly handleSummary: ((data: unknown, result: unknown) => unknown) | undefined;
  readonly handleSummaryTimeoutMs: number;
}

/** What the command line says in place of the file's options: k6's shortcuts. */
export interface ScriptOverrides {
  readonly vus?: number | undefined;
  readonly iterations?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly stages?: readonly { readonly durationMs: number; readonly target: number }[] | undefined;
}

const allowed = [
  "scenarios",
  "vus",
  "iterations",
  "duration",
  "stages",
  "thresholds",
  "tags",
  "noSetup",
  "noTeardown",
  "setupTimeout",
  "teardownTimeout",
  "handleSummaryTimeout",
  "summaryTrendStats",
  "minIterationDuration",
  "noUsageReport",
  "ext",
];
const shortcuts = ["vus", "iterations", "duration", "stages"] as const;
/** k6's. */
const HOOK_TIMEOUT_MS = 60_000;
const SUMMARY_TIMEOUT_MS = 120_000;
const GROUPS_MAX = 1000;
const GROUP_MEMBERS_MAX = 100;
const USERS_PER_VU = 1;
const SCENARIO_NAME = /^[\w-]+$/;

/**
 * `callers`: processes that call setup and teardown each for itself.
 * @throws Error with everything that is wrong with the options
 */
export function readScript(
  exports: FileExports,
  book: MetricBook,
  overrides: ScriptOverrides = {},
  callers = 1,
): ScriptChoice {
  const ownMetrics = book.metrics;
  const { options = {} } = exports;
  if (!isFields(options)) throw new Error("options: expected an object");
  const problems: string[] = [];
  const reader = new OptionReader("options", withOverrides(options, overrides), problems);
  reader.allow(allowed, refusedOptions);
  const tags = reader.texts("tags");
  const scenarioFields = scenariosOf(reader);
  const scenarioTags = scenarioFields.map(
    ({ name, reader: each }): Tags => ({ ...tags, ...each.texts("tags"), scenario: name }),
  );
  const metrics = scriptMetrics(ownMetrics, scenarioTags);
  const bind = (text: string): Threshold => ({
    ...thresholdOf(text, metrics),
    abortOnFail: false,
    delayAbortEvalMs: 0,
  });
  const scenarios = scenarioFields.flatMap(({ name, reader: each }): ScriptScenario[] => {
    const executor = readExecutor(each, bind);
    const exec = execOf(each, exports);
    if (executor === undefined || exec === undefined) return [];
    return [{ name, executor, exec, tags: each.texts("tags"), env: each.texts("env") }];
  });
  const extension = readExtension(reader);
  const hook = (name: string, none: string) => (reader.flag(none) ? undefined : functionOf(exports, name, problems));
  const setup = hook("setup", "noSetup") as ScriptPlan["setup"];
  const teardown = hook("teardown", "noTeardown") as ScriptPlan["teardown"];
  const choice: ScriptChoice = {
    script: {
      scenarios,
      setup,
      teardown,
      hookVus: setup === undefined && teardown === undefined ? 0 : callers,
      setupTimeoutMs: reader.durationMs("setupTimeout") ?? HOOK_TIMEOUT_MS,
      teardownTimeoutMs: reader.durationMs("teardownTimeout") ?? HOOK_TIMEOUT_MS,
      minIterationMs: reader.durationMs("minIterationDuration") ?? 0,
      usersPerVu: extension.usersPerVu,
      tags,
      customMetrics: [checksMetric, ...ownMetrics],
      takeValues: (sink) => {
        book.sink = sink;
      },
      thinkTimes,
      groupsMax: extension.groupsMax,
      groupMembersMax: extension.groupMembersMax,
    },
    thresholds: thresholdsOf(reader, metrics),
    metrics,
    summaryTrendStats: trendStatsOf(reader),
    messageSize: extension.messageSize,
    isEncrypted: extension.isEncrypted,
    audioShare: extension.audioShare,
    finalCheckShare: extension.finalCheckShare,
    handleSummary: functionOf(exports, "handleSummary", problems) as ScriptChoice["handleSummary"],
    handleSummaryTimeoutMs: reader.durationMs("handleSummaryTimeout") ?? SUMMARY_TIMEOUT_MS,
  };
  if (problems.length > 0) throw new Error(problems.join("; "));
  return choice;
}

function withOverrides(
  options: Readonly<Record<string, unknown>>,
  overrides: ScriptOverrides,
): Record<string, unknown> {
  const { vus, iterations, durationMs, stages } = overrides;
  const given = {
    vus,
    iterations,
    duration: durationMs,
    stages: stages?.map(({ durationMs: duration, target }) => ({ duration, target })),
  };
  // As k6: how many VUs is the file's shortcut that the command line changes, whatever else the file says.
  if ([iterations, durationMs, stages].every((value) => value === undefined)) {
    return vus === undefined ? { ...options } : { ...options, vus };
  }
  // Shortcuts that say how long replace the file's scenarios.
  const { scenarios: _, vus: vusOfFile, iterations: __, duration: ___, stages: ____, ...rest } = options;
  const merged: Record<string, unknown> = { ...rest, vus: vusOfFile };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) merged[name] = value;
  return merged;
}

/** The scenarios as the file has them, or the one that k6's shortcuts stand for. */
function scenariosOf(reader: OptionReader): { readonly name: string; readonly reader: OptionReader }[] {
  if (!reader.has("scenarios")) return [{ name: "default", reader: shortcutScenario(reader) }];
  for (const name of shortcuts) {
    if (reader.has(name)) reader.problem(name, "a scenario says that: leave out one of them");
  }
  const scenarios = Object.entries(reader.object("scenarios") ?? {});
  if (scenarios.length === 0) reader.problem("scenarios", "expected at least one");
  return scenarios.map(([name, fields]) => {
    if (!SCENARIO_NAME.test(name)) reader.problem(`scenarios.${name}`, "a name has letters, digits, _ and -");
    if (!isFields(fields)) reader.problem(`scenarios.${name}`, "expected an object");
    return { name, reader: reader.within(`scenarios.${name}`, isFields(fields) ? fields : {}) };
  });
}

/** As k6: stages are ramping-vus, a duration is constant-vus, iterations are shared; one iteration of one VU when none is said. */
function shortcutScenario(reader: OptionReader): OptionReader {
  const [vus, iterations, duration, stages] = shortcuts.map((name) => reader.value(name));
  const scenario = (fields: Record<string, unknown>) => new OptionReader("options", fields, reader.problems);
  if (stages !== undefined) {
    if (duration !== undefined || iterations !== undefined) {
      reader.problem("stages", "says how long the run is, so leave out duration and iterations");
    }
    return scenario({ executor: "ramping-vus", startVUs: vus, stages });
  }
  if (iterations !== undefined)
    return scenario({ executor: "shared-iterations", vus, iterations, maxDuration: duration });
  if (duration !== undefined) return scenario({ executor: "constant-vus", vus, duration });
  return scenario({ executor: "shared-iterations", vus, iterations: vus });
}

function execOf(reader: OptionReader, exports: FileExports): ScriptScenario["exec"] | undefined {
  const name = reader.text("exec") ?? "default";
  const exec = exports[name];
  if (typeof exec === "function") return exec as ScriptScenario["exec"];
  if (name === "default") reader.problem("exec", "the file has no default export that is a function");
  else reader.problem("exec", `the file exports no function "${name}"`);
  return undefined;
}

function functionOf(exports: FileExports, name: string, problems: string[]): unknown {
  const value = exports[name];
  if (value === undefined || typeof value === "function") return value;
  problems.push(`${name}: expected a function`);
  return undefined;
}

/** `{metric: ["p(95)<50", {threshold, abortOnFail, delayAbortEval}]}` */
function thresholdsOf(reader: OptionReader, metrics: MetricCatalogue): Threshold[] {
  return Object.entries(reader.object("thresholds") ?? {}).flatMap(([metric, given]) =>
    (Array.isArray(given) ? given : [given]).flatMap((each: unknown): Threshold[] => {
      const name = `thresholds["${metric}"]`;
      const at = reader.within(name, isFields(each) ? each : { threshold: each });
      at.allow(["threshold", "abortOnFail", "delayAbortEval"]);
      const expression = at.text("threshold");
      if (expression === undefined) {
        if (!at.has("threshold")) reader.problem(name, 'expected an expression, as in "p(95)<50"');
        return [];
      }
      try {
        return [
          {
            ...thresholdOn(metric, expression, metrics),
            abortOnFail: at.flag("abortOnFail") ?? false,
            delayAbortEvalMs: at.durationMs("delayAbortEval") ?? 0,
          },
        ];
      } catch (error) {
        reader.problem(name, (error as Error).message);
        return [];
      }
    }),
  );
}

function trendStatsOf(reader: OptionReader): string[] | undefined {
  const known = ["avg", "min", "med", "max", "count"];
  return reader.list("summaryTrendStats")?.map((stat, index) => {
    const text = String(stat);
    if (!known.includes(text) && !isPercentile(text)) {
      reader.problem(`summaryTrendStats[${index}]`, `expected one of ${known.join(", ")} or p(N), not "${text}"`);
    }
    return text;
  });
}

function isPercentile(text: string): boolean {
  try {
    return typeof parseExpression(`${text}<0`).aggregate === "object";
  } catch {
    return false;
  }
}

/** `ext.teamtalk`: what k6 has no word for. */
function readExtension(reader: OptionReader) {
  const ext = reader.within("ext", reader.object("ext") ?? {});
  ext.allow(["teamtalk"], refusedExtensions);
  const own = ext.within("teamtalk", ext.object("teamtalk") ?? {});
  own.allow([
    "usersPerVu",
    "messageSizeBytes",
    "encrypted",
    "audioShare",
    "finalCheckShare",
    "groupsMax",
    "groupMembersMax",
  ]);
  const sizeBytes = own.number("messageSizeBytes", { min: 1, max: 4096 });
  const share = { min: 0, max: 1, isWhole: false };
  const above = (min: number, max: number) => ({ min, max });
  return {
    usersPerVu: own.number("usersPerVu", above(1, 100)) ?? USERS_PER_VU,
    messageSize: sizeBytes === undefined ? undefined : { fromBytes: sizeBytes, toBytes: sizeBytes },
    isEncrypted: own.flag("encrypted"),
    audioShare: own.number("audioShare", share),
    finalCheckShare: own.number("finalCheckShare", share),
    groupsMax: own.number("groupsMax", above(0, 100_000)) ?? GROUPS_MAX,
    groupMembersMax: own.number("groupMembersMax", above(2, 1000)) ?? GROUP_MEMBERS_MAX,
  };
}
