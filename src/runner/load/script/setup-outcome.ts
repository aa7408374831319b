/** What a scenario file's setup came to, as far as those need it who did not call it. JSON goes through unchanged. */
export interface SetupOutcome {
  /** What it returned; undefined when that was nothing. */
  readonly data?: unknown;
  /** The groups that it made, in their order. */
  readonly groups: readonly MadeGroup[];
}

export interface MadeGroup {
  /** The server's. */
  readonly groupId: number;
  /** Numbers of users. */
  readonly members: readonly number[];
}
