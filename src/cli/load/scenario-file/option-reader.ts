import { didYouMean } from "../../../codec/did-you-mean.js";
import { parseDuration } from "../../../net/duration.js";
import { DURATION_MAX_MS } from "../duration-value.js";

type Fields = Readonly<Record<string, unknown>>;

export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  readonly isWhole?: boolean;
}

/** Reads one object of a scenario file's options and notes all that is wrong with it, each with its path. */
export class OptionReader {
  constructor(
    readonly path: string,
    private readonly fields: Fields,
    /** Of the whole file. */
    readonly problems: string[],
  ) {}

  /** Whether the option is given at all; null is not, as in k6. */
  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  value(name: string): unknown {
    return this.fields[name] ?? undefined;
  }

  /** Everything but these is a slip. `refused` says why for what k6 has and this has not. */
  allow(names: readonly string[], refused: Readonly<Record<string, string>> = {}): void {
    for (const name of Object.keys(this.fields)) {
      if (!this.has(name) || names.includes(name)) continue;
      const why = Object.hasOwn(refused, name) ? refused[name] : undefined;
      if (why !== undefined) this.problem(name, `cannot be used here: ${why}`);
      else this.problem(name, `there is no such option${didYouMean(name, names)}`);
    }
  }

  number(name: string, limits: NumberLimits): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const { min, max, isWhole = true } = limits;
    if (typeof value === "number" && value >= min && value <= max && (!isWhole || Number.isInteger(value)))
      return value;
    this.problem(name, `expected a ${isWhole ? "whole " : ""}number from ${min} to ${max}, not ${shown(value)}`);
    return undefined;
  }

  /** k6's words, as in "1m30s"; a number is milliseconds, as in k6. */
  durationMs(name: string, { zero = true }: { readonly zero?: boolean } = {}): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const ms = typeof value === "number" ? value : typeof value === "string" ? parseDuration(value) : undefined;
    if (ms !== undefined && ms >= (zero ? 0 : 1) && ms <= DURATION_MAX_MS) return ms;
    const least = zero ? "0s" : "above 0s";
    this.problem(name, `expected a duration from ${least} to 168h, as in "30s" or "1m30s", not ${shown(value)}`);
    return undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === "boolean") return value;
    this.problem(name, `expected true or false, not ${shown(value)}`);
    return undefined;
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === "string") return value;
    this.problem(name, `expected a text, not ${shown(value)}`);
    return undefined;
  }

  /** Texts by name. */
  texts(name: string): Record<string, string> {
    const texts: [string, string][] = [];
    for (const [key, value] of Object.entries(this.object(name) ?? {})) {
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
        texts.push([key, String(value)]);
      else this.problem(`${name}.${key}`, `expected a text, not ${shown(value)}`);
    }
    // Not by assignment: a name may be __proto__.
    return Object.fromEntries(texts);
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (Array.isArray(value)) return value;
    this.problem(name, `expected a list, not ${shown(value)}`);
    return undefined;
  }

  object(name: string): Fields | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (isFields(value)) return value;
    this.problem(name, `expected an object, not ${shown(value)}`);
    return undefined;
  }

  /** A reader of what lies below. */
  within(name: string, fields: Fields): OptionReader {
    return new OptionReader(`${this.path}.${name}`, fields, this.problems);
  }

  problem(name: string, text: string): void {
    this.problems.push(`${this.path}${name === "" ? "" : `.${name}`}: ${text}`);
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  return (JSON.stringify(value) ?? String(value)).slice(0, 40);
}
