import { describe, expect, it } from "vitest";

/** As another package sees them: through the exports map, built. */
const entries = {
  codec: () => import("teamtalk-testkit/codec"),
  client: () => import("teamtalk-testkit/client"),
  server: () => import("teamtalk-testkit/server"),
  load: () => import("teamtalk-testkit/load"),
  conformance: () => import("teamtalk-testkit/conformance"),
};

describe("the package's entries", () => {
  it.each(Object.entries(entries))("teamtalk-testkit/%s exports names", async (_, load) => {
    expect(Object.keys(await load()).length).toBeGreaterThan(5);
  });

  it("let a program start a cluster, log a device in and pull everything", async () => {
    const { MemoryStorage, clusterLayout, crowdFixture, parseSeedFixture, startCluster } = await entries.server();
    const { Device, pullAll } = await entries.client();
    const clock = { nowMs: () => Date.now() };
    const cluster = await startCluster({
      layout: clusterLayout({
        roles: new Set(["login", "route", "msg"]),
        host: "127.0.0.1",
        ports: "auto",
        msgServers: 1,
        dbProxies: 0,
      }),
      storage: new MemoryStorage(parseSeedFixture(crowdFixture(8), "crowd"), clock),
      clock,
    });
    const { clients } = cluster.roles.find(({ role }) => role === "msg")?.addresses ?? {};
    if (clients === undefined) throw new Error("no msg_server");
    const device = new Device({ clientType: "windows" });
    try {
      await device.connect(clients);
      const { user_info } = await device.login({ userName: "user1", password: "secret" });
      expect(user_info.user_real_name).toBe("user1");
      const { users } = await pullAll(device);
      expect(users.user_list).toHaveLength(8);
    } finally {
      device.close();
      await cluster.stop(1000);
    }
  });
});
