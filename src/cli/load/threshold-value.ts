import { InvalidArgumentError } from "commander";
import { didYouMean } from "../../codec/did-you-mean.js";
import type { MetricContent } from "../../runner/load/metrics/metric-content.js";
import { type MetricKind, metricKindOf, metricKinds } from "../../runner/load/metrics/metric-names.js";
import {
  type ParsedTag,
  parseExpression,
  parseMetric,
  ThresholdSyntaxError,
} from "../../runner/load/metrics/parse-threshold.js";
import { aggregatesOf, isAggregateOf, type Threshold } from "../../runner/load/metrics/threshold.js";
import { thresholdUnit } from "../../runner/load/metrics/threshold-unit.js";
import { usageError } from "../command-error.js";

/** When a threshold that does not hold ends the run. */
interface AbortRule {
  readonly abortOnFail: boolean;
  readonly delayAbortEvalMs: number;
}

/** The metrics that a threshold may look at. */
export interface MetricCatalogue {
  readonly names: readonly string[];
  kindOf(name: string): MetricContent | undefined;
  /** @throws ThresholdSyntaxError for a tag that the metric has not */
  requireTag(name: string, tag: ParsedTag): void;
}

/** The metrics of every run. */
export const builtInMetrics: MetricCatalogue = {
  names: Object.keys(metricKinds),
  kindOf: metricKindOf,
  requireTag: (name, tag) => requireTag(name, metricKindOf(name) as MetricKind, tag),
};

type UnboundThreshold = Omit<Threshold, keyof AbortRule>;

/**
 * Gathers `metric{tag:value}:expression` for commander. Whether there is such a metric is asked once a scenario file, which
 * has metrics of its own, is there.
 */
export function thresholdTexts(text: string, before: readonly string[] | undefined): readonly string[] {
  try {
    const { expression, offset } = partsOf(text);
    parsedAt(expression, offset);
    return [...(before ?? []), text];
  } catch (error) {
    if (error instanceof ThresholdSyntaxError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

/** @throws CommandError for a metric that is not there, or has no such aggregate */
export function boundThresholds(
  option: string,
  texts: readonly string[],
  metrics?: MetricCatalogue,
): UnboundThreshold[] {
  return texts.map((text) => {
    try {
      return thresholdOf(text, metrics);
    } catch (error) {
      if (error instanceof ThresholdSyntaxError) throw usageError(`${option} '${text}': ${error.message}`);
      throw error;
    }
  });
}

/** @throws ThresholdSyntaxError */
export function thresholdOf(text: string, metrics = builtInMetrics): UnboundThreshold {
  const { metric, expression, offset } = partsOf(text);
  return thresholdOn(metric, expression, metrics, offset);
}

/** @throws ThresholdSyntaxError */
function partsOf(text: string): { readonly metric: string; readonly expression: string; readonly offset: number } {
  const { length } = parseMetric(text);
  if (text[length] !== ":") {
    throw new ThresholdSyntaxError(
      "expected : between metric and expression, as in msg_ack_duration:p(95)<50",
      length + 1,
    );
  }
  return { metric: text.slice(0, length), expression: text.slice(length + 1), offset: length + 1 };
}

/**
 * A threshold in two parts, as k6's options have it. `offset` = where the expression begins in what was typed.
 * @throws ThresholdSyntaxError
 */
export function thresholdOn(
  metric: string,
  expression: string,
  metrics: MetricCatalogue,
  offset = 0,
): UnboundThreshold {
  const { name, tags, length } = parseMetric(metric);
  if (length < metric.length) throw new ThresholdSyntaxError("expected the end of the metric", length + 1);
  const kind = metrics.kindOf(name);
  if (kind === undefined) {
    throw new ThresholdSyntaxError(
      `there is no metric "${name}"${insteadOf(name) ?? didYouMean(name, metrics.names)}`,
      1,
    );
  }
  for (const tag of tags) metrics.requireTag(name, tag);
  const parsed = parsedAt(expression, offset);
  const { type } = kind;
  if (!isAggregateOf(type, parsed.aggregate)) {
    const known = aggregatesOf[type].join(", ");
    throw new ThresholdSyntaxError(`${name} is a ${type}: it has ${known}`, offset + 1);
  }
  const unit = thresholdUnit(name, kind, parsed.aggregate);
  return {
    metric: tags.length === 0 ? name : `${name}{${tags.map((tag) => `${tag.name}:${tag.value}`).join(",")}}`,
    expression: expression.trim(),
    ...parsed,
    ...(unit === undefined ? {} : { unit }),
  };
}

/** Where what k6 measures of HTTP is here. */
const ofHttp: Readonly<Record<string, string>> = {
  http_req_duration: "msg_ack_duration, login_duration and pull_duration",
  http_req_connecting: "connect_duration",
  http_req_failed: "errors and msgs_lost",
  http_reqs: "pdus_sent and msgs_sent",
  data_sent: "bytes_sent",
  data_received: "bytes_received",
};

function insteadOf(name: string): string | undefined {
  return Object.hasOwn(ofHttp, name) ? `: it is k6's; here there is ${ofHttp[name]}` : undefined;
}

function parsedAt(expression: string, offset: number) {
  try {
    return parseExpression(expression);
  } catch (error) {
    if (!(error instanceof ThresholdSyntaxError)) throw error;
    throw new ThresholdSyntaxError(error.reason, offset + error.column);
  }
}

function requireTag(metric: string, { tag: known }: MetricKind, tag: ParsedTag): void {
  const { column } = tag;
  if (known === undefined) throw new ThresholdSyntaxError(`${metric} has no tags`, column);
  if (tag.name !== known.name) throw new ThresholdSyntaxError(`the tag of ${metric} is "${known.name}"`, column);
  if (known.values.includes(tag.value)) return;
  const hint = didYouMean(tag.value, known.values) || `; there is ${known.values.join(", ")}`;
  throw new ThresholdSyntaxError(`${metric} has no ${tag.name} "${tag.value}"${hint}`, column + tag.name.length + 1);
}
