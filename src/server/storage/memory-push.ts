import type { MemoryAccounts } from "./memory-accounts.js";
import type { PushStorage, PushToken } from "./storage.js";
import { fits, storageLimits } from "./storage-limits.js";

export class MemoryPush implements PushStorage {
  readonly #tokens = new Map<number, { readonly clientType: number; readonly token: string }>();
  readonly #ownerOf = new Map<string, number>();
  readonly #shields = new Map<number, number>();

  constructor(
    private readonly accounts: MemoryAccounts,
    private readonly totalUnread: (userId: number) => number,
  ) {}

  async setDeviceToken(userId: number, clientType: number, token: string): Promise<void> {
    if (!fits(token, storageLimits.deviceTokenChars) || !this.accounts.has(userId)) return;
    this.#clear(userId);
    if (token === "") return;
    const owner = this.#ownerOf.get(token);
    if (owner !== undefined) this.#clear(owner);
    this.#tokens.set(userId, { clientType, token });
    this.#ownerOf.set(token, userId);
  }

  async pushTokens(userIds: readonly number[]): Promise<PushToken[]> {
    return [...new Set(userIds)].flatMap((userId) => {
      const known = this.#tokens.get(userId);
      return known === undefined ? [] : { userId, ...known, totalUnread: this.totalUnread(userId) };
    });
  }

  async setPushShield(userId: number, status: number): Promise<void> {
    if (this.accounts.has(userId)) this.#shields.set(userId, status);
  }

  async pushShield(userId: number): Promise<number> {
    return this.#shields.get(userId) ?? 0;
  }

  #clear(userId: number): void {
    const before = this.#tokens.get(userId);
    if (before === undefined) return;
    this.#tokens.delete(userId);
    this.#ownerOf.delete(before.token);
  }
}
