import { crowdFixture } from "../../src/server/storage/crowd-fixture.js";
import { MemoryStorage } from "../../src/server/storage/memory-storage.js";
import type { SeedData } from "../../src/server/storage/seed-data.js";
import { parseSeedFixture } from "../../src/server/storage/seed-fixture.js";
import { FakeClock } from "./fake-clock.js";

/** When its rows were made. */
const SEEDED_AT = 1_700_000_000;
const ALL_HANDS = 3;

const { departments, users, groups } = parseSeedFixture(crowdFixture(200), "captured.yaml");
const seed: SeedData = {
  departments: [
    ...departments.slice(0, 3),
    { id: 4, name: "Server", priority: 1, parentId: 2, status: 0 },
    { id: 5, name: "Client", priority: 2, parentId: 2, status: 0 },
  ],
  users: users.map((user) => ({
    ...user,
    departmentId: (user.id % 5) + 1,
    phone: `138${String(user.id).padStart(8, "0")}`,
  })),
  groups: groups.slice(0, ALL_HANDS),
};

/** What cluster-session.pcap was recorded over, as it was when the recording began. */
export async function capturedDeployment(): Promise<{ readonly storage: MemoryStorage; readonly clock: FakeClock }> {
  const clock = new FakeClock(SEEDED_AT);
  const storage = new MemoryStorage(seed, clock);
  // It had changed twice by then.
  for (const change of ["remove", "add"] as const) {
    await storage.groups.changeMembers({ byId: 1, groupId: ALL_HANDS, change, userIds: [99] });
  }
  return { storage, clock };
}
