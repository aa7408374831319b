import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExitCode } from "../../src/cli/exit-codes.js";
import { nobodyAt } from "../helpers/odd-server.js";
import { ServedCluster } from "../helpers/served-cluster.js";
import { runTtk } from "../helpers/ttk-process.js";

const folder = mkdtempSync(join(tmpdir(), "ttk-bad-input-"));
const places = { nobody: "", taken: "", msg: "" };
let cluster: ServedCluster;
let holder: Server;

beforeAll(async () => {
  cluster = await ServedCluster.start("--msg-servers", "1");
  holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  places.taken = `127.0.0.1:${(holder.address() as { port: number }).port}`;
  places.nobody = `127.0.0.1:${(await nobodyAt()).port}`;
  places.msg = cluster.msgServers[0] ?? "";
});
afterAll(() => {
  cluster?.kill();
  holder?.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

interface BadInput {
  readonly what: string;
  readonly args: () => readonly string[];
  readonly stdin?: string;
  readonly code: ExitCode;
  readonly line: RegExp;
}

const { usage, blocked } = ExitCode;
const reachable = ["--users", "2", "--duration", "1s"];

const badInputs: readonly BadInput[] = [
  { what: "no file", args: () => ["decode", "/nowhere/night.pcap"], code: usage, line: /night\.pcap: no such file/ },
  { what: "a folder", args: () => ["decode", folder], code: usage, line: /is a folder; name a file in it/ },
  { what: "an empty file", args: () => ["decode", file("empty.bin", "")], code: usage, line: /empty\.bin: is empty/ },
  {
    what: "a capture without a command",
    args: () => ["night.pcapng.gz"],
    code: usage,
    line: /unknown command 'night\.pcapng\.gz' \(Did you mean ttk decode night\.pcapng\.gz\?\)/,
  },
  {
    what: "hex without a command",
    args: () => ["00000010000100000007070100010000"],
    code: usage,
    line: /\(Did you mean ttk decode 00000010000100000007070100010000\?\)/,
  },
  {
    what: "a scenario file without a command",
    args: () => ["my/test.ts"],
    code: usage,
    line: /unknown command 'my\/test\.ts' \(Did you mean ttk load my\/test\.ts\?\)/,
  },
  {
    what: "a profile where baselines are meant",
    args: () => ["conform", "127.0.0.1:8000", "--profile", "teamtalk"],
    code: usage,
    line: /unknown option '--profile' \(--baseline teamtalk expects what the original servers are known to fail\)$/,
  },
  {
    what: "a small letter for the version",
    args: () => ["-v"],
    code: usage,
    line: /unknown option '-v' \(Did you mean -V\?\)$/,
  },
  { what: "an empty stdin", args: () => ["decode"], code: usage, line: /stdin: is empty/ },
  { what: "an empty argument", args: () => ["decode", ""], code: usage, line: /argument: .*nothing to read/ },
  { what: "half a header", args: () => ["decode", "0000001000010000"], code: usage, line: /no PDU in the input/ },
  {
    what: "half a header in a file",
    args: () => ["decode", file("half.bin", Buffer.from("000000100001", "hex"))],
    code: usage,
    line: /no PDU in the input/,
  },
  {
    what: "a compressed file",
    args: () => ["decode", file("night.pcap.zst", Buffer.from("28b52ffd04587144", "hex"))],
    code: usage,
    line: /night\.pcap\.zst: is compressed with zstd; unpack it first/,
  },
  {
    what: "hex with an odd digit",
    args: () => ["decode", "0000001000010000000707010001000"],
    code: usage,
    line: /argument: line 1, column 1: odd number of digits \(31\)/,
  },
  {
    what: "a name that would set a terminal's title",
    args: () => ["decode", "00000010000100000007070100010000", "--follow", "\u001b]0;title\u0007"],
    code: usage,
    line: /^ttk: none of 1 PDUs is selected; no login of "\\u001b\]0;title\\u0007" was seen$/,
  },
  { what: "a stray word", args: () => ["decode", "00000010 hello"], code: usage, line: /not hex/ },
  {
    what: "a stray word in stdin",
    args: () => ["decode"],
    stdin: "0000 zebra",
    code: usage,
    line: /stdin: line 1, column 1: no bytes in this text/,
  },
  {
    what: "an unknown command",
    args: () => ["decod"],
    code: usage,
    line: /unknown command 'decod'.*Did you mean decode/,
  },
  {
    what: "help for an unknown command",
    args: () => ["help", "decod"],
    code: usage,
    line: /unknown command 'decod'.*Did you mean decode/,
  },
  {
    what: "a mistyped command of a command",
    args: () => ["conform", "lsit"],
    code: usage,
    line: /"lsit" is no command of ttk conform; did you mean "list"\?/,
  },
  {
    what: "a file without its kind to seed",
    args: () => ["seed", "chat.db"],
    code: usage,
    line: /"chat\.db" is no target: give sqlite:PATH/,
  },
  { what: "an unknown option", args: () => ["decode", "--jsno"], code: usage, line: /unknown option '--jsno'.*--json/ },
  {
    what: "no address",
    args: () => ["conform"],
    code: usage,
    line: /missing required argument 'address' \(ttk conform --help\)$/,
  },
  {
    what: "no argument of a command of a command",
    args: () => ["conform", "diff"],
    code: usage,
    line: /missing required argument 'before' \(ttk conform diff --help\)$/,
  },
  {
    what: "an option of another command",
    args: () => ["load", "--profile", "teamtalk"],
    code: usage,
    line: /unknown option '--profile' \(ttk load --help\)$/,
  },
  {
    what: "a misspelt part of a name",
    args: () => ["schema", "kik"],
    code: usage,
    line: /nothing in the schema is called "kik"; did you mean .*kick/i,
  },
  { what: "half an address", args: () => ["conform", "localhost"], code: usage, line: /host:port/ },
  {
    what: "a port that nobody listens on, to be judged",
    args: () => ["conform", places.nobody, "--only", "con.time"],
    code: blocked,
    line: /1 of 1 cases could not be judged: cannot connect to 127\.0\.0\.1:\d+: nobody listens there \(ECONNREFUSED\)/,
  },
  {
    what: "a port that nobody listens on, to be loaded",
    args: () => ["load", "--target", places.nobody, ...reachable],
    code: blocked,
    line: /cannot connect to 127\.0\.0\.1:\d+: nobody listens there \(ECONNREFUSED\)/,
  },
  {
    what: "a login_server that nobody runs",
    args: () => ["load", "--login", places.nobody, ...reachable],
    code: blocked,
    line: /login_server.*ECONNREFUSED/,
  },
  {
    what: "a port in use",
    args: () => ["serve", "route", "--listen", places.taken],
    code: blocked,
    line: /cannot listen on 127\.0\.0\.1:\d+: the port is in use/,
  },
  {
    what: "an address with a port, to advertise",
    args: () => ["serve", "--ports", "auto", "--advertise", "10.0.0.1:8000"],
    code: usage,
    line: /--advertise <host>.*without a port/,
  },
  {
    what: "a configuration in UTF-16",
    args: () => ["serve", "--conf", file("routeserver.conf", Buffer.from("\ufeffListenIP=127.0.0.1\r\n", "utf16le"))],
    code: usage,
    line: /routeserver\.conf is no text; save it as UTF-8$/,
  },
  {
    what: "a folder as a fixture",
    args: () => ["serve", "--ports", "auto", "--fixture", folder],
    code: usage,
    line: /^ttk: cannot read the fixture .*: is a folder$/,
  },
  {
    what: "an address of another machine",
    args: () => ["serve", "route", "--listen", "192.0.2.1:8200"],
    code: blocked,
    line: /^ttk: cannot listen on 192\.0\.2\.1:8200: this machine has no such address \(EADDRNOTAVAIL\)$/,
  },
  {
    what: "a configuration that names no database, to serve users of nobody's choice",
    args: () => ["serve", "--conf", file("dbproxyserver.conf", "ListenIP=127.0.0.1\nListenPort=1\n")],
    code: usage,
    line: /^ttk: the configuration names no database: DBServerIP1 or DBInstances, else --storage or --users$/,
  },
  {
    what: "a folder for files that is none",
    args: () => ["serve", "file", "--ports", "auto", "--data", file("no-folder", "")],
    code: blocked,
    line: /^ttk: no files can be kept in \S+no-folder: EEXIST$/,
  },
  {
    what: "a file for pushes in a folder that is not there",
    args: () => ["serve", "push", "--ports", "auto", "--push-file", join(folder, "none", "pushes.jsonl")],
    code: blocked,
    line: /^ttk: no pushes can be written to \S+pushes\.jsonl: ENOENT$/,
  },
  {
    what: "a storage without a database, whose password stays unsaid",
    args: () => ["serve", "db", "--ports", "auto", "--storage", "mysql://root:geheim@127.0.0.1"],
    code: usage,
    line: /^ttk: "mysql:\/\/root:\*\*\*@127\.0\.0\.1" is no storage/,
  },
  {
    what: "a wrong password, to judge with",
    args: () => ["conform", places.msg, "--only", "msg.ack", "--password", "wrong"],
    code: blocked,
    line: /user\d+ cannot log in: the login was refused \(result_code 6/,
  },
  {
    what: "a wrong password, to load with",
    args: () => ["load", "--target", places.msg, "--password", "wrong", ...reachable],
    code: blocked,
    line: /the login was refused \(result_code 6/,
  },
  {
    what: "a broken YAML of accounts",
    args: () => ["conform", places.msg, "--accounts", file("broken.yaml", "accounts: [\n")],
    code: usage,
    line: /accounts \S+broken\.yaml: .*line 2, column 1$/,
  },
  {
    what: "a YAML of something else",
    args: () => ["load", "--target", places.msg, "--accounts", file("other.yaml", "voice: yes\n")],
    code: usage,
    line: /accounts \S+other\.yaml: expected "users" with a pattern or "accounts" with a list/,
  },
  {
    what: "no file of accounts",
    args: () => ["load", "--target", places.msg, "--accounts", "nobody.csv"],
    code: usage,
    line: /accounts nobody\.csv: cannot be read \(ENOENT\)/,
  },
  {
    what: "a broken YAML of users to serve",
    args: () => ["serve", "--ports", "auto", "--fixture", file("users.yaml", "users:\n  - name: [a\n")],
    code: usage,
    line: /users\.yaml:\d+: /,
  },
  {
    what: "a scenario that there is not",
    args: () => ["load", "steady-chta"],
    code: usage,
    line: /no load scenario "steady-chta".*steady-chat/,
  },
  { what: "a load towards nowhere", args: () => ["load"], code: usage, line: /--target host:port/ },
];

describe("bad input", () => {
  it.each(badInputs)("ends in one clear line and exit code $code: $what", async ({ args, stdin, code, line }) => {
    const finished = await runTtk([...args(), "-q"], stdin === undefined ? {} : { stdin });
    expect(finished.code).toBe(code);
    expect(finished.stderr).toMatch(/^ttk: [^\n]+\n$/);
    expect(finished.stderr.trimEnd()).toMatch(line);
  });

  it.each([
    ["too small", "0000000f000100000007070100010000", "PDU_LENGTH_TOO_SMALL: length field is smaller than the header"],
    [
      "beyond the end",
      "00000012000100000007070100010000",
      "PDU_TRUNCATED: the bytes end before the PDU does (bytes 16, needed 18)",
    ],
    ["beyond any limit", "ffffffff000100000007070100010000", "PDU_TRUNCATED"],
  ])(
    "reports a length that lies (%s) beside the header it stands in, and fails with --strict",
    async (_, hex, text) => {
      const [lenient, strict] = await Promise.all([runTtk(["decode", hex]), runTtk(["decode", "--strict", hex])]);
      expect(lenient).toMatchObject({ code: 0, stderr: "" });
      expect(lenient.stdout.split("\n")).toHaveLength(2);
      expect(lenient.stdout).toContain("0x0701");
      expect(lenient.stdout).toContain(text);
      expect(strict.code).toBe(ExitCode.failed);
    },
  );
});
