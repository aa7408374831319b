import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DatabaseSync } from "@photostructure/sqlite";
import { afterEach, expect, it } from "vitest";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import type { SeedData } from "../../../../src/server/storage/seed-data.js";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { openSqlite } from "../../../../src/server/storage/sql/open-sqlite.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { storageContract } from "../../../contract/storage-contract.js";
import { FakeClock } from "../../../helpers/fake-clock.js";

const opened: { readonly storage: Storage; readonly folder: string }[] = [];
afterEach(async () => {
  for (const { storage, folder } of opened.splice(0)) {
    await storage.close();
    rmSync(folder, { recursive: true });
  }
});

async function open(seed: SeedData, clock: FakeClock): Promise<Storage> {
  const folder = mkdtempSync(join(tmpdir(), "ttk-sqlite-"));
  const store = await openSqlite(join(folder, "chat.db"), clock);
  opened.push({ storage: store.storage, folder });
  await store.seed(seed);
  return store.storage;
}

storageContract("sqlite", open, { historyRuns: 15 });

it("leaves a file of another program as it is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ttk-sqlite-other-"));
  const path = join(folder, "other.db");
  const other = new DatabaseSync(path);
  other.exec("CREATE TABLE bookmarks (url TEXT)");
  other.close();
  const before = readFileSync(path);
  await expect(openSqlite(path, new FakeClock())).rejects.toThrow(
    `sqlite:${path}: is another program's: it holds bookmarks, and not ttk_migration`,
  );
  expect(readFileSync(path).equals(before)).toBe(true);
  rmSync(folder, { recursive: true });
});

it.each<[string, (storage: Storage, ids: readonly number[]) => Promise<unknown>]>([
  ["messages", ({ messages }, ids) => messages.byIds(1, { kind: 1, id: 2 }, ids)],
  ["users", ({ accounts }, ids) => accounts.byIds(ids)],
  [
    "groups",
    ({ groups }, ids) =>
      groups.infos(
        1,
        ids.map((id) => ({ id, version: 0 })),
      ),
  ],
])("lets others be served while somebody asks for 20,000 %s that there are none of (PUL-10)", async (_, ask) => {
  const storage = await open(parseSeedFixture(crowdFixture(2), "crowd"), new FakeClock());
  const content = Buffer.from("x");
  await storage.messages.append({ fromId: 1, to: { kind: 1, id: 2 }, type: 1, content, created: 1 });
  let turns = 0;
  let isAnswered = false;
  const asked = ask(
    storage,
    Array.from({ length: 20_000 }, (_, index) => 1000 + index),
  ).then((found) => {
    isAnswered = true;
    return found;
  });
  while (!isAnswered) {
    await nextTurn();
    turns++;
  }
  expect(await asked).toEqual([]);
  expect(turns).toBeGreaterThanOrEqual(20);
});
