/** What became of a case. `blocked` could not be judged, `errored` is the suite's own fault: neither counts as passed. */
export const verdicts = [
  "passed",
  "failed",
  "expected-failure",
  "unexpected-pass",
  "blocked",
  "skipped",
  "errored",
  "supported",
  "unsupported",
] as const;
export type Verdict = (typeof verdicts)[number];
