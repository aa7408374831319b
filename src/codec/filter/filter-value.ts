import type { Pattern } from "./filter-pattern.js";

/** What the expressions of a filter come to. `undefined` where a path leads nowhere; a list where it goes through one. */
export type FilterValue = unknown;

export function isTrue(value: FilterValue): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== "";
}

/** Equal, or for a list: any of its elements is. An absent value equals null. */
export function isEqual(left: FilterValue, right: FilterValue): boolean {
  return some(left, (one) => some(right, (other) => sameScalar(one, other)));
}

/** Compares numbers with numbers and strings with strings; anything else is not comparable, so false. */
export function isOrdered(left: FilterValue, right: FilterValue, holds: (order: number) => boolean): boolean {
  return some(left, (one) => {
    if (typeof one === "number" && typeof right === "number") return holds(one - right);
    return typeof one === "string" && typeof right === "string" && holds(one < right ? -1 : one > right ? 1 : 0);
  });
}

/** A string has the other within it; a list has an element that equals it. */
export function contains(left: FilterValue, right: FilterValue): boolean {
  return some(left, (one) =>
    typeof one === "string" && typeof right === "string" ? one.includes(right) : sameScalar(one, right),
  );
}

export function matches(value: FilterValue, pattern: Pattern): boolean {
  return some(value, (one) => typeof one === "string" && pattern(one));
}

/** The field of an object, or of every object of a list. */
export function fieldOf(value: FilterValue, name: string): FilterValue {
  if (Array.isArray(value)) {
    const found = value.flatMap((entry) => fieldOf(entry, name) ?? []);
    return found.length === 0 ? undefined : found;
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function sameScalar(one: unknown, other: unknown): boolean {
  return (one ?? null) === (other ?? null);
}

function some(value: FilterValue, holds: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) ? value.some(holds) : holds(value);
}
