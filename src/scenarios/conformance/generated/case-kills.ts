// Made by npm run mutants -- --record.

/** The faults of reference servers that each case has found (test/mutants). */
export const caseKills: Readonly<Record<string, readonly string[]>> = {};
