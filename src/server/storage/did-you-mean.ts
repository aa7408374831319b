import { closest, distance } from "fastest-levenshtein";

/** `; did you mean "user5"?`, or nothing when no known name is near. Ends an error about an unknown name. */
export function didYouMean(name: string, known: readonly string[]): string {
  if (name === "" || known.length === 0) return "";
  const nearest = known.find((other) => other.startsWith(name)) ?? closest(name, known);
  const isNear = nearest.startsWith(name) || distance(name, nearest) <= Math.max(1, Math.floor(nearest.length / 2));
  return isNear ? `; did you mean "${nearest}"?` : "";
}
