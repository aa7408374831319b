import { expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { MsgType, SessionType } from "../../../src/codec/generated/enums.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { DatabaseUnavailableError } from "../../../src/server/db/database-port.js";
import { EmbeddedDatabase } from "../../../src/server/db/embedded-database.js";
import { crowdFixture } from "../../../src/server/storage/crowd-fixture.js";
import { MemoryStorage } from "../../../src/server/storage/memory-storage.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import type { SessionStorage, Storage } from "../../../src/server/storage/storage.js";
import { FakeClock } from "../../helpers/fake-clock.js";
import { until } from "../../helpers/until.js";

it("answers with what the wire can say, whatever a table of others holds", async () => {
  const clock = new FakeClock();
  const storage = new MemoryStorage(parseSeedFixture(crowdFixture(2), "crowd"), clock);
  const odd = (type: number) =>
    storage.messages.append({ fromId: 1, to: { kind: 1, id: 2 }, type, content: Buffer.from("x"), created: 1 });
  odd(MsgType.MSG_TYPE_SINGLE_TEXT);
  odd(3);
  storage.departments.changedSince = async () => [{ id: 1, name: "", priority: 0, parentId: 0, status: 2, updated: 1 }];
  const database = new EmbeddedDatabase({ storage, clock });
  const session = { session_type: SessionType.SESSION_TYPE_SINGLE, session_id: 2 };
  const since = { user_id: 1, latest_update_time: 0 };
  const history = await database.request(CommandId.CID_MSG_LIST_REQUEST, {
    user_id: 1,
    ...session,
    msg_id_begin: 0,
    msg_cnt: 10,
  });
  const recent = await database.request(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_REQUEST, since);
  const departments = await database.request(CommandId.CID_BUDDY_LIST_DEPARTMENT_REQUEST, since);
  expect(history.msg_list.map(({ msg_type }) => msg_type)).toEqual([0x01, 0x01]);
  expect(() => {
    encodePdu(CommandId.CID_MSG_LIST_RESPONSE, history);
    encodePdu(CommandId.CID_BUDDY_LIST_RECENT_CONTACT_SESSION_RESPONSE, recent);
    encodePdu(CommandId.CID_BUDDY_LIST_DEPARTMENT_RESPONSE, departments);
  }).not.toThrow();
  await database.stop();
});

it("has a storage that fails leave a request unanswered, and nothing else", async () => {
  const fails = () => Promise.reject(new Error("gone"));
  const sessions: Partial<SessionStorage> = { unread: fails, markRead: fails };
  const storage: Partial<Storage> = { sessions: sessions as SessionStorage, lacking: async () => [] };
  const database = new EmbeddedDatabase({ storage: storage as Storage, clock: new FakeClock() });
  const asked = Promise.resolve(database.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1 }));
  await expect(asked).rejects.toBeInstanceOf(DatabaseUnavailableError);
  // Nobody waits for this one: a rejection would end the process.
  database.tell(CommandId.CID_MSG_READ_ACK, {
    user_id: 1,
    session_id: 2,
    msg_id: 1,
    session_type: SessionType.SESSION_TYPE_SINGLE,
  });
  await until(() => database.counters().failedStores === 2, "both are counted");
  await database.stop();
});

it("gives up waiting for a storage that never answers, so that who asked keeps no place", async () => {
  const never = () => new Promise<never>(() => {});
  const sessions = { unread: never } as unknown as SessionStorage;
  const storage: Partial<Storage> = { isRemote: true, sessions, lacking: never };
  const database = new EmbeddedDatabase({ storage: storage as Storage, clock: new FakeClock(), requestTimeoutMs: 1 });
  const asked = Promise.resolve(database.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 1 }));
  expect(database.counters()).toMatchObject({ databasePending: 1, failedStores: 0 });
  await expect(asked).rejects.toEqual(new DatabaseUnavailableError("no answer in time"));
  expect(database.counters()).toMatchObject({ databasePending: 0, failedStores: 1 });
  await database.stop();
});
