import { describe, expect, it } from "vitest";
import { type Pair, Pairing, type PendingRequest } from "../../../src/codec/analysis/pairing.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { hexId } from "../../../src/codec/registry.js";
import { ClientLink, seenPdus } from "../../helpers/seen-pdus.js";

describe("Pairing", () => {
  it("finds the answer to every request of the cluster that was answered, and names the others", async () => {
    const { pairs, unanswered } = await pairsOf("cluster-session.pcap");
    expect(unanswered.map(({ seq, commandId }) => `#${seq} ${hexId(commandId)}`)).toEqual([
      "#108 0x0103", // a second login of the connection (LGN-04)
      "#380 0x010a", // from a PC (LGN-14)
      "#655 0x0405", // a normal group (GRP-01)
      "#656 0x0405", // no group_type (FRM-12)
      "#802 0x0309", // no session_type (FRM-12)
      "#873 0x020c", // PRE-05: the original servers do not answer
      "#874 0x020c",
      "#891 0x0108", // from a PC (LGN-15)
    ]);
    const clients = pairs.filter(({ request }) => request.dir === "c2s");
    // Those that msg_server answers by itself: 0x0305, 0x0105, 0x010a twice, 0x0108.
    expect(
      clients
        .filter(({ hops }) => hops.length === 0)
        .map(({ request }) => hexId(request.commandId))
        .sort(),
    ).toEqual(["0x0105", "0x0108", "0x010a", "0x010a", "0x0305"]);
  });

  it("follows a message to db_proxy_server and back", async () => {
    const { pairs } = await pairsOf("cluster-session.pcap");
    const message = pairs.find(({ request }) => request.seq === 85);
    expect(message).toMatchObject({ responseSeq: 89, hops: [{ requestSeq: 86, responseSeq: 88 }] });
    expect(message?.latencyMs).toBeCloseTo(10.56, 2);
    expect(message?.hops[0]?.latencyMs).toBeCloseTo(10.257, 2);
  });

  it("tells requests with the same seq_num apart by what is attached", async () => {
    const { pairs } = await pairsOf("cluster-session.pcap");
    const shields = pairs.filter(({ request }) => request.commandId === CommandId.CID_OTHER_GET_SHIELD_REQ);
    expect(shields.map(({ request, responseSeq }) => [request.seq, responseSeq])).toEqual([
      [750, 754],
      [753, 755],
    ]);
  });

  it("gives up what waits for longer than its patience, and the oldest when too many wait", () => {
    const given: number[] = [];
    const pairing = new Pairing(({ seq }) => given.push(seq), { pendingMax: 2, patienceMs: 10 });
    const link = new ClientLink();
    for (let count = 1; count <= 4; count++) pairing.take(link.c2s(CommandId.CID_MSG_TIME_REQUEST, {}, count));
    expect(given).toEqual([1, 2]);
    for (let count = 5; count <= 14; count++) pairing.take(link.s2c(CommandId.CID_BUDDY_LIST_STATUS_NOTIFY, online));
    expect(given).toEqual([1, 2, 3]);
    expect([...pairing.waiting()].map(({ seq }) => seq)).toEqual([4]);
  });

  it("gives up the oldest of those that one answer could be for, so that no answer has long lists to look through", () => {
    const given: number[] = [];
    const pairing = new Pairing(({ seq }) => given.push(seq), { pendingMax: 100_000, patienceMs: 1e9 });
    const link = new ClientLink();
    for (let count = 1; count <= 1026; count++) pairing.take(link.c2s(CommandId.CID_MSG_TIME_REQUEST, {}, 7));
    expect(given).toEqual([1, 2]);
    const pair = pairing.take(link.s2c(CommandId.CID_MSG_TIME_RESPONSE, { server_time: 1 }, 7));
    expect(pair?.request.seq).toBe(3);
  });
});

const online = { user_stat: { user_id: 1, status: 1 } } as const;

async function pairsOf(name: "cluster-session.pcap"): Promise<{ pairs: Pair[]; unanswered: PendingRequest[] }> {
  const unanswered: PendingRequest[] = [];
  const pairing = new Pairing((request) => unanswered.push(request));
  const pairs = (await seenPdus(name)).flatMap((pdu) => pairing.take(pdu) ?? []);
  pairing.end();
  return { pairs, unanswered };
}
