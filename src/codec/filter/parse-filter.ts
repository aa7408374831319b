import { FilterError } from "./filter-error.js";
import { problemOfName } from "./filter-fields.js";
import { problemOfLiteral } from "./filter-literals.js";
import { compilePattern, type Pattern } from "./filter-pattern.js";
import { type FilterToken, filterTokens } from "./filter-tokens.js";
import { contains, type FilterValue, fieldOf, isEqual, isOrdered, isTrue, matches } from "./filter-value.js";

/** What a filter looks at: the fields of a record, each made only when the filter asks for it. */
export type FilterSubject = (topName: string) => unknown;

/** Whether a record passes. */
export type Filter = (subject: FilterSubject) => boolean;

type Expression = (subject: FilterSubject) => FilterValue;
/** One side of a comparison. */
interface Operand {
  readonly value: Expression;
  /** Names of the path, when it is one. */
  readonly path?: readonly string[];
  /** What stands there, or in the list that does, as it is written. */
  readonly literals?: readonly FilterToken[];
}
type Operator = (left: FilterValue, right: FilterValue) => boolean;

const SOURCE_MAX_CHARS = 10_000;
const DEPTH_MAX = 100;
const constants: Readonly<Record<string, FilterValue>> = { true: true, false: false, null: null };

const comparisons: Readonly<Record<string, Operator>> = {
  "==": isEqual,
  "!=": (left, right) => !isEqual(left, right),
  "<": (left, right) => isOrdered(left, right, (order) => order < 0),
  "<=": (left, right) => isOrdered(left, right, (order) => order <= 0),
  ">": (left, right) => isOrdered(left, right, (order) => order > 0),
  ">=": (left, right) => isOrdered(left, right, (order) => order >= 0),
  contains,
  in: (left, right) => isEqual(right, left),
};

/** Operators that ask whether two sides are the same. */
const equalities: ReadonlySet<string> = new Set(["==", "!=", "in"]);

/**
 * Understands `command == "CID_MSG_DATA" && body.to_session_id == 7`: ==, !=, <, <=, >, >=, =~ /regex/, `in`, `contains`, &&,
 * ||, !, parentheses, strings, numbers (0x… too), lists, true, false, null, and paths of a record's fields. A comparison with
 * a list holds when it holds for any element.
 * @throws FilterError with the column
 */
export function parseFilter(source: string): Filter {
  if (source.length > SOURCE_MAX_CHARS) throw new FilterError(source, SOURCE_MAX_CHARS, "the filter is too long");
  const expression = new FilterParser(source).whole();
  return (subject) => isTrue(expression(subject));
}

class FilterParser {
  readonly #tokens: readonly FilterToken[];
  #next = 0;
  #depth = 0;

  constructor(private readonly source: string) {
    this.#tokens = filterTokens(source);
  }

  whole(): Expression {
    const expression = this.#either();
    if (this.#peek.kind !== "end") this.#expected("&&, || or the end");
    return expression;
  }

  #either(): Expression {
    let left = this.#both();
    while (this.#take("||")) {
      const [one, other] = [left, this.#both()];
      left = (subject) => isTrue(one(subject)) || isTrue(other(subject));
    }
    return left;
  }

  #both(): Expression {
    let left = this.#not();
    while (this.#take("&&")) {
      const [one, other] = [left, this.#not()];
      left = (subject) => isTrue(one(subject)) && isTrue(other(subject));
    }
    return left;
  }

  #not(): Expression {
    if (!this.#take("!")) return this.#comparison();
    const inner = this.#deeper(() => this.#not());
    return (subject) => !isTrue(inner(subject));
  }

  #comparison(): Expression {
    const left = this.#operand();
    if (this.#take("=~")) {
      const pattern = this.#pattern();
      return (subject) => matches(left.value(subject), pattern);
    }
    const { text } = this.#peek;
    const operator = Object.hasOwn(comparisons, text) && this.#peek.kind !== "string" ? comparisons[text] : undefined;
    if (operator === undefined) return left.value;
    this.#next++;
    const right = this.#operand();
    if (equalities.has(text)) {
      this.#refuseStrangers(left, right);
      this.#refuseStrangers(right, left);
    }
    return (subject) => operator(left.value(subject), right.value(subject));
  }

