import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PeerChoiceName, peerChoices } from "../../../src/scenarios/load/peer-choice.js";
import { seededRandom } from "../../../src/scenarios/load/random.js";

const DRAWS = 40_000;

/** How often each user was chosen by a user. */
function chosenBy(user: number, name: PeerChoiceName, users: number, contacts = 20): number[] {
  const choose = peerChoices[name](users, contacts, seededRandom(1));
  const dice = seededRandom(2);
  const counts = new Array<number>(users).fill(0);
  for (let draw = 0; draw < DRAWS; draw++) {
    const peer = choose(user, dice);
    counts[peer] = (counts[peer] as number) + 1;
  }
  return counts;
}

/** Five standard deviations of so many draws with that chance. */
function spread(chance: number): number {
  return 5 * Math.sqrt(DRAWS * chance * (1 - chance));
}

describe("peerChoices", () => {
  it.each(Object.keys(peerChoices) as PeerChoiceName[])("%s names somebody of the crowd, and never oneself", (name) => {
    const crowds = fc.integer({ min: 2, max: 200 }).chain((users) =>
      fc.record({
        users: fc.constant(users),
        user: fc.nat(users - 1),
        contacts: fc.integer({ min: 1, max: 300 }),
        seed: fc.nat(2 ** 32 - 1),
      }),
    );
    fc.assert(
      fc.property(crowds, ({ users, user, contacts, seed }) => {
        const choose = peerChoices[name](users, contacts, seededRandom(seed));
        const dice = seededRandom(seed);
        for (let draw = 0; draw < 20; draw++) {
          const peer = choose(user, dice);
          expect(peer).not.toBe(user);
          expect(Number.isInteger(peer) && peer >= 0 && peer < users).toBe(true);
        }
      }),
    );
  });

  it("uniform takes everybody else as often", () => {
    const counts = chosenBy(3, "uniform", 11);
    expect(counts[3]).toBe(0);
    for (const [user, count] of counts.entries()) {
      if (user !== 3) expect(Math.abs(count - DRAWS / 10)).toBeLessThan(spread(1 / 10));
    }
  });

  it("zipf takes the first user n times as often as the nth", () => {
    const users = 10;
    const sum = Array.from({ length: users }, (_, user) => 1 / (user + 1)).reduce((a, b) => a + b, 0);
    // The last user's own share goes to the first.
    const counts = chosenBy(users - 1, "zipf", users);
    for (let user = 1; user < users - 1; user++) {
      const chance = 1 / (user + 1) / sum;
      expect(Math.abs((counts[user] as number) - DRAWS * chance)).toBeLessThan(spread(chance));
    }
    const first = (1 + 1 / users) / sum;
    expect(Math.abs((counts[0] as number) - DRAWS * first)).toBeLessThan(spread(first));
  });

  it("contacts are mutual, and as many as asked for", () => {
    const users = 60;
    const knows = Array.from({ length: users }, (_, user) => {
      const counts = chosenByFew(user, users);
      return new Set(counts);
    });
    for (const [user, contacts] of knows.entries()) {
      expect(contacts.size).toBe(6);
      for (const peer of contacts) expect(knows[peer]?.has(user)).toBe(true);
    }
  });
});

/** Everybody whom a user with 6 contacts writes to, in so many draws that none is left out. */
function chosenByFew(user: number, users: number): number[] {
  const choose = peerChoices.contacts(users, 6, seededRandom(1));
  const dice = seededRandom(user);
  return Array.from({ length: 400 }, () => choose(user, dice));
}
