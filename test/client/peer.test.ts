import { afterEach, describe, expect, it } from "vitest";
import { PduPeer } from "../../src/client/peer.js";
import { OddServer } from "../helpers/odd-server.js";

const servers: OddServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function dialled(oddity: Parameters<typeof OddServer.start>[0]): Promise<PduPeer> {
  const server = await OddServer.start(oddity);
  servers.push(server);
  return PduPeer.dial(server.address, { label: "phone" });
}

describe("PduPeer.expectClosed", () => {
  it("takes a close of the server's", async () => {
    const peer = await dialled("closing");
    expect(await peer.expectClosed()).toBeGreaterThanOrEqual(0);
    expect(await peer.expectClosed()).toBe(0);
  });

  /** The original msg_server echoes a heartbeat of length 4 as four bytes (FRM-05). */
  it("does not take its own close, for what no client can read, for the server's", async () => {
    const peer = await dialled("echoing");
    peer.sendHex("00000004 0001 0000 0007 0701 0009 0000");
    const itsOwn =
      /the server closes phone; got it sent what closes any client: protocol-error: length field is smaller/;
    await expect(peer.expectClosed()).rejects.toThrow(itsOwn);
    await expect(peer.expectClosed()).rejects.toThrow(itsOwn);
  });
});
