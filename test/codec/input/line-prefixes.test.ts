import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { withoutLinePrefixes } from "../../../src/codec/input/line-prefixes.js";
import { readHexText } from "../../../src/codec/input/read-hex-text.js";

const input = new URL("../../../fixtures/input/", import.meta.url);
const login = readFileSync(new URL("login.bin", input));

describe("a paste with something in front of its lines", () => {
  const prefixes: readonly (readonly [string, (line: number) => string])[] = [
    ["a mail's quote sign", () => "> "],
    ["two of them", () => ">> "],
    ["a table's bar", () => "| "],
    ["a comment sign", () => "// "],
    ["a logger's time and connection", (line) => `2026-11-25 03:02:${10 + line}.123 DEBUG [conn-7] `],
    ["syslog's words", () => "Nov 25 03:02:11 im-01 msg_server[812]: "],
    ["a pod's name", () => "msg-server-5d9f7-abcde msg-server "],
    ["containerd's words", (line) => `2026-11-25T03:02:${10 + line}.123456789Z stdout F `],
    ["RFC 5424's words", (line) => `<15>1 2026-11-25T03:02:${10 + line}Z im-01 msg_server 812 - - `],
    ["nginx's words", (line) => `2026/11/25 03:02:${10 + line} [debug] 812#812: *1 `],
    ["seconds since 1970", (line) => `17640397${10 + line}.123 `],
    ["a build's step and seconds", (line) => `#12 1.${10 + line} `],
    ["a time and a thread's number in hex", (line) => `2026-11-25 03:02:${10 + line}.123 0x7f2a [D] `],
  ];
  const shapes = [
    "xxd.txt",
    "hexdump-c.txt",
    "hexdump.txt",
    "od-x1z.txt",
    "hex-xxd-p.txt",
    "byte-list-xxd-i.txt",
    "gdb-xb.txt",
  ];

  it.each(prefixes.flatMap(([name, prefix]) => shapes.map((shape) => [shape, name, prefix] as const)))(
    "%s behind %s",
    (shape, _, prefix) => {
      const lines = readFileSync(new URL(shape, input), "utf8").trimEnd().split("\n");
      const pasted = lines.map((line, at) => prefix(at) + line).join("\r\n");
      expect(readHexText(pasted).chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual([login.toString("hex")]);
    },
  );

  it.each([
    ["containerd's words", "2026-11-25T03:02:11.123456789Z stdout F "],
    ["a thread's number in hex", "2026-11-25 03:02:11.123 0x7f2a [D] "],
    ["a build's step and seconds", "#12 1.234 "],
    ["TeamTalk's logger", "2026-11-25 03:02:11,123 [DEBUG] <ImConn.cpp>|<88>|<OnRead>,"],
    ["Python's logger", "DEBUG:root:"],
    ["a quote", '"'],
  ])("of one line behind %s has all its bytes, whatever stands between them", (_, prefix) => {
    for (const separator of [":", "-", ",", " ", ", "]) {
      const row = login.toString("hex").replaceAll(/..(?!$)/g, `$&${separator}`);
      expect(readHexText(prefix + row).chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual([
        login.toString("hex"),
      ]);
    }
  });

  it.each(["xxd.txt", "od-d2.txt", "od-o2.txt"])(
    "has its offsets also where a logger's words touch them: %s",
    (name) => {
      const dump = readFileSync(new URL(name, input), "utf8").trimEnd().split("\n");
      for (const prefix of ["2026-11-25 03:02:11,123 [DEBUG] <ImConn.cpp>|<88>|<OnRead>,", "DEBUG:root:"]) {
        const pasted = dump.map((line) => prefix + line).join("\n");
        expect(readHexText(pasted).chunks.map(({ bytes }) => bytes)).toEqual([login]);
      }
    },
  );

  it("keeps every column, and leaves what a dump has itself", () => {
    expect(withoutLinePrefixes("> 00000000: 00 ff\n> 00000010: 00 fe")).toBe("  00000000: 00 ff\n  00000010: 00 fe");
    const dump = "00000000: 0000 0010\n*\n00000020: 0000 0010";
    expect(withoutLinePrefixes(dump)).toBe(dump);
  });
});
