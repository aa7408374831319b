import type { SeedData } from "../../../src/server/storage/seed-data.js";
import { parseSeedFixture } from "../../../src/server/storage/seed-fixture.js";
import type { SessionKey, Storage } from "../../../src/server/storage/storage.js";
import { FakeClock } from "../../helpers/fake-clock.js";

/** Makes an adapter that holds the seed and nothing else, and takes its time from the clock. */
export type MakeStorage = (seed: SeedData, clock: FakeClock) => Promise<Storage>;

export interface StorageUnderTest {
  readonly storage: Storage;
  readonly clock: FakeClock;
  say(fromId: number, to: SessionKey, text?: string | Buffer): Promise<number | undefined>;
}

/** Users 1 … 120 and "Ann" 121, "gone" 122 (left) and "locked" 123; groups 1 (1 … 5) and 2 (temporary, made by 2: 2, 3). */
const seed = parseSeedFixture(
  `
password: secret
departments: [HQ, { name: Sales, parent: HQ, priority: 7 }, { name: Old, status: 1 }]
users:
  - { name: "user{1..120}", nick: "Nick {n}", department: [HQ, Sales], sex: female, email: "u{n}@example.com", phone: "138{n}" }
  - { name: Ann, sign_info: hello, avatar: /a.png, domain: ann, password: ünï }
  - { name: gone, status: 3 }
  - { name: locked, status: 1 }
groups:
  - { name: one, creator: user1, members: "user{1..5}" }
  - { name: two, type: temporary, creator: user2, members: [user2, user3], avatar: /g.png }
`,
  "contract.yaml",
);

export const ids = { ann: 121, gone: 122, locked: 123, unknown: 999 };

export const withUser = (id: number): SessionKey => ({ kind: 1, id });
export const inGroup = (id: number): SessionKey => ({ kind: 2, id });

export async function storageUnderTest(make: MakeStorage): Promise<StorageUnderTest> {
  const clock = new FakeClock();
  const storage = await make(seed, clock);
  return {
    storage,
    clock,
    async say(fromId, to, text = "hi") {
      const type = to.kind === 1 ? 0x01 : 0x11;
      const content = typeof text === "string" ? Buffer.from(text) : text;
      return await storage.messages.append({ fromId, to, type, content, created: clock.nowSeconds });
    },
  };
}
