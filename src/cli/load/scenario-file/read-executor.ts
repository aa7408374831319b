import { didYouMean } from "../../../codec/did-you-mean.js";
import { constantPace, stagedPace } from "../../../runner/load/crowd/pace.js";
import type { ExecutorPlan, VuStage } from "../../../runner/load/executors/executor-plan.js";
import { findMaxDefaults } from "../../../runner/load/find-max/find-max-plan.js";
import type { Threshold } from "../../../runner/load/metrics/threshold.js";
import { isFields, type OptionReader } from "./option-reader.js";

/** k6's defaults. */
const GRACEFUL_STOP_MS = 30_000;
const MAX_DURATION_MS = 600_000;
const SECOND_MS = 1000;

const VUS = { min: 1, max: 1_000_000 } as const;
const NO_VUS = { min: 0, max: VUS.max } as const;
const ITERATIONS = { min: 1, max: 1e12 } as const;
const RATE = { min: 0, max: 1e7, isWhole: false } as const;
const POSITIVE_RATE = { ...RATE, min: 0.001 } as const;

const common = ["executor", "startTime", "gracefulStop", "exec", "env", "tags", "options"] as const;

const fieldsOf = {
  "shared-iterations": ["vus", "iterations", "maxDuration"],
  "per-vu-iterations": ["vus", "iterations", "maxDuration"],
  "constant-vus": ["vus", "duration"],
  "ramping-vus": ["startVUs", "stages", "gracefulRampDown"],
  "constant-arrival-rate": ["rate", "timeUnit", "duration", "preAllocatedVUs", "maxVUs"],
  "ramping-arrival-rate": ["startRate", "timeUnit", "stages", "preAllocatedVUs", "maxVUs"],
  "find-max": [
    "condition",
    "startRate",
    "maxRate",
    "stepDuration",
    "coolDown",
    "warmUp",
    "precision",
    "preAllocatedVUs",
    "maxVUs",
  ],
} as const;

type ExecutorName = keyof typeof fieldsOf;

/** Binds a condition of find-max, as in `msg_ack_duration:p(99)<50`. @throws ThresholdSyntaxError */
export type BindCondition = (text: string) => Threshold;

/** A scenario's executor; undefined when what it says cannot be one, which the reader has noted. */
export function readExecutor(reader: OptionReader, bind: BindCondition): ExecutorPlan | undefined {
  const name = reader.text("executor");
  if (name === "externally-controlled") {
    reader.problem(
      "executor",
      "externally-controlled cannot be used here: only the keys of the dashboard control a run",
    );
    return undefined;
  }
  if (!isExecutor(name)) {
    const names = Object.keys(fieldsOf);
    const what = name === undefined ? "expected an executor" : `there is no executor "${name}"`;
    reader.problem("executor", `${what}${(name && didYouMean(name, names)) || `: one of ${names.join(", ")}`}`);
    return undefined;
  }
  reader.allow([...common, ...fieldsOf[name]]);
  if (reader.has("options")) refuseBrowser(reader);
  const before = reader.problems.length;
  const timing = {
    startTimeMs: reader.durationMs("startTime") ?? 0,
    gracefulStopMs: reader.durationMs("gracefulStop") ?? GRACEFUL_STOP_MS,
  };
  const plan = planOf(name, reader, timing, bind);
  return reader.problems.length > before ? undefined : plan;
}

