import type { Random } from "./random.js";

/** Somebody else for a user to write to. */
export type ChoosePeer = (user: number, random: Random) => number;

/** By name: who talks to whom in a crowd of at least two. */
export const peerChoices = {
  /** Everybody is as likely. */
  uniform: (users: number): ChoosePeer => {
    return (user, random) => (user + 1 + random.below(users - 1)) % users;
  },
  /** The first user gets most, the second half as much, the third a third: a help desk, a boss, and everybody else. */
  zipf: (users: number): ChoosePeer => {
    const upTo = new Float64Array(users);
    let sum = 0;
    for (let user = 0; user < users; user++) {
      sum += 1 / (user + 1);
      upTo[user] = sum;
    }
    return (user, random) => {
      const peer = firstAbove(upTo, random.next() * sum);
      return peer === user ? (user + 1) % users : peer;
    };
  },
  /** Each has so many contacts, who have it among theirs, and writes to nobody else. */
  contacts: (users: number, contacts: number, random: Random): ChoosePeer => {
    const distances = distancesOf(users, contacts, random);
    return (user, dice) => {
      const distance = distances[dice.below(distances.length)] as number;
      return (user + (dice.below(2) === 0 ? distance : users - distance)) % users;
    };
  },
} as const satisfies Record<string, (users: number, contacts: number, random: Random) => ChoosePeer>;

export type PeerChoiceName = keyof typeof peerChoices;

/** Contacts are whoever is so far away on the ring of users, on either side: mutual, and without a list for each user. */
function distancesOf(users: number, contacts: number, random: Random): number[] {
  const farthest = Math.floor(users / 2);
  const wanted = Math.min(Math.max(1, Math.floor(contacts / 2)), farthest);
  const distances = new Set<number>([1]);
  while (distances.size < wanted) distances.add(1 + random.below(farthest));
  return [...distances];
}

function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
