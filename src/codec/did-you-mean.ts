import { closest, distance } from "fastest-levenshtein";

/** `; did you mean "user_name"?`, or nothing when no known name is near. Ends an error about an unknown name. */
export function didYouMean(wanted: string, known: readonly string[]): string {
  if (wanted === "" || known.length === 0) return "";
  const lower = new Map(known.map((name) => [name.toLowerCase(), name]));
  const needle = wanted.toLowerCase();
  const nearest = [...lower.keys()].find((name) => name.startsWith(needle)) ?? closest(needle, [...lower.keys()]);
  const isNear = nearest.startsWith(needle) || distance(needle, nearest) <= Math.max(1, nearest.length >> 1);
  return isNear ? `; did you mean "${lower.get(nearest)}"?` : "";
}
