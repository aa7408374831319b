/** Every exit code of `ttk`, once. Documented in docs/cli.md; a number is never given a second meaning. */
export const ExitCode = {
  /** All held. */
  ok: 0,
  /** The server under test failed: a case, a threshold, a lost message. With `decode --strict`: something undecodable. */
  failed: 1,
  /** Wrong usage, unreadable input, or nothing matched a selector. */
  usage: 2,
  /** Could not be judged: target unreachable, login impossible, port in use, prerequisites missing. */
  blocked: 3,
  /** An expected failure passed: the baseline is stale. */
  staleBaseline: 4,
  /** The toolkit itself failed. */
  internal: 5,
  /** Interrupted; the report of what ran is still written. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
