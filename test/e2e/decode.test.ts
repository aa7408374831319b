import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { schemaErrors } from "../helpers/schema-check.js";
import { runTtk } from "../helpers/ttk-process.js";

interface Line {
  readonly command: string | null;
  readonly text: string | null;
  readonly error: { readonly code: string } | null;
}

const heartbeat = "00000010000100000007070100010000";
const folder = mkdtempSync(join(tmpdir(), "ttk-decode-"));
afterAll(() => rmSync(folder, { recursive: true }));

function capture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/captures/${name}`, import.meta.url));
}

function lines(text: string): Line[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** What `tcpdump -s` had written of a little-endian capture. */
function cutToSnapLength(bytes: Buffer, lengthMax: number): Buffer {
  const [globalHeaderSize, packetHeaderSize, keptAt] = [24, 16, 8];
  const parts = [bytes.subarray(0, globalHeaderSize)];
  for (let at = globalHeaderSize; at < bytes.length; ) {
    const header = Buffer.from(bytes.subarray(at, at + packetHeaderSize));
    const length = header.readUInt32LE(keptAt);
    const kept = Math.min(length, lengthMax);
    header.writeUInt32LE(kept, keptAt);
    parts.push(header, bytes.subarray(at + packetHeaderSize, at + packetHeaderSize + kept));
    at += packetHeaderSize + length;
  }
  return Buffer.concat(parts);
}

describe("ttk decode", () => {
  it("prints a line for each of the 1135 PDUs of a cluster's capture, all by the schema", async () => {
    const { code, stdout } = await runTtk(["decode", capture("cluster-session.pcap"), "--format", "json"]);
    expect(code).toBe(0);
    const records = lines(stdout);
    expect(records).toHaveLength(1135);
    expect(Object.keys(records[0] ?? {})[0]).toBe("schemaVersion");
    expect(records.flatMap((record) => schemaErrors("decode-record", record))).toEqual([]);
    // Two requests that were broken on purpose, and the original's empty answer to a device token (LGN-17).
    const broken = records.flatMap(({ command, error }) => (error === null ? [] : [[command, error.code]]));
    expect(broken).toEqual([
      ["CID_GROUP_CREATE_REQUEST", "BODY_MISSING_REQUIRED"],
      ["CID_MSG_LIST_REQUEST", "BODY_MISSING_REQUIRED"],
      ["CID_LOGIN_RES_DEVICETOKEN", "BODY_MISSING_REQUIRED"],
    ]);
  });

  it("shows the text of messages that clients sent, decrypted", async () => {
    const { code, stdout } = await runTtk(["decode", capture("client-session.pcap"), "--json"]);
    expect(code).toBe(0);
    const texts = lines(stdout).flatMap(({ text }) => text ?? []);
    expect(texts.length).toBeGreaterThan(3);
    expect(texts.every((text) => /^[\P{Cc}\n\t]+$/u.test(text))).toBe(true);
  });

  it("names the PDUs of which a capture kept only the beginning", async () => {
    const file = join(folder, "snap-length.pcap");
    writeFileSync(file, cutToSnapLength(readFileSync(capture("client-session.pcap")), 96));
    const whole = await runTtk(["decode", capture("client-session.pcap"), "--json"]);
    const cut = await runTtk(["decode", file, "--json"]);
    expect(lines(cut.stdout).map(({ command }) => command)).toEqual(lines(whole.stdout).map(({ command }) => command));
    expect(lines(cut.stdout).filter(({ error }) => error?.code === "SKIPPED")).toHaveLength(18);
    expect(lines(cut.stdout).flatMap((record) => schemaErrors("decode-record", record))).toEqual([]);
  });

  it("reads an argument, stdin and a file alike", async () => {
    const file = join(folder, "heartbeat.bin");
    writeFileSync(file, Buffer.from(heartbeat, "hex"));
    const outputs = await Promise.all([
      runTtk(["decode", heartbeat]),
      runTtk(["decode"], { stdin: heartbeat }),
      runTtk(["decode", "-"], { stdin: `00000000: 0000 0010 0001 0000 0007 0701 0001 0000  ................\n` }),
      runTtk(["decode", file]),
    ]);
    for (const { code, stdout } of outputs) {
      expect({ code, stdout }).toEqual({ code: 0, stdout: outputs[0]?.stdout });
    }
    expect(outputs[0]?.stdout).toContain("0x0701  CID_OTHER_HEARTBEAT");
  });

  it.each([
    ["below 16", "0000000f"],
    ["above any PDU", "44000034"],
    ["of the other byte order", "10000000"],
  ])("says of a file as of its hex what a first length %s is", async (_, length) => {
    const pdus = length + heartbeat.slice(8) + heartbeat;
    const file = join(folder, `length-${length}.bin`);
    writeFileSync(file, Buffer.from(pdus, "hex"));
    const [ofFile, ofHex] = await Promise.all([runTtk(["decode", file, "--json"]), runTtk(["decode", pdus, "--json"])]);
    expect(ofFile).toEqual(ofHex);
    expect(lines(ofFile.stdout)).toMatchObject([
      { header: { length: Number.parseInt(length, 16), commandId: 0x0701 }, error: expect.anything() },
      { offset: 16, command: "CID_OTHER_HEARTBEAT", error: null },
    ]);
  });

  it("leaves out what stands before the first PDU of a file", async () => {
    const file = join(folder, "garbage-before.bin");
    writeFileSync(file, Buffer.from(`deadbeef${heartbeat}`, "hex"));
    const { code, stdout } = await runTtk(["decode", file, "--summary"]);
    expect(code).toBe(0);
    expect(stdout).toContain("SKIPPED: what stands before the first PDU: 4 bytes left out");
    expect(stdout).toContain("@4  0x0701  CID_OTHER_HEARTBEAT");
  });

  it("keeps records on stdout and remarks on stderr, and no remarks with -q", async () => {
    const args = ["decode", capture("client-session.pcap"), "--summary"];
    const [loud, quiet] = await Promise.all([runTtk(args), runTtk([...args, "-q"])]);
    expect(loud.stderr).toMatch(/\d+ PDUs/);
    expect(quiet).toEqual({ code: 0, stdout: loud.stdout, stderr: "" });
  });

  it("has no escape codes in what is not a terminal", async () => {
    const { stdout } = await runTtk(["decode", heartbeat]);
    expect(stdout).not.toContain("\u001b");
  });
});

describe("ttk encode", () => {
  it("makes of decoded PDUs the bytes that were decoded", async () => {
    const decoded = await runTtk(["decode", capture("client-session.pcap"), "--json"]);
    const whole = lines(decoded.stdout).filter(({ error }) => error === null);
    expect(whole.length).toBeGreaterThan(30);
    const stdin = whole.map((line) => JSON.stringify(line)).join("\n");
    const encoded = await runTtk(["encode"], { stdin });
    expect(encoded).toMatchObject({ code: 0, stderr: "" });
    // Decoded again, each of them says what it said: where it stood in the capture aside.
    const again = await runTtk(["decode", "--json"], { stdin: encoded.stdout.replaceAll("\n", "") });
    const content = ({ seq, time, conn, dir, offset, ...rest }: Record<string, unknown>) => rest;
    expect(lines(again.stdout).map((line) => content({ ...line }))).toEqual(whole.map((line) => content({ ...line })));
    const bytes = readFileSync(capture("client-session.pcap"));
    for (const line of encoded.stdout.trim().split("\n")) expect(bytes.includes(Buffer.from(line, "hex"))).toBe(true);
  });

  it("makes PDUs broken on purpose", async () => {
    const json = '{"command":"0x0701","header":{"seqNum":1}}';
    const { stdout } = await runTtk(["encode", json, "--header", "length=15", "flag=7"]);
    expect(stdout).toBe("0000000f000100070007070100010000\n");
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["no command", "{}"],
    ["an unknown command", '{"command":"CID_NOTHING"}'],
    ["an unknown field", '{"command":"CID_MSG_DATA","body":{"msg_dat":""}}'],
    ["a number out of range", '{"command":"CID_MSG_DATA","body":{"msg_id":4294967296}}'],
    ["a required field left out", '{"command":"CID_MSG_DATA","body":{}}'],
  ])("exits 2 with one line for %s", async (_, json) => {
    const { code, stdout, stderr } = await runTtk(["encode", json]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^ttk: [^\n]+\n$/);
  });
});

describe("ttk schema", () => {
  it.each([
    ["0x0301", /^0x0301 CID_MSG_DATA\n[\s\S]*msg_data/],
    ["769", /^0x0301 CID_MSG_DATA\n/],
    ["IMMsgData", /^message IM\.Message\.IMMsgData\n/],
    ["KickReasonType", /^enum IM\.BaseDefine\.KickReasonType\n[\s\S]*KICK_REASON_MOBILE_KICK/],
  ])("explains %s", async (name, expected) => {
    const { code, stdout } = await runTtk(["schema", name]);
    expect(code).toBe(0);
    expect(stdout).toMatch(expected);
  });

  it("lists all 95 commands", async () => {
    const { stdout } = await runTtk(["schema", "--json"]);
    expect(JSON.parse(stdout)).toHaveLength(95);
  });

  it("offers what is meant when a name is wrong", async () => {
    const { code, stderr } = await runTtk(["schema", "IMMsgDat4"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ttk: nothing in the schema is called "IMMsgDat4"; did you mean .*IMMsgData.*\n$/);
  });
});
