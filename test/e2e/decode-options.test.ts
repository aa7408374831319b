import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { runTtk } from "../helpers/ttk-process.js";

const cluster = fileURLToPath(new URL("../../fixtures/captures/cluster-session.pcap", import.meta.url));
const client = fileURLToPath(new URL("../../fixtures/captures/client-session.pcap", import.meta.url));
const heartbeat = "00000010000100000007070100010000";
/** A login request whose body lacks every required field. */
const broken = "00000010000100000001010300010000";
const folder = mkdtempSync(join(tmpdir(), "ttk-decode-options-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("ttk decode's options", () => {
  it("--format csv: a header, and a line for each PDU", async () => {
    const { code, stdout } = await runTtk(["decode", client, "--format", "csv", "-q"]);
    const lines = stdout.trimEnd().split(/\r?\n/);
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^seq,time,from,to,dir,/);
    expect(lines.filter((line) => /^\d+,/.test(line))).toHaveLength(37);
  });

  it("--strict: what a broken gzip file says is shown, and is not all", async () => {
    const file = join(folder, "tail.gz");
    writeFileSync(file, Buffer.concat([gzipSync(Buffer.from(heartbeat, "hex")), Buffer.from("garbage")]));
    const { code, stdout } = await runTtk(["decode", file, "--strict", "--format", "table"]);
    expect(code).toBe(1);
    expect(stdout).toContain("CID_OTHER_HEARTBEAT");
    expect(stdout).toContain("the gzip file is broken behind what was read");
  });

  it("--strict: a capture that was cut is read as far as it goes, and is not all", async () => {
    const whole = readFileSync(client);
    const file = join(folder, "cut.pcap");
    writeFileSync(file, whole.subarray(0, whole.length - 10));
    const args = ["decode", file, "--summary"];
    const [lenient, strict, uncut] = await Promise.all([
      runTtk(args),
      runTtk([...args, "--strict"]),
      runTtk(["decode", client, "--summary", "--strict"]),
    ]);
    expect([lenient.code, strict.code, uncut.code]).toEqual([0, 1, 0]);
    expect(strict.stdout).toBe(lenient.stdout);
    expect(strict.stderr).toMatch(/^byte \d+ of the file: /m);
  });

  it("--format mermaid: a sequence diagram", async () => {
    const { code, stdout } = await runTtk(["decode", client, "--format", "mermaid", "-q"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sequenceDiagram\n/);
    expect(stdout).toContain("user1");
  });

  it("--stats --json: one object", async () => {
    const { code, stdout } = await runTtk(["decode", cluster, "--stats", "--json", "-q"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      pdus: 1135,
      connectionsTotal: 41,
      unansweredTotal: 8,
    });
  });

  it("--check: exit 0 where only a SHOULD is violated, 1 with --strict, and the reasons with -v", async () => {
    const [lenient, strict, verbose] = await Promise.all([
      runTtk(["decode", cluster, "--check", "-q"]),
      runTtk(["decode", cluster, "--check", "--strict", "-q"]),
      runTtk(["decode", client, "--check", "-v"]),
    ]);
    expect([lenient.code, strict.code, verbose.code]).toEqual([0, 1, 0]);
    expect(lenient.stdout).toContain("violates LGN-12 at packet 140 (PDU 68)");
    expect(verbose.stdout).toMatch(/^HMS-01 is not checked: HTTP, not PDUs$/m);
    expect(verbose.stdout).toMatch(/0 violations of MUST, 0 of SHOULD; \d+ of 127 requirements can be checked/);
  });

  it("--check of several captures does not take their connections for one another", async () => {
    const { stdout } = await runTtk(["decode", client, cluster, client, "--check", "-q"]);
    expect(stdout).toContain("0 violations of MUST, 28 of SHOULD");
  });

  it("--strict: exit 1 when a PDU cannot be decoded; one bad PDU hides no other", async () => {
    const args = ["decode", heartbeat + broken + heartbeat, "--summary"];
    const [lenient, strict] = await Promise.all([runTtk(args), runTtk([...args, "--strict"])]);
    expect([lenient.code, strict.code]).toEqual([0, 1]);
    expect(strict.stdout.match(/CID_OTHER_HEARTBEAT/g)).toHaveLength(2);
  });

  it("--follow by id and by name: the same, from the login request on", async () => {
    const [byName, byId] = await Promise.all(
      ["user32", "32"].map((who) => runTtk(["decode", cluster, "--follow", who, "--format", "csv", "-q"])),
    );
    expect(byId?.stdout).toBe(byName?.stdout);
    expect(byName?.stdout).toContain("CID_LOGIN_REQ_USERLOGIN");
  });

  it("--annotate: names behind the ids of a log, all else as it was", async () => {
    const file = join(folder, "msg_server.log");
    writeFileSync(file, "03:02 HandlePdu cmd:0x0103 from 10.0.0.1\n");
    const { code, stdout } = await runTtk(["decode", "--annotate", file]);
    expect(code).toBe(0);
    expect(stdout).toContain("CID_LOGIN_REQ_USERLOGIN");
    expect(stdout).toContain("from 10.0.0.1\n");
  });

  it("--key: of 32 bytes; the wrong one shows no text", async () => {
    const [short, wrong] = await Promise.all([
      runTtk(["decode", client, "--key", "short"]),
      runTtk(["decode", client, "--key", "x".repeat(32), "--json", "-q"]),
    ]);
    expect(short).toMatchObject({ code: 2, stdout: "" });
    expect(short.stderr).toMatch(/^ttk: .*32 bytes[^\n]*\n$/);
    expect(wrong.code).toBe(0);
  });

  it("--port: only connections that have one of them", async () => {
    const [route, none, bad] = await Promise.all([
      runTtk(["decode", cluster, "--port", "8200", "--stats", "--json", "-q"]),
      runTtk(["decode", cluster, "--port", "9"]),
      runTtk(["decode", cluster, "--port", "70000"]),
    ]);
    expect(JSON.parse(route.stdout)).toMatchObject({ connectionsTotal: 3 });
    expect([none.code, bad.code]).toEqual([2, 2]);
  });

  it("--input: takes the text for that shape alone", async () => {
    const base64 = Buffer.from(heartbeat, "hex").toString("base64");
    const [right, wrong] = await Promise.all([
      runTtk(["decode", "--input", "base64", "--summary"], { stdin: base64 }),
      runTtk(["decode", "--input", "xxd"], { stdin: base64 }),
    ]);
    expect(right.stdout).toContain("CID_OTHER_HEARTBEAT");
    expect(wrong.code).toBe(2);
  });

  it("--filter: a pattern that would backtrack for ever answers at once", async () => {
    const { code, stderr } = await runTtk(["decode", cluster, "--filter", "conn =~ /^(([0-9.:>])+)+x$/"]);
    expect(code).toBe(2);
    expect(stderr).toContain("none of 1135 PDUs is selected");
  });
});
