import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CapturedPdu } from "../../../src/codec/capture/capture-event.js";
import { capturePdus } from "../../../src/codec/capture/capture-pdus.js";
import { pcapngHeader, pcapngPacket } from "../../../src/codec/capture/pcapng-writer.js";
import { LINKTYPE_ETHERNET, TcpConversation } from "../../../src/codec/capture/tcp-writer.js";
import { framePdu } from "../../../src/codec/pdu.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-pcapng-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ends = {
  IPv4: ["10.1.2.3", "192.168.0.9"],
  "IPv4 seen by an IPv6 socket": ["::ffff:10.1.2.3", "::ffff:192.168.0.9"],
  IPv6: ["2001:db8::1", "fe80::ff:1%eth0"],
} as const;

/** A connection with PDUs of all sizes both ways, and its end. */
function recording(client: string, server: string): { file: Buffer; pdus: Buffer[] } {
  const conversation = new TcpConversation({ address: client, port: 51234 }, { address: server, port: 8000 }, 7);
  const pdus = [0, 1, 1000, 40_000, 300_000].map((size, index) =>
    framePdu(0x0301, Buffer.alloc(size, index), { seqNum: index }),
  );
  const packets = [
    ...conversation.open(),
    ...pdus.flatMap((pdu, index) => conversation.data(index % 2 === 0 ? "c2s" : "s2c", pdu)),
    ...conversation.end("c2s"),
    ...conversation.end("s2c"),
  ];
  const header = pcapngHeader("test", [{ name: "a side", description: "of it", linkType: LINKTYPE_ETHERNET }]);
  const blocks = packets.map((packet, index) => pcapngPacket(0, 1_800_000_000, index * 1000, packet));
  return { file: Buffer.concat([header, ...blocks]), pdus };
}

async function decoded(file: Buffer) {
  async function* chunks() {
    for (let at = 0; at < file.length; at += 1000) yield file.subarray(at, at + 1000);
  }
  const events = [];
  for await (const batch of capturePdus({ kind: "pcapng" }, chunks())) events.push(...batch);
  return events;
}

describe.each(Object.entries(ends))("a conversation over %s", (_, [client, server]) => {
  it("is read back by our own decoder: the same PDUs, addresses and times, nothing skipped", async () => {
    const { file, pdus } = recording(client, server);
    const events = await decoded(file);
    expect(events.every((event) => event instanceof CapturedPdu)).toBe(true);
    const found = events as CapturedPdu[];
    expect(found.map(({ bytes }) => bytes)).toEqual(pdus);
    expect(found.map(({ direction }) => direction)).toEqual(["c2s", "s2c", "c2s", "s2c", "c2s"]);
    expect(found[0]?.connection).toMatchObject({
      client: { port: 51234 },
      server: { port: 8000 },
      isOpeningSeen: true,
    });
    expect(found[0]?.timeNs).toBe(1_800_000_000_000_003_000n);
  });

  const hasTshark = spawnSync("tshark", ["--version"]).status === 0;
  it.skipIf(!hasTshark)("is read by tshark without complaint: checksums, numbers, handshake", () => {
    const path = join(folder, "conversation.pcapng");
    const { file, pdus } = recording(client, server);
    writeFileSync(path, file);
    const checks = ["ip.check_checksum", "tcp.check_checksum"].flatMap((name) => ["-o", `${name}:TRUE`]);
    const tshark = (...args: string[]) =>
      execFileSync("tshark", ["-r", path, ...checks, ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
    const suspicious = "tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0 || _ws.malformed";
    expect(tshark("-Y", suspicious)).toBe("");
    expect(tshark("-Y", "tcp.checksum.status == 1", "-T", "fields", "-e", "frame.number")).not.toBe("");
    const sizes = tshark("-T", "fields", "-e", "tcp.len").trim().split("\n").map(Number);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(pdus.reduce((sum, { length }) => sum + length, 0));
    expect(
      tshark("-T", "fields", "-e", "tcp.stream")
        .trim()
        .split("\n")
        .every((stream) => stream === "0"),
    ).toBe(true);
  });
});
