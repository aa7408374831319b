import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { encodePdu } from "../../../src/codec/pdu.js";
import { PcapngBlocks, pcap } from "../../helpers/capture-file.js";
import { eventLines, goldenCapture, readCapture } from "../../helpers/captured-bytes.js";
import { ethernet, ipv4, linuxSll, tcp } from "../../helpers/packet-bytes.js";

const pdus = [1, 2, 3, 4].map((user_id) =>
  encodePdu(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id }, { seqNum: user_id }),
);
const ips = pdus.map((payload, index) =>
  ipv4(tcp({ from: 40_000, to: 8000, sequence: 1 + index * 18, flags: "P.", payload })),
);
const frames = ips.map((ip) => ethernet(ip));
const lines = pdus.map((pdu, index) => `c2s ${index * 18} ${pdu.toString("hex")}`);
const [first, second, third, fourth] = frames as [Buffer, Buffer, Buffer, Buffer];
const seconds = 1_763_918_716;

describe("classic pcap", () => {
  const packets = frames.map((bytes, index) => ({ bytes, seconds, nanos: 123_456_789 + index * 1000 }));

  it.each([
    ["microseconds, little-endian", { bigEndian: false, nanoseconds: false }, "123456000"],
    ["microseconds, big-endian", { bigEndian: true, nanoseconds: false }, "123456000"],
    ["modified, little-endian", { bigEndian: false, modified: true }, "123456000"],
    ["modified, big-endian", { bigEndian: true, modified: true }, "123456000"],
    ["nanoseconds, little-endian", { bigEndian: false, nanoseconds: true }, "123456789"],
    ["nanoseconds, big-endian", { bigEndian: true, nanoseconds: true }, "123456789"],
  ])("%s", async (_, options, nanos) => {
    for (const chunkSize of [1, 7, 65_536]) {
      const { events } = await readCapture(pcap(packets, options), { chunkSize });
      expect(eventLines(events)).toEqual(lines);
      expect(timesOf(events)[0]).toBe(`${seconds}${nanos}`);
    }
  });

  it("keeps the link type apart from the frame check sequence's length above it", async () => {
    const { events } = await readCapture(pcap(packets, { linkType: 0x5400_0001 }));
    expect(eventLines(events)).toEqual(lines);
  });

  it("says where the file ends inside a packet, and gives the packets before", async () => {
    const file = pcap(packets);
    const { events } = await readCapture(file.subarray(0, -10));
    const lastAt = file.length - fourth.length - 16;
    expect(eventLines(events)).toEqual([
      `file ${lastAt}: the file ends inside a packet: ${fourth.length + 16 - 10} bytes of it are there`,
      ...lines.slice(0, 3),
    ]);
  });

  it("says where the file ends inside its own header", async () => {
    const { events } = await readCapture(pcap([]).subarray(0, 20));
    expect(eventLines(events)).toEqual(["file 0: the file ends inside its 24-byte header"]);
  });

  it("stops at a length that no packet has", async () => {
    const file = pcap(packets);
    const at = 24 + 16 + first.length;
    file.writeUInt32LE(0x7fff_ffff, at + 8);
    const { events } = await readCapture(file);
    expect(eventLines(events)[0]).toMatch(new RegExp(`^file ${at}: a packet claims 2147483647 captured bytes`));
    expect(eventLines(events).slice(1)).toEqual(lines.slice(0, 1));
  });
});

describe("classic captures that cat put together", () => {
  it("are read up to where the second one begins, which is named", async () => {
    const file = goldenCapture("client-session.pcap");
    const { events, totals } = await readCapture(Buffer.concat([file, file]));
    expect(totals).toEqual((await readCapture(file)).totals);
    expect(eventLines(events)).toContain(
      `file ${file.length}: another capture begins here, and is not read: mergecap joins captures, not cat`,
    );
  });
});

describe("gzip", () => {
  it("is unpacked, also when it is cut or broken: what came before counts", async () => {
    const file = goldenCapture("cluster-session.pcap");
    const packed = gzipSync(file);
    const whole = await readCapture(packed, { chunkSize: 1000 });
    expect(whole.totals.pdus).toBe(1135);
    const cut = await readCapture(packed.subarray(0, packed.length >> 1));
    expect(eventLines(cut.events).some((line) => line.includes("the gzip file is broken or cut off"))).toBe(true);
    expect(cut.totals.pdus).toBeGreaterThan(100);
    const broken = Buffer.from(packed).fill(0xff, packed.length >> 1, (packed.length >> 1) + 50);
    expect((await readCapture(broken)).totals.pdus).toBeGreaterThan(100);
  });

  it.each<[string, Buffer]>([
    ["other bytes", Buffer.from("trailing garbage")],
    ["what begins as gzip does", Buffer.from("1f8b6761726265", "hex")],
  ])("gives everything of a small file that ends in %s, and says so", async (_, tail) => {
    const file = goldenCapture("client-session.pcap");
    const { events, totals } = await readCapture(Buffer.concat([gzipSync(file), tail]));
    expect(totals.pdus).toBe((await readCapture(file)).totals.pdus);
    expect(eventLines(events).filter((line) => line.includes("the gzip file is broken or cut off"))).toHaveLength(1);
  });
});

