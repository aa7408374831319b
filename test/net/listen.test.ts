import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { clientLimits } from "../../src/codec/pdu-header.js";
import { type ListenOptions, listen, type PduListener } from "../../src/net/listen.js";
import { hex } from "../helpers/hex.js";
import { ServerPeer } from "../helpers/server-peer.js";

let listener: PduListener | undefined;
afterEach(() => {
  for (const link of listener?.connections ?? []) link.destroy();
  listener?.close();
});

async function start(options: Partial<ListenOptions>, alsoOn?: readonly string[]): Promise<PduListener> {
  const at = { host: "127.0.0.1", port: 0, ...(alsoOn === undefined ? {} : { alsoOn }) };
  listener = await listen(at, { limits: clientLimits, ...options }, () => ({
    onPdu: (link, bytes, from, to) => link.sendBytes(bytes, from, to),
    onClose: () => {},
  }));
  return listener;
}

it("listens at each of several hosts, at one port, within one limit", async () => {
  const { address } = await start({ connectionsMax: 2 }, ["127.0.0.2"]);
  expect(address).toEqual({ host: "127.0.0.1", port: address.port, alsoOn: ["127.0.0.2"] });
  for (const host of ["127.0.0.1", "127.0.0.2"]) {
    const peer = await ServerPeer.dial({ host, port: address.port });
    peer.send(CommandId.CID_MSG_TIME_RESPONSE, { server_time: 7 }, 3);
    await peer.expect(CommandId.CID_MSG_TIME_RESPONSE, 3);
  }
  await (await ServerPeer.dial({ host: "127.0.0.2", port: address.port })).untilClosed();
  expect(listener).toMatchObject({ accepted: 2, refused: 1 });
});

it("listens nowhere when it cannot at one of them", async () => {
  const taken = await start({}, ["127.0.0.2"]);
  const { port } = taken.address;
  const options = { limits: clientLimits };
  const failing = listen({ host: "127.0.0.3", port, alsoOn: ["127.0.0.2"] }, options, () => {
    throw new Error("nobody comes");
  });
  await expect(failing).rejects.toThrow(`cannot listen on 127.0.0.2:${port}: the port is in use`);
  const refusal = new Promise((resolve) => connect({ host: "127.0.0.3", port }).on("error", resolve));
  expect(await refusal).toMatchObject({ code: "ECONNREFUSED" });
});

it("turns away, and counts, connections beyond so many in a second", async () => {
  const { address } = await start({ connectionsPerSecondMax: 2 });
  // Nine in at most two seconds of the clock: at least one second saw more than two.
  const peers = await Promise.all(Array.from({ length: 9 }, () => ServerPeer.dial(address)));
  await Promise.race(peers.map((peer) => peer.untilClosed()));
  expect(listener?.overRate).toBeGreaterThan(0);
  for (const peer of peers) peer.link.destroy();
});

it("counts what it sent by command, and what links carried that are gone (OBS-02)", async () => {
  const { address } = await start({});
  const peer = await ServerPeer.dial(address);
  peer.send(CommandId.CID_MSG_TIME_RESPONSE, { server_time: 7 }, 3);
  await peer.expect(CommandId.CID_MSG_TIME_RESPONSE, 3);
  expect([...(listener?.sent.entries() ?? [])]).toEqual([[CommandId.CID_MSG_TIME_RESPONSE, 1]]);
  expect(listener?.gone.pdusIn).toBe(0);
  peer.link.sendBytes(hex("00000000 0001"));
  await peer.untilClosed();
  expect(listener?.gone).toMatchObject({ pdusIn: 1, pdusOut: 1, bytesIn: 18 + 6 });
  expect(listener?.brokeProtocol).toBe(1);
  expect(listener?.accepted).toBe(1);
});
