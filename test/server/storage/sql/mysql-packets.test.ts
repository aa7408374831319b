import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { crowdFixture } from "../../../../src/server/storage/crowd-fixture.js";
import { parseSeedFixture } from "../../../../src/server/storage/seed-fixture.js";
import { parseMysqlUrl } from "../../../../src/server/storage/sql/mysql-url.js";
import { openMysql } from "../../../../src/server/storage/sql/open-mysql.js";
import type { Storage } from "../../../../src/server/storage/storage.js";
import { noMysql, TestDatabase } from "../../../helpers/database-services.js";
import { FakeClock } from "../../../helpers/fake-clock.js";
import { MysqlProxy } from "../../../helpers/mysql-proxy.js";

/** What a server takes in one packet: at least 1 KiB, by default 1 MiB (MySQL 5.5) to 64 MiB (MySQL 8). */
const PACKET_BYTES_MAX = 4_096;
const USERS = 200;
const database = new TestDatabase(`ttk_test_packets_${process.pid}`);
let proxy: MysqlProxy;
let storage: Storage;

const say = async (fromId: number, toId: number, content: string) =>
  storage.messages.append({
    fromId,
    to: { kind: 1, id: toId },
    type: 1,
    content: Buffer.from(content),
    created: 1_800_000_000,
  });
const messageOf = (failed: Promise<unknown>) => failed.catch(({ message }: Error) => message);

describe.skipIf(noMysql !== undefined)(
  `a MySQL server that takes small packets only${noMysql === undefined ? "" : `: skipped, ${noMysql}`}`,
  () => {
    beforeEach(async () => {
      const mysql = parseMysqlUrl(database.url);
      if (mysql === undefined) throw new Error("not a URL");
      proxy = await MysqlProxy.to(mysql);
      const store = await openMysql({
        mysql: { ...mysql, port: proxy.port },
        clock: new FakeClock(),
        create: true,
        packetBytesMax: PACKET_BYTES_MAX,
      });
      await store.seed(parseSeedFixture(crowdFixture(USERS), "crowd"));
      storage = store.storage;
    });
    afterEach(async () => {
      await storage.close();
      proxy.stop();
      await database.drop();
    });
    afterAll(() => database.drop());

    it("gets what many write at once in statements that it takes", async () => {
      const peers = Array.from({ length: USERS - 1 }, (_, index) => index + 2);
      const texts = peers.map((id) => `${id} ${"it's ☃ ".repeat(100)}`);
      const said = peers.map((id, index) => say(1, id, texts[index] as string));
      expect(new Set(await Promise.all(said))).toEqual(new Set([1]));
      expect(await storage.accounts.byIds(peers)).toHaveLength(USERS - 1);
      expect(await storage.sessions.recent(1, 0)).toHaveLength(100);
      const [last] = await storage.messages.history(USERS, { kind: 1, id: 1 }, 0, 1);
      expect(last?.content.toString()).toBe(texts.at(-1));
      expect(proxy.packetBytesMost).toBeGreaterThan(PACKET_BYTES_MAX / 2);
      expect(proxy.packetBytesMost).toBeLessThan(PACKET_BYTES_MAX);
    });

    it("refuses a message that no statement can carry, and no other with it (DBP-02)", async () => {
      const together = [say(1, 2, "one"), say(1, 2, "'".repeat(3_000)), say(1, 2, "two"), say(2, 3, "alone")];
      const tooLarge = expect.stringMatching(
        /^a row of IMMessage_\d needs a statement of 6\d\d\d bytes, and the server takes 4096 \(max_allowed_packet\)$/,
      );
      expect(await Promise.all(together.map(messageOf))).toEqual([1, tooLarge, 2, 1]);
      expect(await say(1, 2, "three")).toBe(3);
      expect(proxy.packetBytesMost).toBeLessThan(PACKET_BYTES_MAX);
    });
  },
);
