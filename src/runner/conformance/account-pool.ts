import type { Account } from "../../client/account.js";
import type { CaseNeeds, LeasedGroup } from "../../scenarios/conformance/conformance-case.js";
import { shuffled } from "./run-order.js";

/** A group that the server has, and those of the accounts that are its members, or known not to be. */
export interface KnownGroup {
  readonly group: LeasedGroup;
  readonly members: readonly Account[];
  readonly outsiders: readonly Account[];
}

export interface Lease {
  readonly accounts: readonly Account[];
  readonly expendable: readonly Account[];
  readonly group: LeasedGroup | undefined;
}

/** One account in so many is set aside for cases that spoil it, up to a limit. */
const EXPENDABLE_SHARE = 10;
const EXPENDABLE_MAX = 20;

/**
 * Gives each case users of its own, and the one longest unused first: what a case leaves behind on a server that is a
 * moment behind does not meet the next one. Pairs differ from run to run, so repeated runs find users new to each other.
 */
export class AccountPool {
  readonly #expendable: Account[];
  readonly #total: number;
  #free: Account[];
  #freeExpendable: Account[];
  readonly #groups: readonly KnownGroup[];
  readonly #lockedGroups = new Set<number>();

  constructor(accounts: readonly Account[], groups: readonly KnownGroup[], random: () => number) {
    this.#expendable = [...expendableAmong(accounts)];
    const spared = new Set(this.#expendable);
    this.#free = shuffled(
      accounts.filter((account) => !spared.has(account)),
      random,
    );
    this.#total = this.#free.length;
    this.#freeExpendable = shuffled(this.#expendable, random);
    this.#groups = groups;
  }

  /** Why these needs can never be met; `undefined` when they can. */
  lacks({ accounts = 0, expendable = 0, groupMembers = 0 }: CaseNeeds): string | undefined {
    const more = accountsFor(accounts, expendable) - this.#total - this.#expendable.length;
    if (more > 0) {
      const why = expendable > 0 ? `: one in ${EXPENDABLE_SHARE} is set aside for cases that lock users out` : "";
      return `${more} more ${more === 1 ? "account is" : "accounts are"} needed${why}`;
    }
    if (groupMembers === 0) return undefined;
    const outsiders = accounts - groupMembers;
    const fits = this.#groups.some(
      (known) => known.members.length >= groupMembers && known.outsiders.length >= outsiders,
    );
    return fits
      ? undefined
      : `no normal group has ${groupMembers} of the accounts as members and leaves ${outsiders} out`;
  }

  /** Users for a case, or `undefined` while others have them. */
  tryLease({ accounts = 0, expendable = 0, groupMembers = 0 }: CaseNeeds): Lease | undefined {
    if (this.#freeExpendable.length < expendable) return undefined;
    const chosen =
      groupMembers === 0 ? this.#choose(accounts) : this.#chooseInGroup(groupMembers, accounts - groupMembers);
    if (chosen === undefined) return undefined;
    const taken = new Set(chosen.accounts);
    this.#free = this.#free.filter((account) => !taken.has(account));
    if (chosen.group !== undefined) this.#lockedGroups.add(chosen.group.groupId);
    return { ...chosen, expendable: this.#freeExpendable.splice(0, expendable) };
  }

  release({ accounts, expendable, group }: Lease): void {
    this.#free.push(...accounts);
    this.#freeExpendable.push(...expendable);
    if (group !== undefined) this.#lockedGroups.delete(group.groupId);
  }

  #choose(count: number): Omit<Lease, "expendable"> | undefined {
    if (this.#free.length < count) return undefined;
    return { accounts: this.#free.slice(0, count), group: undefined };
  }

  #chooseInGroup(members: number, outsiders: number): Omit<Lease, "expendable"> | undefined {
    for (const known of this.#groups) {
      if (this.#lockedGroups.has(known.group.groupId)) continue;
      const inside = this.#freeAmong(known.members, members);
      const outside = this.#freeAmong(known.outsiders, outsiders);
      if (inside !== undefined && outside !== undefined) {
        return { accounts: [...inside, ...outside], group: known.group };
      }
    }
    return undefined;
  }

  #freeAmong(candidates: readonly Account[], count: number): Account[] | undefined {
    const found = this.#free.filter((account) => candidates.includes(account)).slice(0, count);
    return found.length === count ? found : undefined;
  }
}

/** The last of the accounts: a lock-out of an earlier run is found by looking there again, and nowhere else. */
export function expendableAmong(accounts: readonly Account[]): readonly Account[] {
  return accounts.slice(accounts.length - expendableOf(accounts.length));
}

function expendableOf(total: number): number {
  return Math.min(EXPENDABLE_MAX, Math.floor(total / EXPENDABLE_SHARE));
}

/** The smallest number of accounts that leaves so many to use and so many to spoil. */
function accountsFor(accounts: number, expendable: number): number {
  let total = Math.max(accounts, expendable * EXPENDABLE_SHARE);
  while (total - expendableOf(total) < accounts) total++;
  return total;
}
