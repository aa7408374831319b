/** Counters of one of a role's ports. */
export function prefixed(port: string, counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).map(([name, count]) => [`${port}.${name}`, count]));
}