describe("every kind of file", () => {
  const seen = frames.map((bytes) => ({ bytes, seconds }));
  const kinds = [false, true].flatMap((bigEndian) => {
    const blocks = new PcapngBlocks(bigEndian);
    const head = [blocks.section(), blocks.interface(1)];
    const order = bigEndian ? "big-endian" : "little-endian";
    const enhanced = frames.map((frame, index) => blocks.enhanced(0, BigInt(index), frame));
    return [
      { name: `pcap, ${order}`, file: pcap(seen, { bigEndian }) },
      { name: `nanosecond pcap, ${order}`, file: pcap(seen, { bigEndian, nanoseconds: true }) },
      { name: `modified pcap, ${order}`, file: pcap(seen, { bigEndian, modified: true }) },
      { name: `pcapng, ${order}`, file: Buffer.concat([...head, ...enhanced]) },
      {
        name: `pcapng of simple packets, ${order}`,
        file: Buffer.concat([...head, ...frames.map((frame) => blocks.simple(frame))]),
      },
    ];
  });

  it.each(kinds)("$name: is read through gzip, also of several members", async ({ file }) => {
    const [half, rest] = [file.subarray(0, file.length >> 1), file.subarray(file.length >> 1)];
    expect(eventLines((await readCapture(gzipSync(file), { chunkSize: 50 })).events)).toEqual(lines);
    const members = Buffer.concat([gzipSync(half), gzipSync(rest)]);
    expect(eventLines((await readCapture(members)).events)).toEqual(lines);
  });

  it.each(kinds)("$name: says where it is cut, and gives what is before", async ({ file }) => {
    const { events } = await readCapture(file.subarray(0, -10));
    expect(eventLines(events)).toEqual([
      expect.stringMatching(/^file \d+: the file ends inside a/),
      ...lines.slice(0, 3),
    ]);
  });

  it.each(kinds)("$name: says that there is garbage behind the last packet", async ({ file }) => {
    for (const garbage of [Buffer.from("END\n!"), Buffer.alloc(100, 0xff), Buffer.from("<html>".repeat(9))]) {
      const { events } = await readCapture(Buffer.concat([file, garbage]));
      expect(eventLines(events)).toEqual([expect.stringMatching(new RegExp(`^file ${file.length}: `)), ...lines]);
    }
  });
});

describe("lengths that lie", () => {
  const around = (bytes: Buffer) => [first, bytes, third, fourth].map((frame) => ({ bytes: frame }));

  it("of a record cost what is behind it, and are named", async () => {
    const file = pcap(around(second));
    const at = 24 + 16 + first.length;
    file.writeUInt32LE(second.length + 5, at + 8);
    expect(eventLines((await readCapture(file)).events)).toContainEqual(
      expect.stringMatching(/^file \d+: a packet claims/),
    );
  });

  it("of an IP packet that claims more than the frame has are bytes that the capture lacks", async () => {
    const lying = Buffer.from(second);
    lying.writeUInt16BE(lying.readUInt16BE(16) + 18, 16);
    const { events } = await readCapture(pcap(around(lying)));
    expect(eventLines(events)).toEqual([...lines.slice(0, 2), "c2s 36 skipped 18 snap-length", ...lines.slice(3)]);
  });
});

