import { resolve } from "node:path";
import type { OutputTarget } from "../../outputs/open-output.js";
import { RunOutputs } from "../../outputs/run-outputs.js";
import type { LoadPlan } from "../../runner/load/load-plan.js";
import type { RunningLoad } from "../../runner/load/load-run.js";
import { metricKindOf } from "../../runner/load/metrics/metric-names.js";
import type { Tags } from "../../runner/load/metrics/metric-selector.js";
import { blockedError } from "../command-error.js";
import type { Host } from "../host.js";
import { requireWritable } from "../report-files.js";
import { version } from "../version.js";

/** Opens what `--out` names before the run begins; `readings` is called once it has. @throws CommandError */
export async function openOutputs(
  host: Host,
  targets: readonly OutputTarget[],
  tags: Tags,
  plan: LoadPlan,
  readings: RunningLoad["readings"],
  warn: (text: string) => void,
): Promise<RunOutputs> {
  const files = targets.flatMap((target) => ("file" in target ? [target] : []));
  await requireWritable(files, host.cwd, "--out");
  const own = new Map(plan.script?.customMetrics.map((metric) => [metric.name, metric]));
  const run = {
    nowMs: host.clock.nowMs,
    readings,
    kindOf: (metric: string) => metricKindOf(metric) ?? own.get(metric),
    thresholds: plan.thresholds,
    tags: { ...ownTags(plan), ...tags },
    warn,
    toolkit: version(),
  };
  try {
    return await RunOutputs.open(targets, run, (file) => resolve(host.cwd, file));
  } catch (error) {
    throw blockedError((error as Error).message);
  }
}

/** Of a scenario file, the tags of its scenarios are the run's business. */
function ownTags({ script, scenario, segment }: LoadPlan): Tags {
  return {
    ...(script === undefined ? { scenario: scenario.name } : {}),
    // Segments must not write to the same series.
    ...(segment === undefined ? {} : { segment: `${segment.index}/${segment.count}` }),
  };
}
