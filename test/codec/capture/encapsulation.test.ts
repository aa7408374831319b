import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CaptureEvent } from "../../../src/codec/capture/capture-event.js";
import { CaptureDecoder } from "../../../src/codec/capture/capture-pdus.js";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { pcap } from "../../helpers/capture-file.js";
import { eventLines, goldenCapture, ipOf, packetsOf, readCapture } from "../../helpers/captured-bytes.js";
import {
  ciscoHdlc,
  compressedPpp,
  geneve,
  gre,
  greOf,
  ipInIp,
  ipInIpv6,
  mpls,
  nflog,
  pktap,
  ppi,
  ppp,
  pppInHdlc,
  pppoe,
  pppoeOverEthernet,
  pseudowire,
  radiotap,
  udp,
  vxlan,
  wlan,
} from "../../helpers/encapsulated-bytes.js";
import { ethernet, ipv4, ipv6, linuxSll, tcp } from "../../helpers/packet-bytes.js";
import { hasTool, runTool } from "../../helpers/tool.js";

type Wrap = (ip: Buffer) => Buffer;

const erspan2 = "1001 0064 00000000";
const erspan3 = "2001 0064 00000000 00000000";
const hexBefore = (head: string, rest: Buffer): Buffer =>
  Buffer.concat([Buffer.from(head.replaceAll(" ", ""), "hex"), rest]);

/** Name, link type, what is around an IP packet, and what tshark must be told. */
const encapsulations: readonly [name: string, linkType: number, wrap: Wrap, options?: readonly string[]][] = [
  ["PPP", 9, ppp],
  ["PPP with a compressed protocol field", 9, compressedPpp],
  ["PPP in HDLC framing", 9, pppInHdlc],
  ["PPP in HDLC framing, by its own link type", 50, pppInHdlc],
  ["Cisco's HDLC", 104, ciscoHdlc],
  ["PPPoE without Ethernet", 51, pppoe],
  ["PPPoE over Ethernet", 1, pppoeOverEthernet],
  ["PPPoE in a VLAN", 1, (ip) => hexBefore("020000000001 020000000002 8100 0007 8864", pppoe(ip))],
  ["MPLS", 1, mpls],
  ["MPLS of three labels", 1, (ip) => mpls(ip, 3)],
  ["Ethernet over MPLS", 1, (ip) => pseudowire(ip, "00000000"), ["-d", "mpls.label==16,pwethcw"]],
  ["Ethernet over MPLS without control word", 1, (ip) => pseudowire(ip, ""), ["-d", "mpls.label==16,pwethnocw"]],
  ["MPLS over PPP", 9, (ip) => hexBefore("0281 00010140", ip)],
  ["GRE", 101, greOf],
  ["GRE with key and sequence number", 101, (ip) => gre(ip, "0800", 0x3)],
  ["GRE with checksum, key and sequence number", 101, (ip) => gre(ip, "0800", 0xb)],
  ["Ethernet over GRE", 101, (ip) => gre(ethernet(ip), "6558", 0x2)],
  ["ERSPAN I", 101, (ip) => gre(ethernet(ip), "88be", 0x0)],
  ["ERSPAN II", 101, (ip) => gre(hexBefore(erspan2, ethernet(ip)), "88be", 0x1)],
  ["ERSPAN III", 101, (ip) => gre(hexBefore(erspan3, ethernet(ip)), "22eb", 0x1)],
  ["IP in IP", 101, ipInIp],
  ["IP in IPv6", 101, ipInIpv6],
  ["VXLAN", 1, (ip) => ethernet(vxlan(ethernet(ip)))],
  ["VXLAN on Linux's older port", 1, (ip) => ethernet(vxlan(ethernet(ip), 8472)), ["-d", "udp.port==8472,vxlan"]],
  ["VXLAN with VLAN tags in and around it", 1, (ip) => ethernet(vxlan(ethernet(ip, "8100 0064")), "8100 0065")],
  ["GENEVE", 1, (ip) => ethernet(geneve(ethernet(ip), "6558"))],
  ["GENEVE with options", 1, (ip) => ethernet(geneve(ethernet(ip), "6558", "0102 80 01 00000007"))],
  ["IP in GENEVE", 1, (ip) => ethernet(geneve(ip, "0800"))],
  ["GRE in VXLAN", 1, (ip) => ethernet(vxlan(ethernet(greOf(ip))))],
  ["VXLAN over Linux SLL", 113, (ip) => linuxSll(vxlan(ethernet(ip)))],
  [
    "a VLAN tag over Linux SLL2",
    276,
    (ip) => hexBefore("8100 0000 00000001 0001 00 06 0000000000000000 0007 0800", ip),
  ],
  ["NFLOG of a little-endian machine", 239, (ip) => nflog(ip, false)],
  ["802.11", 105, wlan],
  ["802.11 from an access point, with QoS", 105, (ip) => wlan(ip, { control: "8802", more: "0000" })],
  ["802.11 between access points", 105, (ip) => wlan(ip, { control: "0803", more: "020000000004" })],
  ["802.11 with QoS and HT control", 105, (ip) => wlan(ip, { control: "8881", more: "0000 00000000" })],
  ["802.11 behind radiotap", 127, (ip) => radiotap(wlan(ip))],
  [
    "802.11 behind radiotap with times and flags",
    127,
    (ip) => radiotap(wlan(ip), "2f000000", "0102030405060708 00 02 6c09 a000 d3 00"),
  ],
  [
    "802.11 behind radiotap whose header is padded",
    127,
    (ip) =>
      radiotap(
        wlan(ip, { control: "8801", more: "0000 0000" }),
        "030000a0 20000000",
        "00000000 0102030405060708 20 d3",
      ),
  ],
  ["802.11 behind PPI", 192, (ip) => ppi(wlan(ip), 105)],
  ["Ethernet behind PKTAP", 258, (ip) => pktap(ethernet(ip), 1)],
];