describe.each([
  ["little-endian", false],
  ["big-endian", true],
])("pcapng, %s", (_, bigEndian) => {
  const blocks = new PcapngBlocks(bigEndian);
  const micros = BigInt(seconds) * 1_000_000n;

  it("reads enhanced packets with options, between names, statistics and unknown blocks", async () => {
    const file = Buffer.concat([
      blocks.section(),
      blocks.interface(1),
      blocks.nameResolution(),
      ...frames.map((frame, index) => blocks.enhanced(0, micros + BigInt(index), frame)),
      blocks.block(5, Buffer.alloc(16)),
      blocks.block(0x0bad, Buffer.alloc(400)),
    ]);
    for (const chunkSize of [1, 13, 65_536]) {
      const { events } = await readCapture(file, { chunkSize });
      expect(eventLines(events)).toEqual(lines);
      expect(timesOf(events)[3]).toBe(`${seconds}000003000`);
    }
  });

  it("reads several interfaces, each with its link type, resolution and offset, in order of time", async () => {
    const file = Buffer.concat([
      blocks.section(),
      blocks.interface(1, { resolution: 9 }),
      blocks.interface(113),
      blocks.interface(101, { resolution: 0x80 | 20 }),
      blocks.interface(1, { resolution: 3, offsetSeconds: BigInt(seconds) - 10n }),
      blocks.enhanced(3, 10_004n, fourth),
      blocks.enhanced(2, (BigInt(seconds) << 20n) + 3146n, ips[2] as Buffer),
      blocks.enhanced(1, micros + 2000n, linuxSll(ips[1] as Buffer)),
      blocks.enhanced(0, BigInt(seconds) * 1_000_000_000n + 1_000_007n, first),
    ]);
    const { events } = await readCapture(file);
    expect(eventLines(events)).toEqual(lines);
    expect(timesOf(events)).toEqual([
      `${seconds}001000007`,
      `${seconds}002000000`,
      `${seconds}003000259`,
      `${seconds}004000000`,
    ]);
  });

  it("reads simple packets, which have no time, and obsolete ones", async () => {
    const file = Buffer.concat([
      blocks.section(),
      blocks.interface(1),
      blocks.simple(first),
      blocks.simple(second),
      blocks.obsolete(0, micros, third),
      blocks.simple(fourth),
    ]);
    const { events } = await readCapture(file);
    expect(eventLines(events)).toEqual(lines);
    expect(timesOf(events)).toEqual(["", "", `${seconds}000000000`, ""]);
  });

  it("takes a simple packet's size from the interface's limit", async () => {
    const file = Buffer.concat([blocks.section(), blocks.interface(1, { snapLength: 60 }), blocks.simple(first, 60)]);
    expect(eventLines((await readCapture(file)).events)[0]).toBe("c2s 0 skipped 18 mid-stream");
  });

  it("begins interfaces anew in each section, whatever its byte order", async () => {
    const other = new PcapngBlocks(!bigEndian);
    const file = Buffer.concat([
      blocks.section(),
      blocks.interface(1),
      blocks.enhanced(0, micros, first),
      other.section(),
      other.interface(113),
      other.enhanced(0, micros + 1n, linuxSll(ips[1] as Buffer)),
      blocks.section(),
      blocks.interface(1),
      blocks.enhanced(0, micros + 2n, third),
    ]);
    expect(eventLines((await readCapture(file)).events)).toEqual(lines.slice(0, 3));
  });

  it.each<[string, Buffer, RegExp]>([
    ["an interface that was not described", blocks.enhanced(1, 0n, first), /packet 1 names interface 1, which was not/],
    ["a simple packet without interface", Buffer.concat([blocks.section(), blocks.simple(first)]), /comes before any/],
    [
      "a packet that claims more than its block has",
      blocks.block(6, tooShort(bigEndian)),
      /claims more bytes than its/,
    ],
    [
      "an interface description that is too short",
      blocks.block(1, Buffer.alloc(4)),
      /interface description is too short/,
    ],
  ])("goes on after %s", async (_name, bad, problem) => {
    const good = [blocks.section(), blocks.interface(1), blocks.enhanced(0, micros, first)];
    const { events } = await readCapture(Buffer.concat([blocks.section(), blocks.interface(1), bad, ...good]));
    expect(eventLines(events)[0]).toMatch(problem);
    expect(eventLines(events).at(-1)).toBe(lines[0]);
  });

  it.each<[string, Buffer, RegExp]>([
    [
      "a block length that is no multiple of 4",
      Buffer.from(bigEndian ? "0000000600000011" : "0600000011000000", "hex"),
      /claims a length of 17 bytes/,
    ],
    ["two lengths that differ", differing(blocks), /two lengths differ/],
    [
      "a block that is too large",
      Buffer.from(bigEndian ? "000000067ffffff0" : "06000000f0ffff7f", "hex"),
      /claims 2147483632 bytes/,
    ],
  ])("stops at %s", async (_name, bad, problem) => {
    const start = [blocks.section(), blocks.interface(1), blocks.enhanced(0, micros, first)];
    const { events } = await readCapture(Buffer.concat([...start, bad, Buffer.alloc(64)]));
    expect(eventLines(events).find((line) => line.startsWith("file"))).toMatch(problem);
    expect(eventLines(events)).toContain(lines[0]);
  });
});

describe("any file", () => {
  it("that is damaged ends in reports, never in an exception", async () => {
    const blocks = new PcapngBlocks();
    const whole = [
      pcap(frames.map((bytes) => ({ bytes }))),
      pcap(
        frames.map((bytes) => ({ bytes })),
        { nanoseconds: true },
      ),
      Buffer.concat([blocks.section(), blocks.interface(1), ...frames.map((frame) => blocks.enhanced(0, 0n, frame))]),
    ];
    const edit = fc.tuple(fc.nat(600), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...whole),
        fc.array(edit, { maxLength: 6 }),
        fc.nat(600),
        async (file, edits, cut) => {
          const damaged = Buffer.from(file.subarray(0, Math.max(8, file.length - cut)));
          for (const [at, value] of edits) if (at >= 4 && at < damaged.length) damaged[at] = value;
          await readCapture(damaged, { chunkSize: 100 });
        },
      ),
      { numRuns: 300 },
    );
  });
});

function tooShort(bigEndian: boolean): Buffer {
  const body = Buffer.alloc(24);
  if (bigEndian) body.writeUInt32BE(100, 12);
  else body.writeUInt32LE(100, 12);
  return body;
}

function differing(blocks: PcapngBlocks): Buffer {
  const block = blocks.enhanced(0, 0n, first);
  block.writeUInt8(block.readUInt8(block.length - 1) ^ 1, block.length - 1);
  return block;
}

function timesOf(events: Awaited<ReturnType<typeof readCapture>>["events"]): string[] {
  return events.flatMap((event) => (event.kind === "pdu" ? [event.timeNs?.toString() ?? ""] : []));
}
