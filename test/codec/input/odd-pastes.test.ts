import { describe, expect, it } from "vitest";
import { readHexText } from "../../../src/codec/input/read-hex-text.js";
import { decodeText, isText } from "../../../src/codec/input/source-text.js";
import { hex } from "../../helpers/hex.js";

const heartbeat = hex("00000010 0001 0000 0007 0701 0001 0000");
/** A message read acknowledgement whose ids have bytes above 0x7f. */
const readAck = hex("00000018 0001 0000 0003 0303 0009 0000 08e907 10ea07 1801");
const heartbeats = Buffer.concat([heartbeat, heartbeat, heartbeat]);
const dumpOfThree = [
  "00000000  00 00 00 10 00 01 00 00  00 07 07 01 00 01 00 00  |................|",
  "*",
  "00000030",
].join("\n");
const pairs = Array.from(readAck, (byte) => byte.toString(16).padStart(2, "0"));
const signed = Array.from(readAck, (byte) => (byte > 0x7f ? byte - 0x100 : byte));

describe("a dump's repeated lines are not lost", () => {
  it.each<[string, string]>([
    ["as they are", dumpOfThree],
    ["behind quote signs", dumpOfThree.replaceAll(/^/gm, "> ")],
    ["behind a logger's words", dumpOfThree.replaceAll(/^/gm, "Nov 26 03:12:44 host-7 msg_server[1234]: ")],
    ["in a JSON log", JSON.stringify({ time: "2026-11-26T03:12:44Z", level: "warn", dump: dumpOfThree })],
    ["of od, which counts in octal", "0000000 00 00 00 10 00 01 00 00 00 07 07 01 00 01 00 00\n*\n0000060\n"],
    ["of od -A d", "0000000 00 00 00 10 00 01 00 00 00 07 07 01 00 01 00 00\n*\n0000048\n"],
  ])("%s", (_, text) => {
    const { chunks, problems } = readHexText(text);
    expect(chunks.map(({ bytes }) => bytes)).toEqual([heartbeats]);
    expect(problems).toEqual([]);
  });

  it("are named where nothing tells how many they are, and what stands before them is read", () => {
    const { chunks, problems } = readHexText(`${heartbeat.toString("hex").replaceAll(/../g, " $&")}\n*\n`);
    expect(chunks.map(({ bytes }) => bytes)).toEqual([heartbeat]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("line 2, column 1: '*' stands for a number of lines"),
    ]);
  });
});

