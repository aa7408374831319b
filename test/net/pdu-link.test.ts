import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { framePdu } from "../../src/codec/pdu.js";
import { DialError, dial } from "../../src/net/dial.js";
import { ListenError, type ListenOptions, listen, type PduListener } from "../../src/net/listen.js";
import type { CloseReason, PduLink } from "../../src/net/pdu-link.js";
import { until } from "../helpers/until.js";

const limits = { pduSizeMaxBytes: 1024 };
const heartbeat = framePdu(CommandId.CID_OTHER_HEARTBEAT, Buffer.alloc(0));
const cleanup: (() => void)[] = [];

afterEach(() => {
  for (const close of cleanup.splice(0)) close();
});

interface Accepted {
  readonly listener: PduListener;
  readonly link: Promise<PduLink>;
  readonly closed: Promise<{ reason: CloseReason; error: Error | undefined }>;
}

async function accepting(
  options: Partial<ListenOptions>,
  onPdu: (link: PduLink, bytes: Buffer, start: number, end: number) => void = () => {},
): Promise<Accepted> {
  const link = deferred<PduLink>();
  const closed = deferred<{ reason: CloseReason; error: Error | undefined }>();
  const listener = await listen({ host: "127.0.0.1", port: 0 }, { limits, ...options }, (accepted) => {
    link.resolve(accepted);
    return { onPdu, onClose: (_, reason, error) => closed.resolve({ reason, error }) };
  });
  cleanup.push(() => {
    listener.close();
    for (const open of listener.connections) open.destroy();
  });
  return { listener, link: link.promise, closed: closed.promise };
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function rawSocket(listener: PduListener, allowHalfOpen = false): Socket {
  const socket = connect({ port: listener.address.port, host: "127.0.0.1", allowHalfOpen });
  socket.on("error", () => {});
  cleanup.push(() => socket.destroy());
  return socket;
}

describe("PduLink", () => {
  it("carries PDUs both ways, many in one tick", async () => {
    const { listener } = await accepting({}, (link, bytes, start, end) => link.sendBytes(bytes, start, end));
    const all = deferred<number[]>();
    const seen: number[] = [];
    const client = await dial(
      listener.address,
      { limits },
      {
        onPdu: (_, bytes, start) => {
          if (seen.push(bytes.readUInt16BE(start + 12)) === 500) all.resolve(seen);
        },
        onClose: () => {},
      },
    );
    cleanup.push(() => client.destroy());
    for (let seqNum = 0; seqNum < 500; seqNum++) client.send(CommandId.CID_OTHER_HEARTBEAT, {}, seqNum);
    expect(await all.promise).toEqual(Array.from({ length: 500 }, (_, index) => index));
  });

  it("sends what is queued before it closes", async () => {
    const { listener } = await accepting({}, (link, bytes, start, end) => {
      link.sendBytes(bytes, start, end);
      link.close();
    });
    const socket = rawSocket(listener);
    socket.write(heartbeat);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(heartbeat);
  });

  it("sends what is queued, and nothing else, before it half-closes", async () => {
    const { listener, link, closed } = await accepting({});
    const nobody = { onPdu: () => {}, onClose: () => {} };
    const client = await dial(listener.address, { limits }, nobody);
    cleanup.push(() => client.destroy());
    for (let count = 0; count < 3; count++) client.sendBytes(heartbeat);
    client.endSending();
    expect((await closed).reason).toBe("peer-closed");
    expect((await link).bytesIn).toBe(3 * heartbeat.length);
  });

  it("answers a half-closed peer, then closes (CON-08)", async () => {
    const { listener, closed } = await accepting({}, (link, bytes, start, end) => link.sendBytes(bytes, start, end));
    const socket = rawSocket(listener, true);
    socket.end(heartbeat);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(heartbeat);
    expect((await closed).reason).toBe("peer-closed");
  });

  it.each([
    ["length 0 (FRM-04)", "00000000", "PDU_LENGTH_TOO_SMALL"],
    ["length below the header (FRM-05)", "0000000f000100000007070100010000", "PDU_LENGTH_TOO_SMALL"],
    ["length above the limit (FRM-06)", "00000401000100000007070100010000", "PDU_TOO_LARGE"],
    ["an HTTP request (FRM-06)", Buffer.from("GET / HTTP/1.1\r\n\r\n").toString("hex"), "PDU_TOO_LARGE"],
  ])("closes on %s", async (_, bytes, code) => {
    const { listener, closed } = await accepting({});
    rawSocket(listener).write(Buffer.from(bytes, "hex"));
    expect(await closed).toMatchObject({ reason: "protocol-error", error: { code } });
  });

  it("drops a peer that does not read once the outbox is full (FRM-15)", async () => {
    const { listener, link, closed } = await accepting({ outboxSizeMaxBytes: 64 * 1024 });
    const socket = rawSocket(listener);
    socket.pause();
    const open = await link;
    let sent = 0;
    while (open.isOpen && sent < 100_000) {
      for (let burst = 0; burst < 50; burst++) open.sendBytes(Buffer.alloc(1024));
      expect(open.outboxBytes).toBeLessThanOrEqual(66 * 1024);
      sent += 50;
      await new Promise(setImmediate);
    }
    expect((await closed).reason).toBe("outbox-full");
  });

  it("sends heartbeats when it has nothing to say, and closes when nothing comes (RTE-09)", async () => {
    const { listener, closed } = await accepting({ heartbeatIntervalMs: 100, idleTimeoutMs: 600 });
    const socket = rawSocket(listener);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).subarray(0, 16)).toEqual(heartbeat);
    expect((await closed).reason).toBe("idle");
  });

  it("does not call idle whom it does not read", async () => {
    const { listener } = await accepting({ idleTimeoutMs: 600 });
    rawSocket(listener);
    await until(() => listener.connections.size === 1, "the first");
    const [unread] = [...listener.connections] as [PduLink];
    unread.pause();
    rawSocket(listener);
    await until(() => listener.accepted === 2 && listener.connections.size === 1, "the end of the second");
    expect([...listener.connections]).toEqual([unread]);
    unread.resume();
    await until(() => listener.connections.size === 0, "the end of the first");
  });

  it("delivers nothing after it was told to close", async () => {
    let seen = 0;
    const { listener, closed } = await accepting({}, (link) => {
      seen++;
      link.close();
    });
    rawSocket(listener).end(Buffer.concat([heartbeat, heartbeat, heartbeat]));
    await closed;
    expect(seen).toBe(1);
  });
});

describe("dial and listen", () => {
  it("says in one line that nobody listens", async () => {
    const { listener } = await accepting({});
    const { address } = listener;
    listener.close();
    const handler = { onPdu: () => {}, onClose: () => {} };
    const failure = await dial(address, { limits }, handler).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DialError);
    expect((failure as DialError).message).toBe(
      `cannot connect to 127.0.0.1:${address.port}: nobody listens there (ECONNREFUSED)`,
    );
  });

  it("says that a port is in use", async () => {
    const { listener } = await accepting({});
    const failure = await listen(listener.address, { limits }, () => ({ onPdu: () => {}, onClose: () => {} })).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ListenError);
    expect((failure as ListenError).message).toMatch(/port is in use/);
  });

  it("turns connections away beyond the limit", async () => {
    const { listener, link } = await accepting({ connectionsMax: 1 });
    rawSocket(listener);
    await link;
    const second = rawSocket(listener);
    for await (const _ of second) throw new Error("nothing is expected");
    expect(listener.refused).toBe(1);
    expect(listener.connections.size).toBe(1);
  });
});
