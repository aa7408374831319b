/** A run's part that one process takes. Users are dealt out in turn, so shares differ by one user at most. */
export interface Segment {
  /** From 0, as Kubernetes counts the pods of an Indexed Job. */
  readonly index: number;
  readonly count: number;
  /** Users that are dealt out together and never parted, as those of one virtual user; 1 unless given. */
  readonly usersTogether?: number;
}

/** Nothing is left to others. */
export const wholeRun: Segment = { index: 0, count: 1 };

/** The index of the segment that has the user. */
export function segmentOf(user: number, { count, usersTogether = 1 }: Omit<Segment, "index">): number {
  return Math.floor(user / usersTogether) % count;
}

export function isOwn(user: number, segment: Segment): boolean {
  return segmentOf(user, segment) === segment.index;
}

/** How many of so many users the segment has. */
export function ownCount(users: number, { index, count, usersTogether = 1 }: Segment): number {
  return usersTogether * Math.max(0, Math.ceil((users / usersTogether - index) / count));
}