describe("what printing programs make of bytes", () => {
  it.each<[string, string]>([
    ["%02x of a signed char", pairs.map((pair) => (pair > "7f" ? `ffffff${pair}` : pair)).join(" ")],
    [
      "gdb's p/x with repeats",
      "$1 = {0x0 <repeats 3 times>, 0x18, 0x0, 0x1, 0x0 <repeats 3 times>, 0x3, 0x3, 0x3, 0x0, 0x9, 0x0, 0x0, 0x8, 0xe9, 0x7, 0x10, 0xea, 0x7, 0x18, 0x1}",
    ],
    [
      "gdb's p of characters",
      String.raw`$1 = "\000\000\000\030\000\001\000\000\000\003\003\003\000\t\000\000\b\351\a\020\352\a\030\001"`,
    ],
    [
      "JavaScript's Int8Array behind quote signs",
      `Int8Array(24) [\n${signed.map((value) => `  ${value},`).join("\n")}\n]`.replaceAll(/^/gm, "> "),
    ],
    ["Lua's decimal escapes", `"${Array.from(readAck, (byte) => `\\${String(byte).padStart(3, "0")}`).join("")}"`],
    [
      "console.log of a binary string",
      `[ '${pairs.map((pair) => (pair > "a0" ? String.fromCharCode(Number.parseInt(pair, 16)) : `\\x${pair}`)).join("")}' ]`,
    ],
    ["a string in Markdown's code signs", `it got \`b'${pairs.map((pair) => `\\x${pair}`).join("")}'\` and died`],
    ["pairs in angle brackets", pairs.map((pair) => `<${pair}>`).join("")],
    ["pairs in square brackets, in code signs", `\`${pairs.map((pair) => `[${pair}]`).join("")}\``],
    ["a line number before the only line", `   1  ${pairs.join(" ")}`],
    [
      "grep's line numbers before gdb's addresses",
      `118:0x4040 <buf>:\t${gdb(0, 8)}\n119:0x4048 <buf+8>:\t${gdb(8, 16)}\n120:0x4050 <buf+16>:\t${gdb(16, 24)}`,
    ],
    ["radare2's p8 between prompts", `[0x00000000]> p8 24\n${readAck.toString("hex")}\n[0x00000000]> `],
    ["JSON with escaped escapes", JSON.stringify({ data: pairs.map((pair) => `\\x${pair}`).join("") })],
  ])("%s", (_, text) => {
    const { chunks, problems } = readHexText(text);
    expect(chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual([readAck.toString("hex")]);
    expect(problems).toEqual([]);
  });

  it("gives a C string's last zero back, which it does not write", () => {
    const text = String.raw`$1 = "\000\000\000\020\000\001\000\000\000\a\a\001\000\001\000"`;
    expect(readHexText(text).chunks.map(({ bytes }) => bytes)).toEqual([heartbeat]);
  });

  it("says that strace left out the rest of a string, and reads what is there", () => {
    const text = String.raw`write(5, "\0\0\0\30\0\1\0\0\0\3\3\3\0\t\0\0\10\351"..., 24) = 24`;
    const { chunks, problems } = readHexText(text);
    expect(chunks.map(({ bytes }) => bytes)).toEqual([readAck.subarray(0, 18)]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("line 1, column 52: the string was cut short when it was printed"),
    ]);
  });
});

describe("a text as a terminal or an editor saved it", () => {
  const text = `recv:\n${pairs.join(" ")}\n`;

  it.each<[string, Buffer]>([
    ["UTF-16, little-endian, without a mark", Buffer.from(text, "utf16le")],
    ["UTF-16, big-endian, without a mark", Buffer.from(text, "utf16le").swap16()],
    [
      "colours, erased line ends and a window title",
      Buffer.from(`\u001b]0;host\u0007${text.replaceAll("\n", "\u001b[0m\u001b[K\n")}`),
    ],
  ])("%s", (_, bytes) => {
    expect(isText(bytes)).toBe(true);
    expect(readHexText(decodeText(bytes)).chunks.map((chunk) => chunk.bytes)).toEqual([readAck]);
  });

  it("does not take a stream of PDUs for text", () => {
    expect(isText(heartbeats)).toBe(false);
    expect(isText(readAck)).toBe(false);
  });
});

function gdb(from: number, to: number): string {
  return pairs
    .slice(from, to)
    .map((pair) => `0x${pair}`)
    .join("\t");
}

describe("no byte is lost where a name touches the first one", () => {
  const words = pairs.join("").replaceAll(/.{4}/g, "$& ").trim();

  it.each<[string, string]>([
    ["Python's fromhex", `data = bytes.fromhex('${pairs.join(" ")}')`],
    ["a log's field", `I1126 03:12:01.000000 12345 conn.cpp:88] recv len=24 data=${pairs.join(" ").toUpperCase()}`],
    ["a field behind a comma", `fd=12,len=24,data=${pairs.join(" ")}`],
    ["a field of one letter", `b=${pairs.join(" ")} n=24`],
    ["a colon", `payload:${pairs.join(" ")}`],
    ["a bracket", `[recv]${pairs.join(" ")}`],
    ["groups of four digits", `rx:${words}`],
  ])("%s", (_, text) => {
    expect(readHexText(text).chunks.map(({ bytes }) => bytes)).toEqual([readAck]);
  });

  it("in lines that follow one another", () => {
    const line = `recv len=24 data=${pairs.join(" ")}\n`;
    const { chunks } = readHexText(line.repeat(3));
    expect(Buffer.concat(chunks.map(({ bytes }) => bytes))).toEqual(Buffer.concat([readAck, readAck, readAck]));
  });
});
