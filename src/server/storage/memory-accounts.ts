import type { AccountStorage, Credentials, UserRecord } from "./storage.js";
import { fits, storageLimits } from "./storage-limits.js";

const STATUS_LEFT = 3;

/**
 * Users by id and by name. A record never changes: a changed user is a new object; and the list of a first pull is the
 * same object until a user changes. So whoever encodes them may keep the bytes by identity.
 */
export class MemoryAccounts implements AccountStorage {
  readonly #byId: Map<number, Credentials>;
  readonly #idByName: Map<string, number>;
  #firstPull: readonly UserRecord[] | undefined;
  #newestUpdated: number;

  constructor(
    accounts: readonly Credentials[],
    private readonly nowSeconds: () => number,
  ) {
    this.#byId = new Map(accounts.map((account) => [account.user.id, account]));
    this.#idByName = new Map(accounts.map(({ user }) => [user.name, user.id]));
    this.#newestUpdated = accounts.reduce((newest, { user }) => Math.max(newest, user.updated), 0);
  }

  has(userId: number): boolean {
    return this.#byId.has(userId);
  }

  async credentials(name: string): Promise<Credentials | undefined> {
    const id = this.#idByName.get(name);
    return id === undefined ? undefined : this.#byId.get(id);
  }

  async byIds(ids: readonly number[]): Promise<UserRecord[]> {
    return [...new Set(ids)].flatMap((id) => this.#byId.get(id)?.user ?? []);
  }

  async changedSince(since: number): Promise<readonly UserRecord[]> {
    if (since > this.#newestUpdated) return [];
    if (since > 0) return this.#users(({ updated }) => updated >= since);
    this.#firstPull ??= this.#users(({ status }) => status !== STATUS_LEFT);
    return this.#firstPull;
  }

  async setSignInfo(userId: number, signInfo: string): Promise<boolean> {
    return Buffer.byteLength(signInfo) <= storageLimits.signInfoBytes && this.#change(userId, { signInfo });
  }

  async setAvatar(userId: number, avatar: string): Promise<boolean> {
    return fits(avatar, storageLimits.avatarChars) && this.#change(userId, { avatar });
  }

  #users(isWanted: (user: UserRecord) => boolean): UserRecord[] {
    const found: UserRecord[] = [];
    for (const { user } of this.#byId.values()) if (isWanted(user)) found.push(user);
    return found;
  }

  #change(userId: number, change: Partial<UserRecord>): boolean {
    const account = this.#byId.get(userId);
    if (account === undefined) return false;
    // Never below what a client may have been handed, even when the clock is set back (PUL-09).
    this.#newestUpdated = Math.max(this.#newestUpdated, this.nowSeconds());
    this.#byId.set(userId, { ...account, user: { ...account.user, ...change, updated: this.#newestUpdated } });
    this.#firstPull = undefined;
    return true;
  }
}
