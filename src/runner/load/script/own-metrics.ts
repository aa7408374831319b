import type { CustomMetric } from "../metrics/custom-sum.js";
import { metricKindOf } from "../metrics/metric-names.js";
import type { Tags } from "../metrics/metric-selector.js";
import { TREND_MAX_MS } from "../metrics/metrics.js";

type Sink = (name: string, value: number, tags: Tags) => void;

/** The one that `vu.check` adds to. */
export const checksMetric: CustomMetric = { name: "checks", type: "rate" };

/** The metrics that one scenario file makes. Values go nowhere until a run takes them. */
export class MetricBook {
  readonly metrics: CustomMetric[] = [];
  sink: Sink | undefined;

  /** As k6: twice the same is one metric. @throws Error for a name that another metric has */
  declare(metric: CustomMetric): void {
    const { name, type, contains } = metric;
    if (metricKindOf(name) !== undefined || name === checksMetric.name) {
      throw new Error(`"${name}" is a metric that every run has: choose another name`);
    }
    const same = this.metrics.find((each) => each.name === name);
    if (same === undefined) this.metrics.push(metric);
    else if (same.type !== type) throw new Error(`"${name}" is a ${same.type} already, and cannot be a ${type}, too`);
    else if (same.contains !== contains)
      throw new Error(`"${name}" is of times in one place, and of numbers in another`);
  }
}

let openBook: MetricBook | undefined;

/** Metrics that are made during `work` are noted in the book. */
export async function noteMetrics<T>(book: MetricBook, work: () => Promise<T>): Promise<T> {
  openBook = book;
  try {
    return await work();
  } finally {
    openBook = undefined;
  }
}

const NAME = /^[A-Za-z_]\w{0,127}$/;

/** @throws Error for a name that k6 would not take either, and outside of a file's top level */
abstract class OwnMetric {
  readonly #book: MetricBook;

  constructor(
    readonly name: string,
    type: CustomMetric["type"],
    /** As in k6: its values are times in ms, and are shown as such. */
    isTime = false,
  ) {
    if (openBook === undefined) throw new Error(`the metric "${name}" must be made at the file's top level`);
    if (!NAME.test(name)) throw new Error(`"${name}" is no name for a metric: letters, digits and _, up to 128`);
    if (name in Object.prototype)
      throw new Error(`"${name}" is a name that every JavaScript object has: choose another`);
    openBook.declare(declared(name, type, isTime));
    this.#book = openBook;
  }

  protected put(value: number, tags: Tags = {}): void {
    if (!Number.isFinite(value)) throw new RangeError(`${this.name}.add: ${value} is no number`);
    this.#book.sink?.(this.name, value, tags);
  }
}

/** Adds up. */
export class Counter extends OwnMetric {
  constructor(name: string, isTime?: boolean) {
    super(name, "counter", isTime);
  }

  add(value: number, tags?: Tags): void {
    this.put(value, tags);
  }
}

/** Remembers the last value, the least and the greatest. */
export class Gauge extends OwnMetric {
  constructor(name: string, isTime?: boolean) {
    super(name, "gauge", isTime);
  }

  add(value: number, tags?: Tags): void {
    this.put(value, tags);
  }
}

/** How often something held. */
export class Rate extends OwnMetric {
  /** k6 has `isTime` here, too, where it says nothing. */
  constructor(name: string, _isTime?: boolean) {
    super(name, "rate");
  }

  add(held: boolean | number, tags?: Tags): void {
    this.put(Number(held), tags);
  }
}

/** Values from 0 to 4294967, durations in ms if `isTime`: percentiles with three significant digits. */
export class Trend extends OwnMetric {
  constructor(name: string, isTime?: boolean) {
    super(name, "trend", isTime);
  }

  add(value: number, tags?: Tags): void {
    if (value < 0 || value > TREND_MAX_MS) {
      throw new RangeError(
        `${this.name}.add: ${value} is not from 0 to ${TREND_MAX_MS}, which is what a trend can hold`,
      );
    }
    this.put(value, tags);
  }
}

function declared(name: string, type: CustomMetric["type"], isTime: boolean): CustomMetric {
  if (type === "trend") return isTime ? { name, type } : { name, type, contains: "default" };
  return isTime ? { name, type, contains: "time" } : { name, type };
}
