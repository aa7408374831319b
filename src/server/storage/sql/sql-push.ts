import type { PushStorage, PushToken } from "../storage.js";
import { fits, storageLimits } from "../storage-limits.js";
import type { LiveState } from "./live-state.js";
import type { SqlAccounts } from "./sql-accounts.js";
import type { SqlDatabase } from "./sql-database.js";
import type { SqlSessions } from "./sql-sessions.js";

export class SqlPush implements PushStorage {
  constructor(
    private readonly db: SqlDatabase,
    private readonly live: LiveState,
    private readonly accounts: SqlAccounts,
    private readonly sessions: SqlSessions,
  ) {}

  async setDeviceToken(userId: number, clientType: number, token: string): Promise<void> {
    if (token === "") return this.live.setDevice(userId, undefined);
    if (!fits(token, storageLimits.deviceTokenChars)) return;
    if ((await this.accounts.existing([userId])).has(userId)) await this.live.setDevice(userId, { clientType, token });
  }

  async pushTokens(userIds: readonly number[]): Promise<PushToken[]> {
    const wanted = [...new Set(userIds)];
    const devices = await this.live.devices(wanted);
    const withDevice = wanted.flatMap((userId) => {
      const device = devices.get(userId);
      return device === undefined ? [] : { userId, ...device };
    });
    return Promise.all(
      withDevice.map(async (device) => ({ ...device, totalUnread: await this.sessions.totalUnread(device.userId) })),
    );
  }

  async setPushShield(userId: number, status: number): Promise<void> {
    await this.db.run("UPDATE IMUser SET push_shield_status = ? WHERE id = ?", [status, userId]);
  }

  async pushShield(userId: number): Promise<number> {
    const [row] = await this.db.all<{ status: number }>(
      "SELECT push_shield_status AS status FROM IMUser WHERE id = ?",
      [userId],
    );
    return row?.status ?? 0;
  }
}
