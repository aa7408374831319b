import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { MsgType } from "../../src/codec/generated/enums.js";
import { framePdu } from "../../src/codec/pdu.js";
import { deviatingIn, strict } from "../../src/server/deviations.js";
import { roleNames } from "../../src/server/role-name.js";
import { logIn } from "../helpers/logged-in.js";
import { ReferenceCluster, type ReferenceClusterOptions } from "../helpers/reference-cluster.js";
import { until } from "../helpers/until.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: ReferenceClusterOptions): Promise<ReferenceCluster> {
  const cluster = await ReferenceCluster.start(options);
  cleanups.push(() => cluster.stop());
  return cluster;
}

/** A client that counts what it gets. */
function client(cluster: ReferenceCluster): { socket: Socket; received(): number; isClosed(): boolean } {
  let [received, isClosed] = [0, false];
  const socket = connect(cluster.msg(0));
  socket.on("data", (bytes) => {
    received += bytes.length;
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    isClosed = true;
  });
  cleanups.push(() => socket.destroy());
  return { socket, received: () => received, isClosed: () => isClosed };
}

const heartbeatOf = (bodyBytes: number) => framePdu(CommandId.CID_OTHER_HEARTBEAT, Buffer.alloc(bodyBytes));

describe("a PDU above the limit (FRM-06)", () => {
  const large = heartbeatOf(2 << 20);

  it("closes the connection, and is taken whole where the original's ways are asked for", async () => {
    const careful = await start({ deviates: strict });
    const refused = client(careful);
    refused.socket.write(large);
    await until(() => refused.isClosed(), "the close");
    const original = await start({ deviates: deviatingIn(["FRM-06"]) });
    const echoed = client(original);
    echoed.socket.write(large);
    await until(() => echoed.received() === large.length, "the echo");
    expect(careful.counters("msg").connectionsBrokeProtocol).toBe(1);
    expect(original.counters("msg").connectionsBrokeProtocol).toBe(0);
  });

  it("leaves who sends an HTTP request mute, as the original does", async () => {
    const original = await start({ deviates: deviatingIn(["FRM-06"]) });
    const browser = client(original);
    browser.socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    browser.socket.write(heartbeatOf(0));
    await until(() => (original.counters("msg").connections ?? 0) === 1, "the connection");
    const { peer } = await logIn(original.msg(0), "user1");
    cleanups.push(() => peer.close());
    await peer.expectHeartbeat();
    expect({ received: browser.received(), isClosed: browser.isClosed() }).toEqual({ received: 0, isClosed: false });
  });
});

describe("a client that does not read (FRM-15)", () => {
  it("is held all that it asked for, where the original's ways are asked for", async () => {
    const original = await start({
      deviates: deviatingIn(["FRM-15"]),
      msgLimits: { clientOutboxSizeMaxBytes: 1 << 20 },
    });
    const slow = client(original);
    slow.socket.pause();
    // More than sockets hold: the rest is in the server.
    const heartbeat = heartbeatOf(1 << 19);
    const count = 64;
    for (let sent = 0; sent < count; sent++) slow.socket.write(heartbeat);
    await until(() => (original.counters("msg").outboxBytes ?? 0) > 4 << 20, "more than the limit in the outbox");
    expect(original.counters("msg").connectionsNotReading).toBe(0);
    slow.socket.resume();
    await until(() => slow.received() === count * heartbeat.length, "all of it");
  });
});

describe("an absent push_server (PSH-03)", () => {
  it.each([
    ["costs nothing", strict, 0],
    ["is named at every attempt, as in the original", deviatingIn(["PSH-03"]), 2],
  ])("%s", async (_, deviates, lines) => {
    const notes: string[] = [];
    const note = (_: string, text: string) => void notes.push(text);
    const log = { command: undefined, note, trouble: note };
    const cluster = await start({ deviates, log });
    const { peer, userId } = await logIn(cluster.msg(0), "user1");
    cleanups.push(() => peer.close());
    for (const text of ["one", "two"]) {
      await peer.request(CommandId.CID_MSG_DATA, {
        from_user_id: userId,
        to_session_id: 2,
        msg_id: 0,
        create_time: 0,
        msg_type: MsgType.MSG_TYPE_SINGLE_TEXT,
        msg_data: Buffer.from(text),
      });
    }
    await peer.expectHeartbeat();
    expect(notes.filter((text) => text === "no push_server is connected")).toHaveLength(lines);
  });
});

describe("servers that stop (OBS-03)", () => {
  it("accept nobody any more, whatever their role", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ttk-stopping-"));
    cleanups.push(() => rm(folder, { recursive: true }));
    const cluster = await ReferenceCluster.start({ folder, dbProxies: 1, with: roleNames });
    const ports = roleNames.flatMap((role) =>
      ["clients", "servers", "http"].flatMap((purpose) => cluster.address(role, purpose) ?? []),
    );
    expect(ports).toHaveLength(11);
    const { peer } = await logIn(cluster.msg(0), "user1");
    await cluster.stop(5000);
    await until(() => !peer.isOpen, "the client's connection closed");
    const refusals = ports.map(
      (address) =>
        new Promise<string>((resolve) => {
          const socket = connect(address, () => resolve("accepted"));
          socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        }),
    );
    expect(await Promise.all(refusals)).toEqual(ports.map(() => "ECONNREFUSED"));
  });
});
