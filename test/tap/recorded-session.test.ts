import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wiresharkFiles } from "../../src/cli/export/export-files.js";
import { CommandId } from "../../src/codec/generated/commands.js";
import type { Address } from "../../src/net/address.js";
import { joinedObserver } from "../../src/tap/joined-observer.js";
import { startTap } from "../../src/tap/start-tap.js";
import type { TappedPdu } from "../../src/tap/tap-observer.js";
import { TrafficRecording } from "../../src/tap/traffic-recording.js";
import { readCapture } from "../helpers/captured-bytes.js";
import { logIn } from "../helpers/logged-in.js";
import { ReferenceCluster } from "../helpers/reference-cluster.js";
import { hasTool, runTool } from "../helpers/tool.js";
import { until } from "../helpers/until.js";

/** The recording's clock goes on by a millisecond each time it is asked. */
const startedMs = 1_800_000_000_000;

let file: Buffer;
let passed: TappedPdu[];

/** Two users log in through a tap and talk; all that passes is recorded on both sides of the tap. */
async function recordedSession(): Promise<{ file: Buffer; passed: TappedPdu[] }> {
  const cluster = await ReferenceCluster.start();
  const blocks: Buffer[] = [];
  const seen: TappedPdu[] = [];
  let [nowMs, closed] = [startedMs, 0];
  const recording = new TrafficRecording(
    ["client", "server"],
    () => nowMs++,
    (bytes) => blocks.push(bytes),
  );
  const counting = { onPdu: (pdu: TappedPdu) => seen.push(pdu), onClose: () => closed++ };
  const tap = await startTap({
    listen: { host: "127.0.0.1", port: 0 },
    to: cluster.msg(0),
    observer: joinedObserver([recording, counting]),
  });
  try {
    const users = [await logIn(tap.address, "user1"), await logIn(tap.address, "user2")];
    for (const { peer, userId } of users) {
      await peer.request(CommandId.CID_MSG_UNREAD_CNT_REQUEST, { user_id: userId });
      await peer.expectHeartbeat();
      await peer.close();
    }
    await until(() => closed === users.length, "both connections closed");
  } finally {
    await tap.stop();
    await cluster.stop();
  }
  return { file: Buffer.concat(blocks), passed: seen };
}

beforeAll(async () => {
  ({ file, passed } = await recordedSession());
});

const named = ({ host, port }: Address): string => `${host}:${port}`;

/** What passed, as both sides of the tap show it: `client > server direction bytes`. */
function expectedLines(): string[] {
  return passed.flatMap(({ connection: { client, listen, local, upstream }, direction, received }) =>
    [
      [client, listen],
      [local, upstream],
    ].map(
      ([from, to]) => `${named(from as Address)} > ${named(to as Address)} ${direction} ${received.toString("hex")}`,
    ),
  );
}

describe("a session recorded by a tap", () => {
  it("is read by our decoder: every PDU on both sides, with the real addresses, in order", async () => {
    expect(passed.length).toBeGreaterThanOrEqual(8);
    const { events } = await readCapture(file);
    const lines = events.map((event) => {
      if (event.kind !== "pdu") return JSON.stringify(event);
      const { client, server } = event.connection;
      return `${client.address}:${client.port} > ${server.address}:${server.port} ${event.direction} ${event.bytes.toString("hex")}`;
    });
    expect(lines.toSorted()).toEqual(expectedLines().toSorted());
  });

  it("has the times at which it passed", async () => {
    const { events } = await readCapture(file);
    const times = events.map((event) => (event.kind === "pdu" ? Number(event.timeNs) / 1e6 : Number.NaN));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThan(startedMs);
    expect(times[0]).toBeLessThan(startedMs + 20);
  });

  describe.skipIf(!hasTool("tshark"))("and read by tshark", () => {
    const folder = mkdtempSync(join(tmpdir(), "ttk-recorded-session-"));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("shows the same PDUs between the same addresses, and nothing odd", () => {
      const [path, dissector] = [join(folder, "session.pcapng"), join(folder, "teamtalk.lua")];
      writeFileSync(path, file);
      writeFileSync(dissector, wiresharkFiles("0").get("teamtalk.lua") ?? "");
      const tshark = (...args: string[]) => runTool("tshark", ["-r", path, "-X", `lua_script:${dissector}`, ...args]);
      expect(tshark("-Y", "tcp.analysis.flags || _ws.malformed")).toBe("");
      const fields = ["ip.src", "tcp.srcport", "ip.dst", "tcp.dstport", "teamtalk.length", "teamtalk.seq_num"];
      const rows = tshark("-Y", "teamtalk", "-T", "fields", ...fields.flatMap((field) => ["-e", field]));
      expect(rows.trimEnd().split("\n").flatMap(pdusOfRow).toSorted()).toEqual(expectedRows().toSorted());
    });
  });
});

/** A frame may hold several PDUs: their fields are joined by commas. */
function pdusOfRow(row: string): string[] {
  const [from, fromPort, to, toPort, lengths = "", numbers = ""] = row.split("\t");
  const seqNums = numbers.split(",");
  return lengths
    .split(",")
    .map((length, index) => `${from}:${fromPort} > ${to}:${toPort} ${length} bytes seq ${seqNums[index]}`);
}

function expectedRows(): string[] {
  return passed.flatMap(({ connection: { client, listen, local, upstream }, direction, received }) =>
    [
      [client, listen],
      [local, upstream],
    ].map((ends) => {
      const [from, to] = (direction === "c2s" ? ends : ends.toReversed()) as [Address, Address];
      return `${named(from)} > ${named(to)} ${received.readUInt32BE(0)} bytes seq ${received.readUInt16BE(12)}`;
    }),
  );
}
