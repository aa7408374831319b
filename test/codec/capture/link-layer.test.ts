import { describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { pcap } from "../../helpers/capture-file.js";
import { eventLines, readCapture } from "../../helpers/captured-bytes.js";
import { ethernet, ipv4, ipv6, linuxSll, linuxSll2, loopback, tcp } from "../../helpers/packet-bytes.js";

const pdu = encodePdu(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 7 }, { seqNum: 3 });
const segment = tcp({ from: 40_000, to: 8000, sequence: 1, flags: "P.", payload: pdu });
const read = [`c2s 0 ${pdu.toString("hex")}`];

describe("link types", () => {
  const v4 = ipv4(segment);
  const v6 = ipv6(segment);
  it.each<[string, number, Buffer]>([
    ["Ethernet", 1, ethernet(v4)],
    ["Ethernet, IPv6", 1, ethernet(v6)],
    ["Ethernet with a VLAN tag", 1, ethernet(v4, "8100 0064")],
    ["Ethernet with QinQ", 1, ethernet(v4, "88a8 0064 8100 0065")],
    ["Ethernet with older QinQ", 1, ethernet(v6, "9100 0064 8100 0065")],
    ["Linux SLL", 113, linuxSll(v4)],
    ["Linux SLL, IPv6", 113, linuxSll(v6)],
    ["Linux SLL2", 276, linuxSll2(v4)],
    ["Linux SLL2, IPv6", 276, linuxSll2(v6)],
    ["raw IP", 101, v4],
    ["raw IP, IPv6", 101, v6],
    ["raw IP as OpenBSD numbers it", 14, v4],
    ["raw IP as other BSDs number it", 12, v4],
    ["IPv4 alone", 228, v4],
    ["IPv6 alone", 229, v6],
    ["BSD loopback of a little-endian machine", 0, loopback(v4, 2, false)],
    ["BSD loopback of a big-endian machine", 0, loopback(v4, 2, true)],
    ["macOS loopback, IPv6", 0, loopback(v6, 30, false)],
    ["FreeBSD loopback, IPv6", 0, loopback(v6, 28, false)],
    ["OpenBSD loopback", 108, loopback(v4, 2, true)],
    ["OpenBSD loopback, IPv6", 108, loopback(v6, 24, true)],
  ])("%s", async (_, linkType, frame) => {
    const { events, totals } = await readCapture(pcap([{ bytes: frame }], { linkType }));
    expect(eventLines(events)).toEqual(read);
    expect(totals).toEqual({ packets: 1, ignoredPackets: 0, connections: 1, pdus: 1 });
  });

  it("does not take an Ethernet frame's padding for payload", async () => {
    const handshake = ethernet(ipv4(tcp({ from: 40_000, to: 8000, sequence: 0, flags: "S" })));
    const { events } = await readCapture(pcap([{ bytes: handshake }, { bytes: ethernet(v4) }]));
    expect(eventLines(events)).toEqual(read);
  });

  it("reads packets whose length field segmentation offload left at 0", async () => {
    const { events } = await readCapture(pcap([{ bytes: ipv4(segment, { totalLength: 0 }) }], { linkType: 101 }));
    expect(eventLines(events)).toEqual(read);
  });

  it("reads IPv4 options", async () => {
    const frame = ipv4(segment, { options: Buffer.from("01010101", "hex") });
    expect(eventLines((await readCapture(pcap([{ bytes: frame }], { linkType: 101 }))).events)).toEqual(read);
  });

  it("says once which link type it does not read", async () => {
    const { events, totals } = await readCapture(pcap([{ bytes: v4 }, { bytes: v4 }], { linkType: 147 }));
    expect(eventLines(events)).toEqual(["file 0: 2 packets, from packet 1 on, are not read: link type 147 (USER0)"]);
    expect(totals.ignoredPackets).toBe(2);
  });

  it("passes over ARP, UDP, LLDP and frames that end early", async () => {
    const arp = Buffer.concat([Buffer.alloc(12), Buffer.from("0806", "hex"), Buffer.alloc(46)]);
    const udp = ethernet(ipv4(Buffer.alloc(30), { protocol: 17 }));
    const lldp = Buffer.concat([Buffer.alloc(12), Buffer.from("88cc", "hex"), Buffer.alloc(46)]);
    const cut = Array.from({ length: 50 }, (_, length) => ethernet(v4).subarray(0, length));
    const packets = [arp, udp, lldp, ...cut].map((bytes) => ({ bytes }));
    const { events, totals } = await readCapture(pcap([...packets, { bytes: ethernet(v4) }]));
    expect(eventLines(events)).toEqual(read);
    expect(totals.ignoredPackets).toBe(packets.length);
  });
});

