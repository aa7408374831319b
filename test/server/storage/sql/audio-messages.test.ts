import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { encodeAudio } from "../../../../src/codec/audio-content.js";
import { formatAddress } from "../../../../src/net/address.js";
import { startMsfs } from "../../../../src/server/msfs/msfs.js";
import type { RunningRole } from "../../../../src/server/running-role.js";
import { MemoryStorage } from "../../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import { openSqlite } from "../../../../src/server/storage/sql/open-sqlite.js";
import { soundSite } from "../../../../src/server/storage/sql/sound-files.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { noMysql, TestDatabase } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";

const AUDIO = 2;
const TEXT = 1;
const clock = new FakeClock();
const seed = parseSeedFixture(`{ password: secret, users: [{ name: "user{1..3}" }] }`, "audio.yaml");
const folder = mkdtempSync(join(tmpdir(), "ttk-audio-"));
const database = new TestDatabase(`ttk_test_audio_${process.pid}`);
const sound = Buffer.alloc(20_000, "#!AMR\n\u0000\u00ff", "latin1");
const voice = encodeAudio({ durationSeconds: 7, audio: sound });
const opened: Storage[] = [];
let msfs: RunningRole;
let site = "";

beforeAll(async () => {
  msfs = await startMsfs({ listen: { host: "127.0.0.1", port: 0 }, folder: join(folder, "msfs"), clock });
  site = soundSite(formatAddress(msfs.addresses.http as never)) ?? "";
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
});
afterAll(async () => {
  await msfs.stop(0);
  rmSync(folder, { recursive: true });
  if (noMysql === undefined) await database.drop();
});

function say(storage: Storage, content: Buffer, type = AUDIO) {
  return storage.messages.append({ fromId: 1, to: { kind: 1, id: 2 }, type, content, created: 1_800_000_000 });
}

const history = (storage: Storage) => storage.messages.history(2, { kind: 1, id: 1 }, 0, 10);

async function mysql(audioMsfs?: string): Promise<Storage> {
  const target = parseMysqlUrl(database.url);
  if (target === undefined) throw new Error("not a URL");
  const store = await openMysql({
    mysql: target,
    clock,
    create: true,
    ...(audioMsfs === undefined ? {} : { audioMsfs }),
  });
  await store.seed(seed, { onlyIfEmpty: true });
  opened.push(store.storage);
  return store.storage;
}

async function query(sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri: database.url, charset: "utf8mb4_bin" });
  const [rows] = await connection.query<RowDataPacket[]>(sql);
  await connection.end();
  return rows;
}

describe("audio longer than a text may be (MSG-19)", () => {
  it.each(["memory", "sqlite"])("comes back from %s as it was sent", async (kind) => {
    const storage =
      kind === "memory" ? new MemoryStorage(seed, clock) : (await openSqlite(join(folder, "chat.db"), clock)).storage;
    opened.push(storage);
    if (kind === "sqlite") {
      const store = await openSqlite(join(folder, "chat.db"), clock);
      await store.seed(seed);
      await store.storage.close();
    }
    expect(await say(storage, voice)).toBe(1);
    expect(await say(storage, voice, TEXT)).toBeUndefined();
    expect((await history(storage)).map(({ content }) => content)).toEqual([voice]);
  });
});

