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
    ["no longer than a pair, with a blank", `rx ${pairs.join(" ")}`],
    ["a mark of two signs", `<< ${pairs.join(" ")}`],
  ])("%s", (_, text) => {
    expect(readHexText(text).chunks.map(({ bytes }) => bytes)).toEqual([readAck]);
  });

  it("in lines that follow one another", () => {
    const line = `recv len=24 data=${pairs.join(" ")}\n`;
    const { chunks } = readHexText(line.repeat(3));
    expect(Buffer.concat(chunks.map(({ bytes }) => bytes))).toEqual(Buffer.concat([readAck, readAck, readAck]));
  });
});

describe("signs between pairs that are of several kinds", () => {
  const marked = pairs.map((pair) => `0x${pair}`);

  it.each<[string, string]>([
    ["0x before the first one alone", `0x${pairs.join(" ")}`],
    ["0x before those of the header", `${marked.slice(0, 16).join(", ")}\n${pairs.slice(16).join(" ")}`],
    ["0x before every other one", pairs.map((pair, at) => (at % 2 === 0 ? `0x${pair}` : pair)).join(" ")],
    ["a comma and no blank behind the eighth", `${pairs.slice(0, 8).join(" ")},${pairs.slice(8).join(" ")}`],
    ["commas, some of them with blanks", pairs.map((pair, at) => pair + [" ", ",", ", "][at % 3]).join("")],
    ["the same with 0x", marked.map((pair, at) => pair + [" ", ",", ", "][at % 3]).join("")],
    ["a list of strings", JSON.stringify(pairs)],
    [
      "words before the header and the body",
      `header:\n${pairs.slice(0, 16).join(" ")}\nbody:\n${pairs.slice(16).join(" ")}`,
    ],
    [
      "words between three parts",
      [0, 16, 20].map((at) => `from ${at} on:\n${pairs.slice(at, at === 0 ? 16 : at + 4).join(" ")}\n`).join(""),
    ],
  ])("%s", (_, text) => {
    const { chunks, problems } = readHexText(text);
    expect(chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual([readAck.toString("hex")]);
    expect(problems).toEqual([]);
  });

  it("leaves a PDU alone whose rest is not what follows", () => {
    const text = `header:\n${pairs.slice(0, 16).join(" ")}\nand then:\n${pairs.slice(0, 16).join(" ")}\n`;
    expect(readHexText(text).chunks.map(({ bytes }) => bytes.length)).toEqual([16, 16]);
  });
});

describe("what Chinese keyboards and words put around pairs", () => {
  const wide = (text: string): string =>
    text.replaceAll(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0));

  it.each<[string, string]>([
    ["a colon before and a full stop behind", `数据：${pairs.join(" ")}。`],
    ["an ASCII colon before", `数据:${pairs.join(" ")}`],
    ["words that touch the first and the last pair", `收到${pairs.join(" ")}就断开了`],
    ["wide commas", pairs.join("，")],
    ["commas of an enumeration", pairs.join("、")],
    ["wide commas and 0x", pairs.map((pair) => `0x${pair}`).join("，")],
    ["arrows of a serial or TCP tool", `[12:00:01.123]收←◆${pairs.join(" ").toUpperCase()}`],
    ["brackets", `收到【${pairs.join(" ")}】`],
    ["ideographic blanks", pairs.join("\u3000")],
    ["wide digits", wide(pairs.join(" "))],
  ])("%s", (_, text) => {
    const { chunks, problems } = readHexText(text);
    expect(chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual([readAck.toString("hex")]);
    expect(problems).toEqual([]);
  });
});

describe("a PDU of which each field has a remark", () => {
  const fields = ["length", "version", "flag", "service", "command", "seq", "reserved", "body"];
  const starts = [0, 4, 6, 8, 10, 12, 14, 16];
  const rowOf = (field: number) => pairs.slice(starts[field], starts[field + 1]).join(" ");

  it.each<[string, (field: number) => string]>([
    ["before it", (field) => `${fields[field]}: ${rowOf(field)}`],
    ["behind it", (field) => `${rowOf(field)}  (${fields[field]})`],
    ["behind a semicolon", (field) => `${rowOf(field)} ; ${fields[field]}`],
    ["in Chinese", (field) => `${rowOf(field)}  ${"长度版本标志服务命令序号保留包体".slice(2 * field, 2 * field + 2)}`],
  ])("%s", (_, lineOf) => {
    const { chunks, problems } = readHexText(fields.map((_field, at) => lineOf(at)).join("\n"));
    expect(chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual([readAck.toString("hex")]);
    expect(problems).toEqual([]);
  });
});

it("reads tcpflow's dump, and takes no column of characters for base64", () => {
  const text = hex("00000028 0001 0000 0003 0302 0009 0000 6d706549 65475759 71613531 386e736f 3d3d3d3d 3d3d3d3d");
  const rows = [0, 16, 32].map((at) => text.subarray(at, at + 16));
  const lines = rows.map(
    (row, at) => `00${at / 16}0: ${row.toString("hex").replaceAll(/.{4}/g, "$& ").padEnd(40)} ${shown(row)}`,
  );
  const ngrep = rows.map((row) => `  ${row.toString("hex").replaceAll(/../g, "$& ").padEnd(52)} ${shown(row)}`);
  for (const dump of [lines, ngrep]) {
    expect(readHexText(dump.join("\n")).chunks.map(({ bytes }) => bytes)).toEqual([text]);
  }
});

function shown(row: Buffer): string {
  return Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
}

describe("a dump behind", () => {
  const text = heartbeats.toString("hex").repeat(5);
  const lines = Array.from(text.match(/.{32}/g) ?? [], (line, at) => {
    const words = line.replaceAll(/.{4}/g, "$& ").trim();
    return `${(at * 16).toString(16).padStart(8, "0")}: ${words}  ................`;
  });

  it.each<[string, (line: number) => string]>([
    ["line numbers that become longer", (line) => `${line}:`],
    ["a file's name and such numbers", (line) => `dump.txt:${line}:`],
    ["log4cxx's words without a blank", () => "2026-11-25 03:02:11,123 [DEBUG] <ImUser.cpp>|<88>|<Dump>,"],
  ])("%s is one", (_, before) => {
    const { chunks } = readHexText(lines.map((line, at) => before(at + 1) + line).join("\n"));
    expect(chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual([text]);
  });
});

it("reads a PDU whose end was not copied, also when half a byte is there", () => {
  const { chunks, problems } = readHexText(readAck.toString("hex").slice(0, 41));
  expect(chunks.map(({ bytes }) => bytes)).toEqual([readAck.subarray(0, 20)]);
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining("line 1, column 1: odd number of digits (41)"),
  ]);
});

describe("a string of bytes of Rust or C#, where \\0 is a NUL whatever digit stands behind it", () => {
  it.each([
    ["Rust's bytes", String.raw`b"\0\0\0\x10\0\x01\0\0\0\x07\x07\x01\01\0\0"`],
    ["C#'s string", String.raw`"\0\0\0\u0010\0\u0001\0\0\0\u0007\u0007\u0001\01\0\0"`],
  ])("%s", (_, text) => {
    const { chunks, problems } = readHexText(text);
    expect(problems).toEqual([]);
    expect(chunks.map(({ bytes }) => bytes)).toEqual([hex("00000010 0001 0000 0007 0701 0031 0000")]);
  });
});
