/** A case that is to run, or to be skipped. */
export interface KnownCase {
  readonly id: string;
  readonly requirements: readonly string[];
  readonly title: string;
}