describe.skipIf(!hasTool("tshark"))("a real session in other frames", () => {
  const folder = mkdtempSync(join(tmpdir(), "ttk-frames-"));
  const packets = packetsOf(goldenCapture("client-session.pcap"));
  let original: readonly string[];
  beforeAll(() => {
    original = payloadsOf(join(folder, "original"), pcap(packets), []);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(encapsulations)(
    "%s: the same PDUs, and tshark sees the same payload",
    async (_, linkType, wrap, options = []) => {
      const file = pcap(
        packets.map((packet) => ({ ...packet, bytes: wrap(ipOf(packet)) })),
        { linkType },
      );
      const read = await readCapture(file);
      expect(eventLines(read.events)).toEqual(eventLines((await readCapture(pcap(packets))).events));
      expect(read.totals.ignoredPackets).toBe(0);
      expect(payloadsOf(join(folder, "wrapped"), file, options)).toEqual(original);
    },
  );

  it("NFLOG of a big-endian machine: the same, in a file of its byte order", async () => {
    const file = pcap(
      packets.map((packet) => ({ ...packet, bytes: nflog(ipOf(packet), true) })),
      { linkType: 239, bigEndian: true },
    );
    const read = await readCapture(file);
    expect(eventLines(read.events)).toEqual(eventLines((await readCapture(pcap(packets))).events));
    expect(payloadsOf(join(folder, "wrapped"), file, [])).toEqual(original);
  });
});

const pdu = encodePdu(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: 7 }, { seqNum: 3 });
const segment = tcp({ from: 40_000, to: 8000, sequence: 1, flags: "P.", payload: pdu });
const read = [`c2s 0 ${pdu.toString("hex")}`];
const linesOf = async (linkType: number, ...frames: readonly Buffer[]): Promise<string[]> => {
  const packets = frames.map((bytes) => ({ bytes }));
  return eventLines((await readCapture(pcap(packets, { linkType }))).events);
};

describe("IPv6 packets", () => {
  it.each<[string, number, Buffer]>([
    ["PPP", 9, ppp(ipv6(segment))],
    ["PPPoE", 1, pppoeOverEthernet(ipv6(segment))],
    ["MPLS", 1, mpls(ipv6(segment))],
    ["GRE", 101, greOf(ipv6(segment))],
    ["IP in IP", 101, ipInIp(ipv6(segment))],
    ["IP in IPv6", 101, ipInIpv6(ipv6(segment))],
    ["VXLAN", 1, ethernet(vxlan(ethernet(ipv6(segment))))],
    ["NFLOG", 239, nflog(ipv6(segment), false)],
    ["802.11", 105, wlan(ipv6(segment))],
  ])("are read in %s", async (_, linkType, frame) => {
    expect(await linesOf(linkType, frame)).toEqual(read);
  });
});

describe("tunnels", () => {
  it("are followed as long as there are not too many in one another", async () => {
    const nested = (count: number): Buffer => (count === 0 ? ipv4(segment) : ipInIp(nested(count - 1)));
    expect(await linesOf(101, nested(4))).toEqual(read);
    expect(await linesOf(101, nested(5))).toEqual([]);
    expect(await linesOf(101, nested(1000))).toEqual([]);
  });

  it("end somewhere also where a frame is nothing but tags, labels and frames in frames", async () => {
    const tags = Buffer.concat([ethernet(Buffer.alloc(60)).subarray(0, 12), Buffer.alloc(65_000, "81000001", "hex")]);
    const labels = mpls(Buffer.alloc(0), 16_000);
    const frame = Buffer.from("0000000000000000000000008847 00000140 00000000".replaceAll(" ", ""), "hex");
    expect(await linesOf(1, tags, labels, Buffer.concat(Array.from({ length: 3000 }, () => frame)))).toEqual([]);
  });

  it("are put together from fragments", async () => {
    const whole = greOf(ipv4(segment));
    const [head, rest] = [whole.subarray(20, 44), whole.subarray(44)];
    const fragment = { protocol: 47, identification: 9 };
    const fragments = [
      ipv4(rest, { ...fragment, fragmentOffset: head.length }),
      ipv4(head, { ...fragment, moreFragments: true }),
    ];
    expect(await linesOf(101, ...fragments)).toEqual(read);
  });

  it("are not looked for in other UDP, nor in its fragments", async () => {
    const other = udp(Buffer.concat([Buffer.from("0800000000002a00", "hex"), ethernet(ipv4(segment))]), 4788);
    const fragment = ipv4(Buffer.alloc(24), { protocol: 17, moreFragments: true });
    const { events, totals } = await readCapture(
      pcap(
        [other, fragment].map((bytes) => ({ bytes })),
        { linkType: 101 },
      ),
    );
    expect(eventLines(events)).toEqual([]);
    expect(totals.ignoredPackets).toBe(2);
  });
});

describe("what is not read, although it may hold PDUs", () => {
  const encrypted = wlan(ipv4(segment), { control: "0841", more: "1122334455667788" });
  const aggregate = wlan(ipv4(segment), { control: "8801", more: "8000 020000000001020000000002 0064" });
  const beacon = wlan(ipv4(segment), { control: "8000" });
  const esp = ipv4(Buffer.alloc(64), { protocol: 50 });

  it.each<[string, number, readonly Buffer[], string[]]>([
    ["another link type", 147, [esp], ["packet 1 is not read: link type 147 (USER0)"]],
    ["a link type without a name", 300, [esp, esp], ["2 packets, from packet 1 on, are not read: link type 300"]],
    [
      "encrypted 802.11",
      105,
      [beacon, encrypted, encrypted],
      ["2 packets, from packet 2 on, are not read: 802.11 frames, encrypted (airdecap-ng decrypts them)"],
    ],
    [
      "802.11 that aggregates packets",
      127,
      [radiotap(aggregate), radiotap(encrypted)],
      [
        "packet 1 is not read: 802.11 frames of several packets each (A-MSDU)",
        "packet 2 is not read: 802.11 frames, encrypted (airdecap-ng decrypts them)",
      ],
    ],
    [
      "IPsec",
      101,
      [esp, ipv6(Buffer.alloc(64), [[50, Buffer.alloc(8)]])],
      ["2 packets, from packet 1 on, are not read: encrypted by IPsec (ESP)"],
    ],
  ])("is said with how often it was met: %s", async (_, linkType, frames, problems) => {
    expect(await linesOf(linkType, ...frames)).toEqual(problems.map((problem) => `file 0: ${problem}`));
  });

  it("is read where the mark of encryption was left although it was decrypted", async () => {
    expect(await linesOf(105, wlan(ipv4(segment), { control: "0841" }))).toEqual(read);
  });

  it("is said as soon as a capture that is still being written pauses, and once", () => {
    const events: CaptureEvent[] = [];
    const decoder = new CaptureDecoder((event) => events.push(event));
    const packet = { linkType: 147, seconds: 1, nanos: 0, bytes: esp };
    decoder.onPacket({ ...packet, number: 1 });
    decoder.pause();
    expect(eventLines(events)).toEqual(["file 0: packet 1 is not read: link type 147 (USER0)"]);
    decoder.onPacket({ ...packet, number: 2 });
    decoder.end();
    expect(events).toHaveLength(1);
  });
});

describe("frames that are cut or damaged", () => {
  const frames = encapsulations.map(([, linkType, wrap]) => ({ linkType, bytes: wrap(ipv4(segment)) }));

  it("at any length end in a count, never in an exception or in bytes that were not sent", async () => {
    for (const { linkType, bytes } of frames) {
      const cuts = Array.from({ length: bytes.length }, (_, length) => ({ bytes: bytes.subarray(0, length) }));
      const { events, totals } = await readCapture(pcap(cuts, { linkType }));
      expect(totals.packets).toBe(bytes.length);
      expect(events.filter((event) => event.kind === "file-problem")).toEqual([]);
      expect(events.filter((event) => event.kind === "pdu" && !event.bytes.equals(pdu))).toEqual([]);
    }
  });

  it("anywhere end in events, never in an exception", async () => {
    const damage = fc.array(fc.tuple(fc.nat(140), fc.nat(255)), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...frames), damage, async ({ linkType, bytes }, edits) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of edits) if (at < damaged.length) damaged[at] = value;
        await readCapture(pcap([{ bytes: damaged }], { linkType }));
      }),
      { numRuns: 500 },
    );
  });
});

function payloadsOf(path: string, file: Buffer, options: readonly string[]): string[] {
  writeFileSync(path, file);
  const fields = ["-T", "fields", "-e", "tcp.payload"];
  const lines = runTool("tshark", ["-r", path, ...options, "-Y", "tcp.len > 0", ...fields])
    .trim()
    .split("\n");
  expect(lines.length).toBeGreaterThan(20);
  return lines;
}
