import { didYouMean } from "../../../codec/did-you-mean.js";
import type { Aggregate } from "./aggregate.js";
import type { Comparison } from "./threshold.js";

export interface ParsedExpression {
  readonly aggregate: Aggregate;
  readonly comparison: Comparison;
  readonly limit: number;
}

/** The text is not a threshold; `column` counts from 1 within it. */
export class ThresholdSyntaxError extends Error {
  override readonly name = "ThresholdSyntaxError";

  constructor(
    readonly reason: string,
    readonly column: number,
  ) {
    super(`column ${column}: ${reason}`);
  }
}

const NAMES = ["count", "rate", "value", "avg", "min", "max", "med"] as const;
const SPACE = /\s*/y;
const NAME = /[a-z]+/y;
const PERCENT = /\(\s*(\d+(?:\.\d+)?)\s*\)/y;
const COMPARISON = /===|==|!=|<=|>=|<|>/y;
const NUMBER = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/y;

/** Parses `p(95)<50`, `rate<0.01`, `count==0` as k6 does. @throws ThresholdSyntaxError */
export function parseExpression(text: string): ParsedExpression {
  let at = 0;
  const read = (pattern: RegExp): RegExpExecArray | undefined => {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at = pattern.lastIndex;
    return found;
  };
  const fail = (reason: string, column = at + 1) => new ThresholdSyntaxError(reason, column);

  const name = read(NAME)?.[0];
  const nameColumn = at - (name?.length ?? 0) + 1;
  let aggregate: Aggregate | undefined = NAMES.find((known) => known === name);
  if (name === "p") {
    const column = at + 1;
    const percent = Number(read(PERCENT)?.[1] ?? Number.NaN);
    if (!(percent >= 0 && percent <= 100)) throw fail("expected a percentile from 0 to 100, as in p(95)", column);
    aggregate = { percent };
  }
  if (aggregate === undefined) {
    const hint = didYouMean(name ?? "", NAMES);
    throw fail(`expected one of ${NAMES.join(", ")} or p(N)${hint}`, nameColumn);
  }
  const comparison = read(COMPARISON)?.[0] as Comparison | undefined;
  if (comparison === undefined) throw fail("expected <, <=, >, >=, == or !=");
  const number = read(NUMBER)?.[0];
  if (number === undefined) throw fail("expected a number");
  read(SPACE);
  if (at < text.length) throw fail(`"${text.slice(at, at + 20)}" is too much`);
  return { aggregate, comparison, limit: Number(number) };
}

export interface ParsedMetric {
  readonly name: string;
  readonly tags: readonly ParsedTag[];
  /** Characters read. */
  readonly length: number;
}

export interface ParsedTag {
  readonly name: string;
  readonly value: string;
  /** Where its name begins, from 1. */
  readonly column: number;
}

const METRIC = /[A-Za-z_]\w*/y;
const OPEN = /\{/y;
/** Quotes around a name or a value are none of it, as in k6; what else is in them is, `-` and blanks too. */
const TAG = /\s*["']?([^\s:,{}"'](?:[^:,{}"']*[^\s:,{}"'])?)["']?\s*:\s*["']?([^\s,{}"'][^,{}]*?)["']?\s*(,|\})/y;

/** Parses `errors{kind:ack_timeout,scenario:chat}` at the beginning of the text. @throws ThresholdSyntaxError */
export function parseMetric(text: string): ParsedMetric {
  METRIC.lastIndex = 0;
  const name = METRIC.exec(text)?.[0];
  if (name === undefined) throw new ThresholdSyntaxError("expected a metric's name", 1);
  const tags: ParsedTag[] = [];
  OPEN.lastIndex = name.length;
  if (!OPEN.test(text)) return { name, tags, length: name.length };
  let at = name.length + 1;
  for (;;) {
    TAG.lastIndex = at;
    const [read, tag, value, end] = TAG.exec(text) ?? [];
    if (read === undefined || tag === undefined || value === undefined) {
      throw new ThresholdSyntaxError("expected tags, as in {kind:ack_timeout}", at + 1);
    }
    tags.push({ name: tag, value, column: at + 1 + read.indexOf(tag) });
    at += read.length;
    if (end === "}") return { name, tags, length: at };
  }
}
