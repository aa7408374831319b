import { describe, expect, it } from "vitest";
import { type PresenceChanges, ToldPresence } from "../../../../src/cli/load/shards/told-presence.js";

/** What is told in this turn of the event loop is told in one piece at its end. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("ToldPresence", () => {
  it("tells once in a turn what has changed since it told last", async () => {
    const told: PresenceChanges[] = [];
    const presence = new ToldPresence((changes) => told.push(changes));
    presence.tell(1, true);
    presence.tell(2, true);
    presence.tell(2, false);
    await turn();
    presence.tell(1, true);
    await turn();
    presence.tell(1, false);
    presence.tell(3, true);
    await turn();
    expect(told).toEqual([
      { came: [1], went: [] },
      { came: [3], went: [1] },
    ]);
  });

  it("knows who is online elsewhere by what it has heard", () => {
    const presence = new ToldPresence(() => {});
    presence.heard({ came: [4, 5], went: [] });
    presence.heard({ came: [], went: [4] });
    expect([3, 4, 5].map((user) => presence.isOnline(user))).toEqual([false, false, true]);
  });
});
