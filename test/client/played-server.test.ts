import { afterEach, describe, expect, it } from "vitest";
import { PduPeer } from "../../src/client/peer.js";
import { PlayedServer } from "../../src/client/played-server.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import type { Address } from "../../src/net/address.js";

const started: PlayedServer[] = [];
const dialled: PduPeer[] = [];
afterEach(async () => {
  for (const peer of dialled.splice(0)) await peer.close();
  for (const server of started.splice(0)) server.stop();
});

async function played(ports = 1): Promise<PlayedServer> {
  const addresses = Array.from({ length: ports }, () => ({ host: "127.0.0.1", port: 0 }));
  const server = await PlayedServer.listen(addresses, { name: "db_proxy_server", answerTimeoutMs: 5000 });
  started.push(server);
  return server;
}

async function link(server: PlayedServer, port = 0): Promise<PduPeer> {
  const peer = await PduPeer.dial(server.addresses[port] as Address);
  dialled.push(peer);
  return peer;
}

describe("PlayedServer", () => {
  it("takes what comes over any of its links, and answers on the same one", async () => {
    const server = await played(2);
    const [, two] = [await link(server), await link(server, 1)];
    const seqNum = two.send(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 7 });
    const asked = await server.expect(CommandId.CID_MSG_UNREAD_CNT_REQUEST, ({ user_id }) => user_id === 7);
    const answer = { user_id: 7, total_cnt: 0, unreadinfo_list: [] };
    asked.link.send(CommandId.CID_MSG_UNREAD_CNT_RESPONSE, answer, { seqNum: asked.seqNum });
    await two.expectAnswer(CommandId.CID_MSG_UNREAD_CNT_REQUEST, seqNum);
  });

  it("keeps heartbeats out of the inbox, and counts them for each link", async () => {
    const server = await played();
    const peer = await link(server);
    peer.send(CommandId.CID_OTHER_HEARTBEAT, {});
    peer.send(CommandId.CID_OTHER_ROLE_SET, { master: 1 });
    await server.expect(CommandId.CID_OTHER_ROLE_SET);
    expect(server.inbox).toEqual([]);
    expect(server.links.map(({ heartbeats }) => heartbeats)).toEqual([1]);
  });

  it("goes away and comes back at the same port", async () => {
    const server = await played();
    const peer = await link(server);
    expect(await server.hasLinks(1, 5000)).toBe(true);
    server.goAway();
    await peer.expectClosed();
    await expect(PduPeer.dial(server.addresses[0] as Address)).rejects.toThrow("ECONNREFUSED");
    await server.comeBack();
    await link(server);
    await server.expectLinks(1, 5000);
  });

  it("says how many links are missing", async () => {
    const server = await played();
    await expect(server.expectLinks(1, 1)).rejects.toThrow(
      "expected 1 link to the db_proxy_server within 1 ms; got 0 open",
    );
  });

  it("notes what breaks the schema, and forgets it when the next case begins", async () => {
    const server = await played();
    const peer = await link(server);
    peer.sendFramed(CommandId.CID_OTHER_ROLE_SET, Buffer.alloc(0));
    peer.send(CommandId.CID_OTHER_ROLE_SET, { master: 1 });
    await expect(server.expect(CommandId.CID_OTHER_ROLE_SET)).rejects.toThrow("breaks the schema");
    expect(server.malformed).toHaveLength(1);
    server.begin(server.trace);
    expect(server.malformed).toEqual([]);
  });

  it("answers by itself what it is told to answer always", async () => {
    const server = await played();
    server.alwaysAnswer(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, ({ link: from, seqNum }) =>
      from.send(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, { ip_addr_list: [] }, { seqNum }),
    );
    const peer = await link(server);
    const asked = peer.send(CommandId.CID_OTHER_FILE_SERVER_IP_REQ, {});
    await peer.expect(CommandId.CID_OTHER_FILE_SERVER_IP_RSP, (_, { seqNum }) => seqNum === asked);
  });
});
