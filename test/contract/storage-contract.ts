import { describe } from "vitest";
import { accountsContract } from "./storage/accounts-contract.js";
import { groupsContract } from "./storage/groups-contract.js";
import { historyContract } from "./storage/history-contract.js";
import { messagesContract } from "./storage/messages-contract.js";
import { pushContract } from "./storage/push-contract.js";
import { sessionsContract } from "./storage/sessions-contract.js";
import type { MakeStorage } from "./storage/storage-under-test.js";

/** What every adapter of the storage port does alike. Fewer random histories where each change waits for a disk. */
export function storageContract(name: string, make: MakeStorage, { historyRuns = 100 } = {}): void {
  describe(`${name}: accounts and departments`, () => accountsContract(make));
  describe(`${name}: messages`, () => messagesContract(make));
  describe(`${name}: sessions`, () => sessionsContract(make));
  describe(`${name}: groups`, () => groupsContract(make));
  describe(`${name}: push and offline files`, () => pushContract(make));
  describe(`${name}: random histories`, () => historyContract(make, historyRuns));
}