function planOf(
  executor: ExecutorName,
  reader: OptionReader,
  timing: { readonly startTimeMs: number; readonly gracefulStopMs: number },
  bind: BindCondition,
): ExecutorPlan {
  switch (executor) {
    case "shared-iterations":
    case "per-vu-iterations": {
      const vus = reader.number("vus", VUS) ?? 1;
      const iterations = reader.number("iterations", ITERATIONS) ?? 1;
      if (executor === "shared-iterations" && iterations < vus) {
        reader.problem("iterations", `${iterations} iterations are too few for ${vus} VUs: each must get one`);
      }
      const maxDurationMs = reader.durationMs("maxDuration", { zero: false }) ?? MAX_DURATION_MS;
      return { executor, vus, iterations, maxDurationMs, ...timing };
    }
    case "constant-vus": {
      const vus = reader.number("vus", VUS) ?? 1;
      const durationMs = required(reader, "duration", reader.durationMs("duration", { zero: false }));
      return { executor, startVus: vus, stages: [{ durationMs, target: vus }], gracefulRampDownMs: 0, ...timing };
    }
    case "ramping-vus": {
      const startVus = reader.number("startVUs", NO_VUS) ?? 1;
      const stages = readStages(reader, NO_VUS);
      if (startVus === 0 && stages.every(({ target }) => target === 0)) reader.problem("stages", "there is never a VU");
      const gracefulRampDownMs = reader.durationMs("gracefulRampDown") ?? GRACEFUL_STOP_MS;
      return { executor, startVus, stages, gracefulRampDownMs, ...timing };
    }
    case "constant-arrival-rate": {
      const rate = required(reader, "rate", reader.number("rate", POSITIVE_RATE));
      const perSecond = (rate * SECOND_MS) / timeUnit(reader);
      const durationMs = required(reader, "duration", reader.durationMs("duration", { zero: false }));
      return { executor, pace: constantPace(perSecond, durationMs), ...readVus(reader), ...timing };
    }
    case "ramping-arrival-rate": {
      const factor = SECOND_MS / timeUnit(reader);
      const stages = readStages(reader, RATE).map(({ durationMs, target }) => ({
        durationMs,
        actsPerSecond: target * factor,
      }));
      const start = (reader.number("startRate", RATE) ?? 0) * factor;
      return { executor, pace: stagedPace(start, stages), ...readVus(reader), ...timing };
    }
    case "find-max":
      return { executor, search: readSearch(reader, bind), ...readVus(reader), ...timing };
  }
}

function readSearch(reader: OptionReader, bind: BindCondition) {
  const given = reader.value("condition");
  const texts = Array.isArray(given) ? given : [given];
  const conditions = texts.flatMap((text) => {
    try {
      return [bind(String(text ?? ""))];
    } catch (error) {
      reader.problem("condition", (error as Error).message);
      return [];
    }
  });
  const stepMs = reader.durationMs("stepDuration", { zero: false }) ?? findMaxDefaults.stepMs;
  return {
    conditions,
    startPerSecond: required(reader, "startRate", reader.number("startRate", POSITIVE_RATE)),
    maxPerSecond: reader.number("maxRate", POSITIVE_RATE) ?? RATE.max,
    stepMs,
    // A first iteration usually logs in, which is not what the condition is about.
    warmUpMs: reader.durationMs("warmUp") ?? stepMs,
    coolDownMs: reader.durationMs("coolDown") ?? findMaxDefaults.coolDownMs,
    precision: reader.number("precision", { min: 0.001, max: 1, isWhole: false }) ?? findMaxDefaults.precision,
  };
}

function readVus(reader: OptionReader): { readonly preAllocatedVus: number; readonly maxVus: number } {
  const given = reader.number("preAllocatedVUs", NO_VUS);
  const preAllocatedVus = required(reader, "preAllocatedVUs", given);
  const maxVus = reader.number("maxVUs", VUS) ?? preAllocatedVus;
  if (given !== undefined && maxVus < preAllocatedVus) {
    reader.problem("maxVUs", `${maxVus} is below preAllocatedVUs, ${preAllocatedVus}`);
  }
  if (given === 0 && maxVus === 0) reader.problem("maxVUs", "there is never a VU");
  return { preAllocatedVus, maxVus };
}

function readStages(reader: OptionReader, targets: typeof NO_VUS | typeof RATE): VuStage[] {
  const list = reader.list("stages");
  if (list === undefined || list.length === 0) {
    if (!reader.has("stages") || list?.length === 0) reader.problem("stages", "expected at least one stage");
    return [];
  }
  return list.map((stage, index) => {
    const at = reader.within(`stages[${index}]`, isFields(stage) ? stage : {});
    at.allow(["duration", "target"]);
    const durationMs = required(at, "duration", at.durationMs("duration"));
    return { durationMs, target: required(at, "target", at.number("target", targets)) };
  });
}

function timeUnit(reader: OptionReader): number {
  return reader.durationMs("timeUnit", { zero: false }) ?? SECOND_MS;
}

function refuseBrowser(reader: OptionReader): void {
  const options = reader.object("options") ?? {};
  for (const name of Object.keys(options)) {
    reader.problem(
      `options.${name}`,
      name === "browser" ? "cannot be used here: there is no browser" : "there is no such option",
    );
  }
}

function required(reader: OptionReader, name: string, value: number | undefined): number {
  if (value === undefined && !reader.has(name)) reader.problem(name, "is missing");
  return value ?? 1;
}

function isExecutor(name: string | undefined): name is ExecutorName {
  return name !== undefined && Object.hasOwn(fieldsOf, name);
}
