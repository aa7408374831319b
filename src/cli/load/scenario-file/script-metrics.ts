import { didYouMean } from "../../../codec/did-you-mean.js";
import type { CustomMetric } from "../../../runner/load/metrics/custom-sum.js";
import { keptByScenario, metricKindOf } from "../../../runner/load/metrics/metric-names.js";
import type { Tags } from "../../../runner/load/metrics/metric-selector.js";
import { ThresholdSyntaxError } from "../../../runner/load/metrics/parse-threshold.js";
import { checksMetric } from "../../../runner/load/script/own-metrics.js";
import { builtInMetrics, type MetricCatalogue } from "../threshold-value.js";

/** The metrics of a scenario file: every run's, by scenario too, and its own, which may have any tag. */
export function scriptMetrics(own: readonly CustomMetric[], scenarioTags: readonly Tags[]): MetricCatalogue {
  const kinds = new Map([checksMetric, ...own].map((metric) => [metric.name, metric]));
  const known = new Set(scenarioTags.flatMap(Object.keys));
  return {
    names: [...builtInMetrics.names, ...kinds.keys()],
    kindOf: (name) => kinds.get(name) ?? builtInMetrics.kindOf(name),
    requireTag(name, tag) {
      if (kinds.has(name)) return;
      if (!known.has(tag.name)) return builtInMetrics.requireTag(name, tag);
      if (metricKindOf(name)?.tag?.name === tag.name) return builtInMetrics.requireTag(name, tag);
      if (!keptByScenario.has(name)) {
        throw new ThresholdSyntaxError(`${name} is kept for the whole run only, not by "${tag.name}"`, tag.column);
      }
      const values = [...new Set(scenarioTags.flatMap((tags) => tags[tag.name] ?? []))];
      if (values.includes(tag.value)) return;
      const hint = didYouMean(tag.value, values) || `; there is ${values.join(", ")}`;
      throw new ThresholdSyntaxError(`nothing has the ${tag.name} "${tag.value}"${hint}`, tag.column);
    },
  };
}
