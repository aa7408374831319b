import { type Clock, nowSeconds } from "../clock.js";
import { LoginGuard } from "./login-guard.js";
import { MemoryAccounts } from "./memory-accounts.js";
import { MemoryDepartments } from "./memory-departments.js";
import { MemoryGroups } from "./memory-groups.js";
import { MemoryMessages } from "./memory-messages.js";
import { MemoryOfflineFiles } from "./memory-offline-files.js";
import { MemoryPeers } from "./memory-peers.js";
import { MemoryPush } from "./memory-push.js";
import { MemorySessions } from "./memory-sessions.js";
import { defaultMessageLimits, type MessageLimits, MessageWindow } from "./message-window.js";
import type { SeedData } from "./seed-data.js";
import type { Storage } from "./storage.js";

/**
 * Keeps everything in this process's memory, starting from a seed; gone when the process ends. Methods do their work
 * before they return, so calls take effect in the order that they are made. Of messages the latest are kept, see
 * MessageLimits; ids go on counting.
 */
export class MemoryStorage implements Storage {
  readonly isRemote = false;
  readonly accounts: MemoryAccounts;
  readonly departments: MemoryDepartments;
  readonly groups: MemoryGroups;
  readonly messages: MemoryMessages;
  readonly sessions: MemorySessions;
  readonly push: MemoryPush;
  readonly offlineFiles: MemoryOfflineFiles;
  readonly loginFailures: LoginGuard;

  constructor(seed: SeedData, clock: Clock, limits: Partial<MessageLimits> = {}) {
    const now = () => nowSeconds(clock);
    const updated = now();
    this.loginFailures = new LoginGuard(clock);
    const window = new MessageWindow({ ...defaultMessageLimits, ...limits });
    const peers = new MemoryPeers(window);
    this.accounts = new MemoryAccounts(
      seed.users.map(({ passwordHash, salt, ...user }) => ({ user: { ...user, updated }, passwordHash, salt })),
      now,
    );
    this.departments = new MemoryDepartments(seed.departments.map((department) => ({ ...department, updated })));
    this.groups = new MemoryGroups(this.accounts, window, now);
    this.messages = new MemoryMessages(this.accounts, peers, this.groups, now);
    this.sessions = new MemorySessions(peers, this.groups, now);
    this.push = new MemoryPush(this.accounts, (userId) => this.sessions.totalUnread(userId));
    this.offlineFiles = new MemoryOfflineFiles(now);
    for (const group of seed.groups) {
      if (this.groups.createNow(group) === undefined) throw new Error(`the seed's group "${group.name}" is not valid`);
    }
  }

  async lacking(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {}
}
