import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PduTrace, type TracedConnection, WHOLE_BYTES_MAX } from "../../../src/client/pdu-trace.js";
import { CapturedPdu } from "../../../src/codec/capture/capture-event.js";
import { capturePdus } from "../../../src/codec/capture/capture-pdus.js";
import { caseCapture } from "../../../src/runner/conformance/case-capture.js";
import { hex } from "../../helpers/hex.js";
import { hasTool, runTool } from "../../helpers/tool.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-case-capture-"));
afterAll(() => rmSync(folder, { recursive: true }));

const heartbeat = hex("00000010 0001 0000 0007 0701 0001 0000");
const startedAtMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const facts = { startedAtMs, comment: "con.case: failed" };

function between(clientPort: number, serverPort: number, plays: "client" | "server"): TracedConnection {
  const host = "127.0.0.1";
  return { label: "same", client: { host, port: clientPort }, server: { host, port: serverPort }, plays };
}

/** A PDU of an unknown command with a body of zeros, so that its length is what counts. */
function longPdu(length: number): Buffer {
  const pdu = Buffer.alloc(length);
  heartbeat.copy(pdu);
  pdu.writeUInt32BE(length, 0);
  return pdu;
}

async function pdusIn(file: Buffer): Promise<CapturedPdu[]> {
  async function* chunks() {
    yield file;
  }
  const found: CapturedPdu[] = [];
  for await (const batch of capturePdus({ kind: "pcapng" }, chunks())) {
    for (const event of batch) if (event instanceof CapturedPdu) found.push(event);
  }
  return found;
}

/** Two connections under one label, one of a client and one that the suite took as a server, in turns. */
function conversation(): Buffer {
  const trace = new PduTrace();
  const [client, server] = [between(51_234, 8000, "client"), between(51_235, 10_600, "server")];
  trace.opened(client);
  trace.record(client, "sent", heartbeat.subarray(0, 5));
  trace.record(server, "received", longPdu(20_000));
  trace.record(client, "sent", heartbeat.subarray(5));
  trace.record(server, "sent", heartbeat);
  trace.record(client, "received", heartbeat);
  trace.record(client, "closed", "peer-closed");
  trace.record(server, "closed", "closed");
  return caseCapture(trace, facts);
}

describe("caseCapture", () => {
  it("holds whole PDUs between real addresses, at real times, however they were cut", async () => {
    const pdus = await pdusIn(conversation());
    expect(pdus.map(({ bytes, direction, connection: { server } }) => [bytes.length, direction, server.port])).toEqual([
      [20_000, "c2s", 10_600],
      [16, "c2s", 8000],
      [16, "s2c", 10_600],
      [16, "s2c", 8000],
    ]);
    expect(pdus[0]?.bytes).toEqual(longPdu(20_000));
    for (const { timeNs } of pdus) {
      const sinceMs = Number((timeNs ?? 0n) / 1000n) / 1000 - startedAtMs;
      expect(sinceMs).toBeGreaterThanOrEqual(0);
      expect(sinceMs).toBeLessThan(60_000);
    }
  });

  it.skipIf(!hasTool("tshark"))("is read by tshark without complaint, comment included", () => {
    const path = join(folder, "case.pcapng");
    writeFileSync(path, conversation());
    const checks = ["-o", "tcp.check_checksum:TRUE", "-Y", "tcp.analysis.flags || tcp.checksum.status == 0"];
    expect(runTool("tshark", ["-r", path, ...checks])).toBe("");
    const streams = runTool("tshark", ["-r", path, "-T", "fields", "-e", "tcp.stream"]).trim().split("\n");
    expect(new Set(streams)).toEqual(new Set(["0", "1"]));
    if (hasTool("capinfos")) expect(runTool("capinfos", [path])).toContain("con.case: failed");
  });

  it("is bounded: beyond its limit each PDU is cut, and what comes after is still read", async () => {
    const trace = new PduTrace();
    const connection = between(51_236, 8000, "client");
    trace.opened(connection);
    const half = longPdu(WHOLE_BYTES_MAX / 2);
    for (let count = 0; count < 4; count++) trace.record(connection, "received", half);
    trace.record(connection, "sent", heartbeat);
    const file = caseCapture(trace, facts);
    expect(file.length).toBeLessThan(1.1 * WHOLE_BYTES_MAX);
    const sent = (await pdusIn(file)).filter(({ direction }) => direction === "c2s");
    expect(sent.map(({ bytes }) => bytes)).toEqual([heartbeat]);
    expect(trace.entries().map(({ length }) => length)).toEqual([0, ...Array(4).fill(half.length), 16]);
  });

  it("says how many events it lacks", () => {
    const trace = new PduTrace();
    const connection = between(51_237, 8000, "client");
    for (let count = 0; count < 5000; count++) trace.record(connection, "sent", heartbeat);
    expect(caseCapture(trace, facts).subarray(0, 400).toString("latin1")).toContain("904 more events were not kept");
  });
});
