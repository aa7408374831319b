import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";

/** As another package sees them: through the exports map, built. */
const entries = {
  codec: () => import("teamtalk-testkit/codec"),
  client: () => import("teamtalk-testkit/client"),
  server: () => import("teamtalk-testkit/server"),
  load: () => import("teamtalk-testkit/load"),
  conformance: () => import("teamtalk-testkit/conformance"),
  tap: () => import("teamtalk-testkit/tap"),
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

  it("let a test lose a message on its way, see it, and record it", async () => {
    const { startTap, TrafficRecording, joinedObserver } = await entries.tap();
    const { CommandId, encodePdu, clientLimits, PduFramer } = await entries.codec();
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => socket.write(bytes));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const seen: string[] = [];
    const file: Buffer[] = [];
    const tap = await startTap({
      listen: { host: "127.0.0.1", port: 0 },
      to: { host: "127.0.0.1", port: (server.address() as AddressInfo).port },
      rules: ["drop dir=s2c header.seqNum=1"],
      observer: joinedObserver([
        {
          onPdu: ({ direction, received, forwarded }) => {
            seen.push(`${direction} ${received.readUInt16BE(12)} ${forwarded === undefined ? "dropped" : "passed"}`);
          },
        },
        new TrafficRecording(
          ["client"],
          () => 0,
          (bytes) => file.push(bytes),
        ),
      ]),
    });
    const socket = connect(tap.address.port, tap.address.host);
    try {
      const answered = new Promise<number>((resolve) => {
        const framer = new PduFramer(clientLimits, (bytes, start) => {
          resolve(bytes.readUInt16BE(start + 12));
          return true;
        });
        socket.on("data", (bytes) => framer.push(bytes));
      });
      for (const seqNum of [1, 2]) socket.write(encodePdu(CommandId.CID_OTHER_HEARTBEAT, {}, { seqNum }));
      expect(await answered).toBe(2);
      expect(seen).toEqual(expect.arrayContaining(["c2s 1 passed", "c2s 2 passed", "s2c 1 dropped", "s2c 2 passed"]));
      expect(tap.counts().rules[0]?.applied).toBe(1);
      expect(Buffer.concat(file).readUInt32LE(0)).toBe(0x0a0d0d0a);
    } finally {
      socket.destroy();
      await tap.stop();
      server.close();
    }
  });
});
