import { parseMetric } from "./parse-threshold.js";

export type Tags = Readonly<Record<string, string>>;

/** `pull_duration{pull:users,scenario:chat}` in its parts. */
export interface MetricSelector {
  readonly name: string;
  readonly tags: Tags;
}

/** @throws ThresholdSyntaxError */
export function selectorOf(metric: string): MetricSelector {
  const { name, tags } = parseMetric(metric);
  return { name, tags: Object.fromEntries(tags.map((tag) => [tag.name, tag.value])) };
}

/** Whether all of the wanted tags are there with these values. */
export function hasTags(tags: Tags, wanted: Tags): boolean {
  return Object.entries(wanted).every(([name, value]) => tags[name] === value);
}
