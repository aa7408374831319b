import { afterEach, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { framePdu } from "../../src/codec/pdu.js";
import { serverLimits } from "../../src/codec/pdu-header.js";
import { dial } from "../../src/net/dial.js";
import { listen } from "../../src/net/listen.js";
import type { PduLink } from "../../src/net/pdu-link.js";
import { roomIn } from "../../src/net/room-in.js";
import { until } from "../helpers/until.js";

const silent = { onPdu: () => {}, onClose: () => {} };
const cleanups: (() => unknown)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** A link that holds more than its peer, which does not read, lets it send. */
async function crowded(): Promise<{ link: PduLink; peer: PduLink }> {
  const options = { limits: serverLimits, outboxSizeMaxBytes: 1 << 30 };
  const listener = await listen({ host: "127.0.0.1", port: 0 }, options, () => silent);
  const link = await dial(listener.address, options, silent);
  await until(() => listener.connections.size === 1, "the peer");
  const [peer] = [...listener.connections] as [PduLink];
  cleanups.push(
    () => listener.close(),
    () => peer.destroy(),
    () => link.destroy(),
  );
  peer.pause();
  expect(roomIn(link)).toBeUndefined();
  link.sendBytes(framePdu(CommandId.CID_OTHER_HEARTBEAT, Buffer.alloc(48 << 20)));
  return { link, peer };
}

it("waits until the peer has read", async () => {
  const { link, peer } = await crowded();
  const room = roomIn(link);
  expect(room).toBeInstanceOf(Promise);
  peer.resume();
  await room;
  expect(roomIn(link)).toBeUndefined();
});

it("waits for nobody who is gone", async () => {
  const { link } = await crowded();
  const room = roomIn(link);
  link.destroy();
  await room;
});
