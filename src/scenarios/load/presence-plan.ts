/**
 * Who is meant to be online when, as the plan alone says: each process of a run knows it of everybody, whatever becomes of
 * it. Times are ms since the beginning of the steady phase.
 */
export interface PresencePlan {
  isOnlineAt(device: number, atMs: number): boolean;
  /** When that last changed, at or before a moment; -Infinity = it has been so all along. */
  changedAtMs(device: number, atMs: number): number;
}