describe("IPv6 extension headers", () => {
  const options = Buffer.from("0000010400000000", "hex");
  const authentication = Buffer.concat([Buffer.from("00040000", "hex"), Buffer.alloc(20)]);
  const wholeFragment = Buffer.alloc(8);

  it.each<[string, readonly (readonly [number, Buffer])[]]>([
    ["hop-by-hop options", [[0, options]]],
    [
      "destination options and routing",
      [
        [60, options],
        [43, options],
      ],
    ],
    ["authentication", [[51, authentication]]],
    ["a fragment header on a whole datagram", [[44, wholeFragment]]],
    [
      "several",
      [
        [0, options],
        [44, wholeFragment],
        [51, authentication],
        [60, options],
      ],
    ],
  ])("%s", async (_, headers) => {
    const { events } = await readCapture(pcap([{ bytes: ipv6(segment, headers) }], { linkType: 101 }));
    expect(eventLines(events)).toEqual(read);
  });

  it("end somewhere, however long the chain", async () => {
    const headers = Array.from({ length: 100 }, () => [60, options] as const);
    const { events, totals } = await readCapture(pcap([{ bytes: ipv6(segment, headers) }], { linkType: 101 }));
    expect([events.length, totals.ignoredPackets]).toEqual([0, 1]);
  });
});

describe("fragments", () => {
  const pieces = [0, 16, 40].map((at, index, all) => ({
    at,
    bytes: segment.subarray(at, all[index + 1] ?? segment.length),
  }));
  const v4 = pieces.map(({ at, bytes }, index) =>
    ipv4(bytes, { identification: 9, fragmentOffset: at, moreFragments: index < pieces.length - 1 }),
  );
  const v6 = pieces.map(({ at, bytes }, index) => {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(at | (index < pieces.length - 1 ? 1 : 0), 2);
    header.writeUInt32BE(77, 4);
    return ipv6(bytes, [[44, header]]);
  });

  it.each<[string, readonly Buffer[]]>([
    ["in order", v4],
    ["in reverse", v4.toReversed()],
    ["each twice", v4.flatMap((fragment) => [fragment, fragment]).slice(0, -1)],
    ["in order, IPv6", v6],
    ["in reverse, IPv6", v6.toReversed()],
  ])("are put together: %s", async (_, fragments) => {
    const { events } = await readCapture(
      pcap(
        fragments.map((bytes) => ({ bytes })),
        { linkType: 101 },
      ),
    );
    expect(eventLines(events)).toEqual(read);
  });

  it("of different datagrams stay apart", async () => {
    const other = pieces.map(({ at, bytes }, index) =>
      ipv4(bytes, { identification: 10, fragmentOffset: at, moreFragments: index < 2, from: "10.0.0.9" }),
    );
    const mixed = v4.flatMap((fragment, index) => [fragment, other[index] as Buffer]);
    const { totals } = await readCapture(
      pcap(
        mixed.map((bytes) => ({ bytes })),
        { linkType: 101 },
      ),
    );
    expect([totals.pdus, totals.connections]).toEqual([2, 2]);
  });

  const overlapping = [
    [0, 24],
    [16, 48],
    [8, segment.length],
  ] as const;
  const overlaps = overlapping.map(([at, end], index) =>
    ipv4(segment.subarray(at, end), { identification: 9, fragmentOffset: at, moreFragments: index < 2 }),
  );

  it.each<[string, readonly Buffer[]]>([
    ["overlapping", overlaps],
    ["overlapping, in reverse", overlaps.toReversed()],
    ["all of them again behind the whole", [...v4, ...v4.slice(0, -1)]],
  ])("are put together: %s", async (_, fragments) => {
    const packets = fragments.map((bytes) => ({ bytes }));
    expect(eventLines((await readCapture(pcap(packets, { linkType: 101 }))).events)).toEqual(read);
  });

  it.each<[string, readonly { bytes: Buffer; seconds?: number }[]]>([
    ["the first is missing", v4.slice(1).map((bytes) => ({ bytes }))],
    ["the last is missing", v6.slice(0, -1).map((bytes) => ({ bytes }))],
    [
      "one was cut by the snap length",
      v4.map((bytes, index) => ({ bytes: index === 1 ? bytes.subarray(0, 30) : bytes })),
    ],
    ["the rest comes after a minute", v4.map((bytes, index) => ({ bytes, seconds: index < 2 ? 100 : 160 }))],
  ])("are said to be incomplete where %s", async (_, packets) => {
    const { events } = await readCapture(pcap(packets, { linkType: 101 }));
    expect(eventLines(events)).toEqual([
      expect.stringMatching(
        /^file 0: (1 IP datagram lacks|2 IP datagrams lack) fragments: what came of (it|them) is left out$/,
      ),
    ]);
  });

  it("that never come together cost no more than a bounded memory and are counted", async () => {
    const firsts = Array.from({ length: 5000 }, (_, identification) =>
      ipv4(Buffer.alloc(8000), { identification, moreFragments: true }),
    );
    const { events, totals } = await readCapture(
      pcap(
        firsts.map((bytes) => ({ bytes })),
        { linkType: 101 },
      ),
    );
    expect(eventLines(events)).toEqual(["file 0: 5000 IP datagrams lack fragments: what came of them is left out"]);
    expect(totals.ignoredPackets).toBe(5000);
  });
});
