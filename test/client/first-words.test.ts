import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { firstWords } from "../../src/client/first-words.js";
import type { Address } from "../../src/net/address.js";
import { nobodyAt, type Oddity, OddServer } from "../helpers/odd-server.js";

const started: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

/** Sends these bytes to whoever says something, and then keeps the connection, or closes it. */
async function answering(answer: Buffer, then: "waits" | "closes"): Promise<Address> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      if (then === "closes") socket.end(answer);
      else socket.write(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  started.push({ stop: () => [server.close(), ...[...sockets].map((socket) => socket.destroy())] });
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

const heartbeat = Buffer.from("00000010000100000007070100010000", "hex");
/** Longer than any test may take: an answer is seen when it comes. */
const LONG_MS = 600_000;

function ask(address: Address, answerTimeoutMs = LONG_MS, signal?: AbortSignal) {
  const limits = { connectTimeoutMs: LONG_MS, answerTimeoutMs };
  return firstWords(address, heartbeat, signal === undefined ? limits : { ...limits, signal });
}

describe("firstWords", () => {
  it.each([
    ["a heartbeat", "00000010000100000007070100010000"],
    ["the header of a PDU that goes on", "00000030000100000001010400010000"],
    ["a PDU but for its length", "00000000000100000007070100010000"],
    ["a PDU with a version of its own", "00000010000200000007070100010000"],
  ])("takes %s for a PDU", async (_, hex) => {
    expect(await ask(await answering(Buffer.from(hex, "hex"), "waits"))).toEqual({ kind: "pdu" });
  });

  it.each([
    ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "waits"],
    ["a TLS alert", Buffer.from("15030100020246", "hex"), "waits"],
    ["HTTP/2 settings", Buffer.from("000012040000000000000300000080000400010000", "hex"), "waits"],
    ["less than a length", Buffer.from("ok"), "closes"],
    ["the beginning of a header", Buffer.from("0000001000", "hex"), "closes"],
  ] as const)("takes %s for another protocol's", async (_, bytes, then) => {
    expect(await ask(await answering(bytes, then))).toEqual({ kind: "foreign", bytes });
  });

  it("keeps the beginning of a long answer", async () => {
    const words = await ask(await answering(Buffer.alloc(100_000, "x"), "waits"));
    expect(words).toEqual({ kind: "foreign", bytes: Buffer.alloc(64, "x") });
  });

  it.each<[Oddity, string]>([
    ["mute", "silent"],
    ["closing", "closed"],
  ])("says that nothing came from a %s port", async (oddity, kind) => {
    const odd = await OddServer.start(oddity);
    started.push(odd);
    expect(await ask(odd.address, 20)).toEqual({ kind });
  });

  it("ends its wait when it is told to", async () => {
    const odd = await OddServer.start("mute");
    started.push(odd);
    expect(await ask(odd.address, LONG_MS, AbortSignal.abort())).toEqual({ kind: "silent" });
  });

  it("throws when nobody listens", async () => {
    await expect(ask(await nobodyAt())).rejects.toThrow(/^cannot connect to 127\.0\.0\.1:\d+: nobody listens there/);
  });
});
