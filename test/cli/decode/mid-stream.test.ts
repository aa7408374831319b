import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { loadIndex } from "../../../src/cli/browse/load-index.js";
import { decodeCommand } from "../../../src/cli/commands/decode.js";
import { MemoryPduStore } from "../../../src/codec/analysis/pdu-store.js";
import { capturePdus } from "../../helpers/capture-pdus.js";
import { fakeHost } from "../../helpers/fake-host.js";

/** What one client of the capture sent: its first PDU is its login. */
const sent = capturePdus("client-session.pcap", 8000).filter(({ to }) => to === 8000);
const pdus = sent.filter(({ from }) => from === sent[0]?.from).map(({ bytes }) => bytes);
const loginSize = pdus[0]?.length ?? 0;
const stream = Buffer.concat(pdus);
const folder = mkdtempSync(join(tmpdir(), "ttk-mid-stream-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function decoded(hex: string, ...options: readonly string[]): Promise<string> {
  const host = fakeHost();
  await decodeCommand(host).parseAsync([hex, ...options], { from: "user" });
  expect(host.exitCode).toBe(0);
  return host.written.stdout;
}

describe("a paste that begins within a PDU", () => {
  it("has one error, of so many bytes before the first PDU, and then every PDU", async () => {
    for (const at of [1, 2, 3, 4, 5, 8, 12, 15, 16, 17, 20, 40, loginSize - 2]) {
      const records = (await decoded(stream.toString("hex", at), "--json"))
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(records[0]).toMatchObject({
        offset: 0,
        header: null,
        error: { code: "SKIPPED", message: `what stands before the first PDU: ${loginSize - at} bytes left out` },
      });
      expect(records.slice(1).map(({ error }) => error)).toEqual(pdus.slice(1).map(() => null));
      expect(records[1]).toMatchObject({ offset: loginSize - at, header: { length: pdus[1]?.length } });
    }
  });

  it.each(["table", "tree", "csv", "hex"])("says so in --format %s", async (format) => {
    const text = await decoded(stream.toString("hex", 20), "--format", format);
    expect(text.match(/bytes left out/g)).toHaveLength(1);
    expect(text).toContain(`what stands before the first PDU: ${loginSize - 20} bytes left out`);
    expect(text).not.toContain("TRUNCATED");
  });

  it("has the same rows in ttk browse", async () => {
    const file = join(folder, "paste.txt");
    writeFileSync(file, stream.toString("hex", 20));
    const options = { cwd: "/", signal: new AbortController().signal, onProgress: () => {} };
    const index = await loadIndex(file, new MemoryPduStore(), options);
    const rows = Array.from({ length: index.rows }, (_, row) => index.bytes(row));
    expect(rows.slice(-(pdus.length - 1))).toEqual(pdus.slice(1));
    expect(rows.length).toBeLessThanOrEqual(pdus.length);
  });

  it("has the same PDUs in ttk browse when none of their headers is as usual, but their lengths lead to the end", async () => {
    const odd = pdus.map((pdu) => Buffer.concat([pdu.subarray(0, 4), Buffer.from([0, 9]), pdu.subarray(6)]));
    const file = join(folder, "odd.txt");
    writeFileSync(file, Buffer.concat(odd).toString("hex"));
    const options = { cwd: "/", signal: new AbortController().signal, onProgress: () => {} };
    const index = await loadIndex(file, new MemoryPduStore(), options);
    expect(Array.from({ length: index.rows }, (_, row) => index.bytes(row))).toEqual(odd);
  });

  it.each([
    [8000, 2],
    [9000, 0],
  ])("with --port %i, ttk browse takes %i PDUs of packets in a text", async (port, count) => {
    const file = fileURLToPath(new URL("../../../fixtures/input/tcpdump-X.txt", import.meta.url));
    const options = { cwd: "/", signal: new AbortController().signal, onProgress: () => {}, ports: new Set([port]) };
    const loading = loadIndex(file, new MemoryPduStore(), options);
    if (count === 0) await expect(loading).rejects.toThrow("no PDU in it");
    else expect((await loading).rows).toBe(count);
  });

  it("keeps an odd PDU that comes first, when its length leads to the next", async () => {
    const odd = Buffer.from(pdus[0] ?? []);
    odd.writeUInt16BE(9, 4);
    const cut = Buffer.concat([odd, stream.subarray(loginSize)]).subarray(0, -3);
    const [first, ...rest] = (await decoded(cut.toString("hex"), "--json")).trimEnd().split("\n");
    expect(JSON.parse(first ?? "")).toMatchObject({ offset: 0, header: { version: 9, length: loginSize } });
    expect(rest).toHaveLength(pdus.length - 1);
  });
});
