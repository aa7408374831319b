import type { Random } from "./random.js";

/** How many groups a run makes, and of how many members. */
export interface GroupShape {
  readonly count: number;
  readonly sizeFrom: number;
  readonly sizeTo: number;
}

/** The members of each group. Of sizes in a range, small ones are commoner: each doubling is as likely. */
export function groupMembers(users: number, { count, sizeFrom, sizeTo }: GroupShape, random: Random): number[][] {
  let nextUser = 0;
  return Array.from({ length: count }, () => {
    const size = sizeFrom === sizeTo ? sizeFrom : Math.round(sizeFrom * (sizeTo / sizeFrom) ** random.next());
    const members = membersFrom(nextUser, users, size, random);
    nextUser += Math.ceil(size / 2);
    return members;
  });
}

/** A run of users that moves on from group to group, so that few groups already reach everybody, and random ones beside. */
function membersFrom(first: number, users: number, size: number, random: Random): number[] {
  const members = new Set<number>();
  for (let place = 0; place < Math.ceil(size / 2); place++) members.add((first + place) % users);
  while (members.size < size) members.add(random.below(users));
  return [...members];
}
