import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { openSqlite } from "../../../../src/server/storage/sql/open-sqlite.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { storageContract } from "../../../contract/storage-contract.js";

const opened: { readonly storage: Storage; readonly folder: string }[] = [];
afterEach(async () => {
  for (const { storage, folder } of opened.splice(0)) {
    await storage.close();
    rmSync(folder, { recursive: true });
  }
});

storageContract(
  "sqlite",
  async (seed, clock) => {
    const folder = mkdtempSync(join(tmpdir(), "ttk-sqlite-"));
    const store = await openSqlite(join(folder, "chat.db"), clock);
    opened.push({ storage: store.storage, folder });
    await store.seed(seed);
    return store.storage;
  },
  { historyRuns: 15 },
);
