import { expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { SessionType } from "../../../src/codec/generated/enums.js";
import { DatabaseUnavailableError } from "../../../src/server/db/database-port.js";
import { EmbeddedDatabase } from "../../../src/server/db/embedded-database.js";
import type { SessionStorage, Storage } from "../../../src/server/storage/storage.js";
import { FakeClock } from "../../helpers/fake-clock.js";
import { until } from "../../helpers/until.js";

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
