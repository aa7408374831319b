import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pcap, type RecordedPacket } from "../../helpers/capture-file.js";
import { goldenCapture, goldenCaptures, ipOf, packetsOf, readCapture } from "../../helpers/captured-bytes.js";
import { ethernet, linuxSll, linuxSll2, loopback } from "../../helpers/packet-bytes.js";
import { hasTool, runTool } from "../../helpers/tool.js";

const areToolsHere = ["editcap", "mergecap", "reordercap"].every(hasTool);

describe.skipIf(!areToolsHere).each(goldenCaptures)("%s, by Wireshark's own tools", (name) => {
  const source = fileURLToPath(new URL(`../../../fixtures/captures/${name}`, import.meta.url));
  const packets = packetsOf(goldenCapture(name));
  let folder: string;
  let original: readonly string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "ttk-captures-"));
    original = await pdusOf(goldenCapture(name));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const at = (file: string): string => join(folder, file);
  /** The file that a tool writes: its path stands where `OUT` does. */
  const made = (tool: string, ...args: readonly string[]): Buffer => {
    runTool(
      tool,
      args.map((arg) => (arg === "OUT" ? at("out") : arg)),
    );
    return readFileSync(at("out"));
  };

  it.each(["pcap", "nsecpcap", "modpcap", "pcapng"])("gives the same PDUs as %s, also gzipped", async (format) => {
    const file = made("editcap", "-F", format, source, "OUT");
    expect(await pdusOf(file)).toEqual(original);
    expect(await pdusOf(gzipSync(file))).toEqual(original);
  });

  it.each<[string, string, (ip: Buffer) => Buffer, number]>([
    ["Ethernet with VLAN tags", "ether", (ip) => ethernet(ip, "88a8 0064 8100 0065"), 1],
    ["Linux SLL", "linux-sll", linuxSll, 113],
    ["Linux SLL2", "linux-sll2", linuxSll2, 276],
    ["BSD loopback", "null", (ip) => loopback(ip, 2, false), 0],
    ["OpenBSD loopback", "loop", (ip) => loopback(ip, 2, true), 108],
    ["raw IP", "rawip", (ip) => ip, 101],
  ])("gives the same PDUs in %s, in every format", async (_, encapsulation, frame, linkType) => {
    const framed = packets.map((packet) => ({ ...packet, bytes: frame(ipOf(packet)) }));
    writeFileSync(at("in"), pcap(framed, { linkType }));
    for (const format of ["pcap", "nsecpcap", "pcapng"]) {
      expect(await pdusOf(made("editcap", "-F", format, "-T", encapsulation, at("in"), "OUT"))).toEqual(original);
    }
  });

  it("gives the same PDUs as raw IP that editcap chopped out of the frames", async () => {
    const chopped = made("editcap", "-L", "-C", "14", "-T", "rawip", source, "OUT");
    expect(await pdusOf(chopped)).toEqual(original);
  });

  it("gives the same PDUs shuffled, before and after reordercap", async () => {
    writeFileSync(at("in"), pcap(shuffled(packets)));
    expect(await pdusOf(readFileSync(at("in")))).toEqual(original);
    expect(await pdusOf(made("reordercap", at("in"), "OUT"))).toEqual(original);
  });

  it("gives the same PDUs when every packet is there twice, and after editcap -D", async () => {
    const twice = made("mergecap", "-w", "OUT", source, source);
    expect(await pdusOf(twice)).toEqual(original);
    writeFileSync(at("in"), twice);
    expect(await pdusOf(made("editcap", "-D", "20", at("in"), "OUT"))).toEqual(original);
  });

  it("gives the same PDUs split and merged again, in any order of the parts", async () => {
    runTool("editcap", ["-c", "40", source, at("part.pcap")]);
    const parts = readdirSync(folder)
      .filter((file) => file.startsWith("part"))
      .map(at);
    expect(parts.length).toBeGreaterThan(1);
    expect(await pdusOf(made("mergecap", "-w", "OUT", ...parts.toReversed()))).toEqual(original);
    if (packets.length < 2000)
      expect(await pdusOf(made("mergecap", "-a", "-w", "OUT", ...parts.toReversed()))).toEqual(original);
  });

  it("gives no PDU that was not sent, whatever is cut, and says what it leaves out", async () => {
    const all = new Set(original.map(withoutPlace));
    const cuts = [
      ["-s", "100", source, "OUT"],
      ["-s", "90", source, "OUT"],
      ["-L", "-s", "110", source, "OUT"],
      [source, "OUT", "20-25", "50", "300-350"],
      ["-r", source, "OUT", "30-60"],
    ];
    for (const args of cuts) {
      const { events } = await readCapture(made("editcap", ...args));
      const pdus = events.filter((event) => event.kind === "pdu");
      expect(pdus.map((event) => event.bytes.toString("hex")).filter((pdu) => !all.has(pdu))).toEqual([]);
      expect(pdus.length).toBeGreaterThan(3);
      // Where whole packets are left out, whole PDUs may be: nothing shows that there were any.
      if (args.includes("-s")) expect(events.some((event) => event.kind === "skipped")).toBe(true);
    }
  });

  it("moves times as editcap does, and nothing else", async () => {
    const later = await readCapture(made("editcap", "-t", "3600.5", source, "OUT"));
    const before = await readCapture(goldenCapture(name));
    const times = [later, before].map(({ events }) =>
      events.map((event) => event.kind !== "file-problem" && event.timeNs),
    );
    expect(times[0]).toEqual(times[1]?.map((time) => (time as bigint) + 3_600_500_000_000n));
  });
});

describe.skipIf(!areToolsHere)("both captures merged", () => {
  it("give the PDUs of both", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ttk-captures-"));
    const sources = goldenCaptures.map((name) =>
      fileURLToPath(new URL(`../../../fixtures/captures/${name}`, import.meta.url)),
    );
    runTool("mergecap", ["-I", "none", "-w", join(folder, "both"), ...sources]);
    const both = await pdusOf(readFileSync(join(folder, "both")));
    rmSync(folder, { recursive: true });
    const each = await Promise.all(goldenCaptures.map(async (name) => pdusOf(goldenCapture(name))));
    expect(both.toSorted()).toEqual(each.flat().toSorted());
  });
});

/** One line for each PDU: sender, receiver and bytes, in order. */
async function pdusOf(file: Buffer): Promise<string[]> {
  const { events } = await readCapture(file);
  return events.flatMap((event) => {
    if (event.kind !== "pdu") return [];
    const { client, server } = event.connection;
    return [`${client.port} ${server.port} ${event.direction} ${event.bytes.toString("hex")}`];
  });
}

function withoutPlace(line: string): string {
  return line.split(" ").at(-1) ?? "";
}

/** Every packet within a few hundred places of where it was, the same way each time. */
function shuffled(packets: readonly RecordedPacket[]): RecordedPacket[] {
  return packets
    .map((packet, index) => ({ packet, key: index + ((index * 7919) % 397) }))
    .sort((a, b) => a.key - b.key)
    .map(({ packet }) => packet);
}