  #refuseStrangers({ path }: Operand, { literals = [] }: Operand): void {
    if (path === undefined) return;
    for (const { value, at } of literals) {
      const problem = value === undefined ? undefined : problemOfLiteral(path, value);
      if (problem !== undefined) throw new FilterError(this.source, at, problem);
    }
  }

  #operand(): Operand {
    const token = this.#peek;
    if (this.#take("(")) {
      const inner = this.#deeper(() => this.#either());
      this.#need(")");
      return { value: inner };
    }
    if (this.#take("[")) return this.#list();
    if (this.#take("-")) {
      if (this.#peek.kind !== "number") this.#expected("a number");
      const value = -Number(this.#tokens[this.#next++]?.value);
      return { value: () => value };
    }
    if (token.kind === "name") return Object.hasOwn(constants, token.text) ? { value: this.#constant() } : this.#path();
    if (token.kind !== "string" && token.kind !== "number") this.#expected("a field, a string or a number");
    this.#next++;
    return { value: () => token.value, literals: [token] };
  }

  #constant(): Expression {
    const value = constants[this.#peek.text];
    this.#next++;
    return () => value;
  }

  #list(): Operand {
    const entries: Operand[] = [];
    while (!this.#take("]")) {
      if (entries.length > 0) this.#need(",");
      entries.push(this.#deeper(() => this.#operand()));
    }
    return {
      value: (subject) => entries.map(({ value }) => value(subject)),
      literals: entries.flatMap(({ literals = [] }) => literals),
    };
  }

  #path(): Operand {
    const names = [this.#name([])];
    const steps: (string | number)[] = [];
    for (;;) {
      if (this.#take(".")) {
        const name = this.#name(names);
        names.push(name);
        steps.push(name);
      } else if (this.#take("[")) {
        if (this.#peek.kind !== "number") this.#expected("a position in the list, from 0");
        steps.push(Number(this.#tokens[this.#next++]?.value));
        this.#need("]");
      } else break;
    }
    const [top = ""] = names;
    return { value: (subject) => steps.reduce<FilterValue>(stepInto, subject(top)), path: names };
  }

  #name(before: readonly string[]): string {
    const token = this.#peek;
    if (token.kind !== "name") this.#expected("the name of a field");
    const problem = problemOfName([...before, token.text]);
    if (problem !== undefined) throw new FilterError(this.source, token.at, problem);
    this.#next++;
    return token.text;
  }

  #pattern(): Pattern {
    const token = this.#peek;
    if (token.kind !== "regex" && token.kind !== "string") this.#expected("a pattern, as in /^CID_MSG/i");
    this.#next++;
    try {
      return compilePattern(token.kind === "regex" ? token.text : String(token.value), token.flags);
    } catch (error) {
      throw new FilterError(this.source, token.at, (error as Error).message);
    }
  }

  /** Parentheses and the like nest on our stack. */
  #deeper<T>(inner: () => T): T {
    if (++this.#depth > DEPTH_MAX) throw new FilterError(this.source, this.#peek.at, "nested too deeply");
    const parsed = inner();
    this.#depth--;
    return parsed;
  }

  get #peek(): FilterToken {
    return this.#tokens[this.#next] as FilterToken;
  }

  #take(sign: string): boolean {
    const { kind, text } = this.#peek;
    if (kind !== "sign" || text !== sign) return false;
    this.#next++;
    return true;
  }

  #need(sign: string): void {
    if (!this.#take(sign)) this.#expected(sign);
  }

  #expected(what: string): never {
    const { at, text } = this.#peek;
    throw new FilterError(this.source, at, `${what} is expected, not ${text}`);
  }
}

function stepInto(value: FilterValue, step: string | number): FilterValue {
  if (typeof step === "string") return fieldOf(value, step);
  return Array.isArray(value) ? value[step] : undefined;
}
