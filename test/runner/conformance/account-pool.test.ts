import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Account } from "../../../src/client/account.js";
import {
  AccountPool,
  expendableAmong,
  type KnownGroup,
  type Lease,
} from "../../../src/runner/conformance/account-pool.js";
import { allCases } from "../../../src/scenarios/conformance/all-cases.js";
import type { CaseNeeds } from "../../../src/scenarios/conformance/conformance-case.js";
import { seededRandom } from "../../../src/scenarios/load/random.js";

const random = (seed: number) => seededRandom(seed).next;

function accountsOf(count: number): Account[] {
  return Array.from({ length: count }, (_, index) => ({ name: `user${index + 1}`, password: "secret" }));
}

function groupOf(groupId: number, accounts: readonly Account[], members: number): KnownGroup {
  const group = { groupId, name: `group ${groupId}`, version: 1, memberIds: [] };
  return { group, members: accounts.slice(0, members), outsiders: accounts.slice(members) };
}

const needs: fc.Arbitrary<CaseNeeds> = fc
  .record({
    accounts: fc.integer({ min: 0, max: 6 }),
    expendable: fc.integer({ min: 0, max: 2 }),
    groupMembers: fc.integer({ min: 0, max: 4 }),
  })
  .filter(({ accounts, groupMembers }) => groupMembers <= accounts);

/** Leases and releases in any order: a number releases the lease at that place among those held. */
const steps = fc.array(fc.oneof(needs, fc.nat({ max: 20 })), { maxLength: 40 });

describe("AccountPool", () => {
  it("never gives an account or a group to two cases at once, and gives what was asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.nat(), steps, (count, seed, actions) => {
        const accounts = accountsOf(count);
        const groups = [groupOf(1, accounts, 4), groupOf(2, accounts, 6)];
        const pool = new AccountPool(accounts, groups, random(seed));
        const held: Lease[] = [];
        for (const action of actions) {
          if (typeof action === "number") {
            const [given] = held.splice(action, 1);
            if (given !== undefined) pool.release(given);
            continue;
          }
          const lease = pool.tryLease(action);
          if (lease === undefined) continue;
          held.push(lease);
          expect(lease.accounts).toHaveLength(action.accounts ?? 0);
          expect(lease.expendable).toHaveLength(action.expendable ?? 0);
          expectMembership(lease, groups, action.groupMembers ?? 0);
        }
        const leased = held.flatMap((lease) => [...lease.accounts, ...lease.expendable]);
        expect(new Set(leased).size).toBe(leased.length);
        const locked = held.flatMap(({ group }) => (group === undefined ? [] : [group.groupId]));
        expect(new Set(locked).size).toBe(locked.length);
      }),
    );
  });

  it("has everything again once everything is released", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.array(needs, { maxLength: 20 }), (count, wanted) => {
        const accounts = accountsOf(count);
        const expendable = expendableAmong(accounts).length;
        const pool = new AccountPool(accounts, [groupOf(1, accounts, 4)], random(1));
        const held = wanted.flatMap((each) => pool.tryLease(each) ?? []);
        for (const lease of held) pool.release(lease);
        const all = pool.tryLease({ accounts: count - expendable, expendable });
        expect(new Set([...(all?.accounts ?? []), ...(all?.expendable ?? [])])).toEqual(new Set(accounts));
      }),
    );
  });

  it("says what is missing exactly when an unused pool cannot serve the needs", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), needs, (count, wanted) => {
        const accounts = accountsOf(count);
        const pool = new AccountPool(accounts, [groupOf(1, accounts.slice(0, -4), 4)], random(1));
        expect(pool.lacks(wanted) === undefined).toBe(pool.tryLease(wanted) !== undefined);
      }),
    );
  });

  it("says how many more accounts would do, and so many do", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), needs, (count, { accounts = 0, expendable = 0 }) => {
        const wanted = { accounts, expendable };
        const lacks = new AccountPool(accountsOf(count), [], random(1)).lacks(wanted);
        if (lacks === undefined) return;
        const more = Number(/^(\d+) more accounts? (?:is|are) needed/.exec(lacks)?.[1]);
        const lacksWith = (extra: number) => new AccountPool(accountsOf(count + extra), [], random(1)).lacks(wanted);
        expect(lacksWith(more)).toBeUndefined();
        expect(lacksWith(more - 1)).not.toBeUndefined();
      }),
    );
  });

  it("gives the accounts that were longest unused", () => {
    const pool = new AccountPool(accountsOf(6), [], random(1));
    const first = pool.tryLease({ accounts: 4 }) as Lease;
    pool.release(first);
    const second = pool.tryLease({ accounts: 2 }) as Lease;
    expect(first.accounts).not.toEqual(expect.arrayContaining([...second.accounts]));
  });

  it("sets one account in ten aside for cases that spoil it, at most 20, always the same ones", () => {
    expect(expendableAmong(accountsOf(9))).toEqual([]);
    expect(expendableAmong(accountsOf(10)).map(({ name }) => name)).toEqual(["user10"]);
    expect(expendableAmong(accountsOf(1000))).toHaveLength(20);
  });

  it("has users for the messages of a group that all of the accounts belong to", () => {
    const accounts = accountsOf(10);
    const pool = new AccountPool(accounts, [groupOf(1, accounts, 10)], random(1));
    const inGroup = allCases.filter(
      ({ role, id, needs }) => role === "msg" && needs.groupMembers && !/outsider/.test(id),
    );
    const lacking = inGroup.filter(({ needs }) => pool.lacks(needs) !== undefined).map(({ id }) => id);
    expect(lacking).toEqual(["pul.group-details-for-anybody", "grp.add-to-normal-group"]);
  });

  it("says that no group fits", () => {
    const accounts = accountsOf(8);
    const pool = new AccountPool(accounts, [groupOf(1, accounts, 2)], random(1));
    expect(pool.lacks({ accounts: 4, groupMembers: 3 })).toBe(
      "no normal group has 3 of the accounts as members and leaves 1 out",
    );
  });
});

function expectMembership({ accounts, group }: Lease, groups: readonly KnownGroup[], members: number): void {
  expect(group === undefined).toBe(members === 0);
  const known = groups.find((each) => each.group === group);
  if (known === undefined) return;
  expect(known.members).toEqual(expect.arrayContaining(accounts.slice(0, members)));
  expect(known.outsiders).toEqual(expect.arrayContaining(accounts.slice(members)));
}
