import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/codec/input/input-error.js";
import { readHexText } from "../../../src/codec/input/read-hex-text.js";
import { decodeText } from "../../../src/codec/input/source-text.js";
import { hex } from "../../helpers/hex.js";
import { textShapes } from "../../helpers/text-shapes.js";

/** A login of user1, by hand. */
const bytes = hex(`00000032 0001 0000 0001 0103 0002 0000
  0a05 7573657231 1210 30313233343536373839616263646566 1801 2011 2a03 312e30`);

type Dress = (text: string) => string;

const dresses: Readonly<Record<string, Dress>> = {
  "CR LF": (text) => text.replaceAll("\n", "\r\n"),
  "old line ends": (text) => text.replaceAll("\n", "\r"),
  "tabs before": eachLine((line) => `\t\t${line}`),
  "a quoted quote": eachLine((line) => `>> > ${line}`),
  "a prompt": (text) => `root@im-01:/var/log/im# dump /tmp/a.bin\n${text}root@im-01:/var/log/im# \n`,
  "gdb's prompt": (text) => `(gdb) x/52xb buf\n${text}(gdb) `,
  "a fence": (text) => `here you go:\n\`\`\`text\n${text}\`\`\`\nthat's all\n`,
  "single backticks": (text) => `\`${text.trimEnd()}\`\n`,
  "a chat's names and times": (text) => `alice  [3:02 AM]\nlook at that:\n${text}\nbob  [3:03 AM]\nhm\n`,
  "cat -n": eachLine((line, at) => `${String(at + 1).padStart(6)}\t${line}`),
  "an editor's line numbers": eachLine((line, at) => `${String(at + 1).padStart(3)} ${line}`),
  "grep -n": eachLine((line, at) => `${at + 101}:${line}`),
  "grep -n with a file's name": eachLine((line, at) => `msg.log:${at + 101}:${line}`),
  "grep -A": eachLine((line, at) => `${at + 101}-${line}`),
  "hard blanks": (text) => text.replaceAll(" ", "\u00a0"),
  "curly quotes": (text) => text.replace(/"([^"]*)"/g, "\u201c$1\u201d").replace(/'([^']*)'/g, "\u2018$1\u2019"),
  "log4cxx's words": eachLine(
    (line, at) => `2026-11-25 03:02:1${at % 10},123 [INFO] <MsgConn.cpp>|<120>|<HandlePdu>, ${line}`,
  ),
  "a time alone": eachLine((line, at) => `03:02:1${at % 10}.123456 ${line}`),
  "a container's name": eachLine((line) => `msg_server_1  | ${line}`),
  bullets: eachLine((line) => `\u2022 ${line}`),
  dashes: eachLine((line) => `- ${line}`),
  stars: eachLine((line) => `* ${line}`),
  "a diff's plus": eachLine((line) => `+${line}`),
  "a diff's minus": eachLine((line) => `-${line}`),
  "a comment in C": (text) => `/*\n${eachLine((line) => ` * ${line}`)(text)} */\n`,
  "a table": eachLine((line) => `| ${line} |`),
  "<pre>": (text) => `<pre>${escapedHtml(text)}</pre>\n`,
  "<br/>": eachLine((line) => `${escapedHtml(line)}<br/>`),
  "a table of HTML with line numbers": eachLine(
    (line, at) => `<tr><td class="ln">${at + 1}</td><td>${escapedHtml(line)}</td></tr>`,
  ),
  "paragraphs of hard blanks": eachLine((line) => `<p>${escapedHtml(line).replaceAll(" ", "&nbsp;")}</p>`),
  "colours by <span>": (text) => escapedHtml(text).replace(/\b[0-9a-f]{2}\b/g, '<span class="b">$&</span>'),
  "a JSON log": (text) => `${JSON.stringify({ at: "2026-11-25T03:02:11Z", pid: 812, dump: text })}\n`,
  "indented JSON": (text) => JSON.stringify({ pid: 812, at: { dump: text } }, null, 2),
  "a terminal of 60 columns": (text) => text.replaceAll(/[^\n]{60}/g, "$&\n"),
  "a line between": eachLine((line) => `${line}\n`),
};

const names = [
  "xxd",
  "hexdump -C",
  "hexdump",
  "od -A x -t x1z",
  "tcpdump -X",
  "tshark -x",
  "gdb x/xb",
  "xxd -p",
  "base64 in lines",
  "xxd -i",
  "Python's bytes",
  "Java's Arrays.toString",
  "Wireshark's copy as C array",
];
const shapes = textShapes.filter(({ name }) => names.includes(name));

describe.each(Object.entries(dresses))("a paste with %s", (_, dressed) => {
  it.each(shapes)("around $name", ({ write }) => {
    const { chunks, problems } = readHexText(decodeText(Buffer.from(dressed(write(bytes)))));
    expect(chunks.map((chunk) => chunk.bytes.toString("hex"))).toEqual([bytes.toString("hex")]);
    expect(problems).toEqual([]);
  });
});

describe("what was rewritten", () => {
  it("still says where it stood in the paste", () => {
    const digits = bytes.toString("hex").replace(/../g, "$& ");
    const text = `<p>one</p>\n<p>&gt;&gt; two</p>\n<p>&lt;dump&gt; &nbsp;<b>${digits}</b></p>`;
    const [chunk] = readHexText(text).chunks;
    expect([chunk?.bytes, chunk?.line, chunk?.column]).toEqual([
      bytes,
      3,
      String(text.split("\n")[2]).indexOf(digits) + 1,
    ]);
  });
});

describe("plain text", () => {
  it.each([
    "the MessageHistoryRequestHandler of /usr/local/lib/node_modules is an internationalization nightmare",
    "2026-11-25 03:02:11,123 [INFO] <MsgConn.cpp>|<245>|<HandlePdu>,HandlePdu cmd:0x0103, len=68, seq=12\nbye\n",
    "0\tCLIENT\n1\tSERVER\n2\tWINDOWS, version 3, 29 June 2007, and so on\nthere is more to say\n",
    "0x0301, 0x0601, 0x0304, 0x070d go to every other server, unchanged; 0x0302 and what is unknown do not",
    "drwxr-xr-x 2 root root 4096 Nov 25 03:02 aa\n-rw-r--r-- 1 root root 1234 Nov 25 03:02 bb\n",
    "hello world, is the server down again?\nI see 12 errors and 34 warnings since 03:02:11.\n",
  ])("has no bytes in it: %s", (text) => {
    expect(() => readHexText(text)).toThrow(InputError);
    expect(() => readHexText(text)).toThrow("no bytes in this text");
  });
});

function eachLine(dressed: (line: string, at: number) => string): Dress {
  return (text) => `${text.trimEnd().split("\n").map(dressed).join("\n")}\n`;
}

function escapedHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
