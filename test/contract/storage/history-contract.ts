import fc from "fast-check";
import { expect, it } from "vitest";
import type { SessionKey } from "../../../src/server/storage/storage.js";
import { ChatModel, nameOf } from "./chat-model.js";
import { inGroup, type MakeStorage, type StorageUnderTest, storageUnderTest, withUser } from "./storage-under-test.js";

const users = [1, 2, 3, 4];
const group = inGroup(1);
const sessions: readonly SessionKey[] = [...users.map(withUser), group];

/** A device that pulls recent sessions again and again with the newest time it was given, as clients do. */
class PullingDevice {
  readonly lastIds = new Map<string, number>();
  #since = 0;

  constructor(private readonly userId: number) {}

  async pull({ storage }: StorageUnderTest): Promise<void> {
    for (const { kind, id, updated, last } of await storage.sessions.recent(this.userId, this.#since)) {
      this.lastIds.set(nameOf({ kind, id }), last.msgId);
      this.#since = Math.max(this.#since, updated);
    }
  }
}

interface Run {
  readonly real: StorageUnderTest;
  readonly model: ChatModel;
  readonly devices: ReadonlyMap<number, PullingDevice>;
}
type Step = (run: Run) => Promise<void>;

const user = fc.constantFrom(...users);
const session = fc.constantFrom(...sessions);

const steps: fc.Arbitrary<Step>[] = [
  fc.tuple(user, session, fc.string({ maxLength: 3 })).map(([fromId, to, text]) => async ({ real, model }) => {
    expect(await real.say(fromId, to, text)).toBe(model.say(fromId, to, text));
  }),
  fc.tuple(user, session).map(([userId, which]) => async ({ real, model }) => {
    await real.storage.sessions.markRead(userId, which);
    model.read(userId, which);
  }),
  fc.tuple(user, session).map(([userId, which]) => async ({ real, model, devices }) => {
    expect(await real.storage.sessions.remove(userId, which)).toBe(model.remove(userId, which));
    // As 0x020f tells the user's other connections.
    devices.get(userId)?.lastIds.delete(nameOf(which));
  }),
  user.map((userId) => async ({ real, model, devices }) => {
    const device = devices.get(userId);
    await device?.pull(real);
    expect(device?.lastIds).toEqual(model.shown(userId, sessions));
  }),
  fc.constantFrom(2, 3, 4).map((userId) => async ({ real, model, devices }) => {
    const isMember = model.members.has(userId);
    const change = { byId: 1, groupId: 1, change: isMember ? "remove" : "add", userIds: [userId] } as const;
    // Membership counts from the second of joining on, and durable stores know no finer time.
    real.clock.turn(2);
    expect((await real.storage.groups.changeMembers(change))?.changed).toEqual([userId]);
    real.clock.turn(2);
    expect(isMember ? model.expel(userId) : model.add(userId)).toBe(true);
    // As 0x040b tells who is removed.
    devices.get(userId)?.lastIds.delete(nameOf(group));
  }),
  fc.integer({ min: 0, max: 3 }).map((seconds) => async ({ real }) => {
    real.clock.turn(seconds);
  }),
  fc
    .tuple(user, session, fc.nat({ max: 12 }), fc.nat({ max: 12 }))
    .map(([userId, which, begin, count]) => async ({ real, model }) => {
      const wanted = model.history(userId, which).filter(({ msgId }) => begin === 0 || msgId <= begin);
      const found = await real.storage.messages.history(userId, which, begin, count);
      expect(found.map(shortened)).toEqual(wanted.slice(0, count));
    }),
  fc
    .tuple(user, session, fc.array(fc.nat({ max: 12 }), { maxLength: 6 }))
    .map(([userId, which, ids]) => async ({ real, model }) => {
      const wanted = model.history(userId, which).filter(({ msgId }) => ids.includes(msgId));
      expect((await real.storage.messages.byIds(userId, which, ids)).map(shortened)).toEqual(wanted);
    }),
];

/** Each step is several round trips to a database. */
const TIMEOUT_MS = 120_000;

export function historyContract(make: MakeStorage, numRuns: number): void {
  it(
    "agrees with the model after every step of a random history (MSG, PUL-06, PUL-08, PUL-09, GRP-08)",
    async () => {
      // The default size is for short arrays: ten steps hardly ever make two users meet.
      const history = fc.array(fc.oneof(...steps), { maxLength: 100, size: "max" });
      await fc.assert(
        fc.asyncProperty(history, async (chosen) => {
          const real = await storageUnderTest(make);
          const devices = new Map(users.map((userId) => [userId, new PullingDevice(userId)]));
          const run = { real, model: new ChatModel(1, [1, 2, 3, 4, 5]), devices };
          for (const step of chosen) {
            await step(run);
            await compareUnread(run);
          }
          await real.storage.close();
        }),
        { numRuns },
      );
    },
    TIMEOUT_MS,
  );
}

async function compareUnread({ real, model }: Run): Promise<void> {
  for (const userId of users) {
    const found = new Map((await real.storage.sessions.unread(userId)).map((entry) => [nameOf(entry), entry.count]));
    const counts = sessions.map((which) => [nameOf(which), model.unread(userId, which)] as const);
    expect(found).toEqual(new Map(counts.filter(([, count]) => count > 0)));
  }
}

function shortened({ msgId, fromId, content }: { msgId: number; fromId: number; content: Buffer }) {
  return { msgId, fromId, text: content.toString() };
}