describe.skipIf(noMysql !== undefined)(
  `audio in MySQL with an msfs${noMysql === undefined ? "" : ` (${noMysql})`}`,
  () => {
    it("is kept there, numbered in IMAudio, in the order it was said, and comes back as it was sent", async () => {
      const storage = await mysql(site);
      const ids = await Promise.all([
        say(storage, voice),
        say(storage, Buffer.from("after"), TEXT),
        say(storage, voice),
      ]);
      expect(ids).toEqual([1, 2, 3]);
      expect((await history(storage)).map(({ content }) => content)).toEqual([voice, Buffer.from("after"), voice]);
      expect(await storage.messages.byIds(2, { kind: 1, id: 1 }, [1])).toMatchObject([{ type: AUDIO, content: voice }]);
      const audio = await query("SELECT * FROM IMAudio ORDER BY id");
      const common = { fromId: 1, toId: 2, size: sound.length, duration: 7, created: 1_800_000_000 };
      expect(audio).toMatchObject([common, common]);
      expect(String(audio[0]?.path).startsWith(site)).toBe(true);
      const [relation] = await query("SELECT id FROM IMRelationShip");
      const stored = await query(
        `SELECT content FROM IMMessage_${Number(relation?.id) % 8} WHERE type = 2 ORDER BY msgId`,
      );
      // They are kept at the same time, so that either may have the lower number.
      expect(stored.map(({ content }) => Number(content)).sort()).toEqual(audio.map(({ id }) => id));
    });

    it("that an original server kept is read, and what ours keeps is where an original looks for it", async () => {
      const storage = await mysql(site);
      // A sound at msfs by its own path, as the original uploads it.
      const form = new FormData();
      form.append("file", new Blob([sound]), "voice.amr");
      const { url } = (await (await fetch(site, { method: "POST", body: form })).json()) as { url: string };
      await query(
        `INSERT INTO IMAudio (id, fromId, toId, path, size, duration, created)
         VALUES (901, 3, 2, '${url}', ${sound.length}, 7, 1799999000), (902, 1, 2, '${url}', ${sound.length}, 7, 1799999000)`,
      );
      await query("INSERT INTO IMRelationShip VALUES (88, 2, 3, 0, 1799999000, 1799999000)");
      await query(
        `INSERT INTO IMMessage_0 (relateId, fromId, toId, msgId, content, type, status, updated, created) VALUES
         (88, 3, 2, 1, '901', 2, 0, 1799999000, 1799999000), (88, 3, 2, 2, '902', 2, 0, 1799999001, 1799999001)`,
      );
      const read = await storage.messages.history(2, { kind: 1, id: 3 }, 0, 10);
      // Of another sender's sound nothing is given away: then the number is all that the message has.
      expect(read.map(({ msgId, content }) => [msgId, content])).toEqual([
        [2, Buffer.from("902")],
        [1, voice],
      ]);

      const own = { fromId: 3, to: { kind: 1, id: 2 }, type: AUDIO, created: 1_800_000_000 } as const;
      expect(await storage.messages.append({ ...own, content: voice })).toEqual(expect.any(Number));
      // An original takes the number from the message, the place from the row, and GETs the bytes there.
      const [row] = await query(
        `SELECT a.* FROM IMMessage_0 m JOIN IMAudio a ON a.id = m.content
         WHERE m.relateId = 88 AND m.created = 1800000000`,
      );
      expect(row).toMatchObject({ fromId: 3, toId: 2, size: sound.length, duration: 7, created: 1_800_000_000 });
      expect(Buffer.from(await (await fetch(String(row?.path))).arrayBuffer())).toEqual(sound);
    });

    it("is refused while msfs does not answer, and is silent once msfs has lost it", async () => {
      const storage = await mysql(soundSite("127.0.0.1:1") ?? "");
      expect(await say(storage, voice)).toBeUndefined();
      expect(await say(storage, Buffer.from("text"), TEXT)).toBe(4);
      await query("UPDATE IMAudio SET path = 'http://127.0.0.1:1/gone'");
      const [, last] = await history(storage);
      expect(last).toMatchObject({ type: AUDIO, content: Buffer.from([0, 0, 0, 7]) });
    });

    it.each([
      ["no msfs keeps it", false, "1 or 1", "\ue031\ue020\ue06f\ue072\ue020\ue031"],
      ["it is too short for a sound", true, "1||1", "\ue031\ue07c\ue07c\ue031"],
      ["it looks like the number of somebody's sound", true, "1", "\ue031"],
    ])("is no part of an original server's statement when %s", async (_, hasMsfs, said, stored) => {
      const storage = await mysql(hasMsfs ? site : undefined);
      const msgId = (await say(storage, Buffer.from(said))) ?? Number.NaN;
      const [relation] = await query("SELECT id FROM IMRelationShip");
      const [row] = await query(
        `SELECT content FROM IMMessage_${Number(relation?.id) % 8} WHERE type = 2 AND msgId = ${msgId}`,
      );
      expect(row?.content).toBe(stored);
      await expect(query(`SELECT * FROM IMAudio WHERE id=${row?.content}`)).rejects.toThrow("Unknown column");
      const byOther = { fromId: 3, to: { kind: 1, id: 2 } as const, type: AUDIO, created: 1_800_000_000 };
      const content = Buffer.from(said);
      expect(await storage.messages.append({ ...byOther, content })).toBeGreaterThan(0);
      expect(await storage.messages.history(2, { kind: 1, id: 3 }, 0, 1)).toMatchObject([{ content }]);
    });
  },
);

describe("soundSite", () => {
  it.each([
    ["127.0.0.1", "http://127.0.0.1/"],
    ["127.0.0.1:8700", "http://127.0.0.1:8700/"],
    ["http://files.example/up/", "http://files.example/up/"],
    ["ftp://x", undefined],
    ["a b", undefined],
    ["http://h/?x", undefined],
  ])("takes %s for %s", (text, url) => {
    expect(soundSite(text)).toBe(url);
  });
});
