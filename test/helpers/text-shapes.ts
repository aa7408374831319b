import type { InputShape } from "../../src/codec/input/input-shape.js";

/** Writes bytes the way some tool or language prints them. */
export interface TextShape {
  readonly name: string;
  /** What the reader should take it for. */
  readonly shape: InputShape;
  readonly write: (bytes: Buffer) => string;
}

export const textShapes: readonly TextShape[] = [
  { name: "xxd", shape: "xxd", write: (bytes) => xxd(bytes, 16, 2) },
  { name: "xxd -g 1 -c 8", shape: "xxd", write: (bytes) => xxd(bytes, 8, 1) },
  { name: "xxd -g 4 -c 32", shape: "xxd", write: (bytes) => xxd(bytes, 32, 4) },
  { name: "xxd -e", shape: "xxd", write: xxdLittleEndian },
  { name: "objdump -s", shape: "xxd", write: objdump },
  { name: "xxd -p", shape: "hex", write: (bytes) => wrapped(bytes.toString("hex"), 60) },
  { name: "xxd -i", shape: "byte-list", write: (bytes) => `unsigned char a[] = {\n  ${list(bytes, hex0x)}\n};\n` },
  { name: "hexdump -C", shape: "hexdump-c", write: hexdumpC },
  { name: "hexdump", shape: "hexdump", write: (bytes) => words(bytes, 16) },
  { name: "od -x", shape: "hexdump", write: (bytes) => words(bytes, 8) },
  { name: "od -A x -t x1z", shape: "od", write: odX1z },
  { name: "od -t x1", shape: "od", write: (bytes) => od(bytes, 8) },
  { name: "od -A d -t x1", shape: "od", write: (bytes) => od(bytes, 10) },
  { name: "od -t u1", shape: "od", write: (bytes) => odDecimal(bytes, 4, String) },
  { name: "od -t d1", shape: "od", write: (bytes) => odDecimal(bytes, 5, (byte) => String((byte << 24) >> 24)) },
  { name: "od -A n -t u1", shape: "od", write: (bytes) => rows(bytes, (byte) => String(byte).padStart(4)) },
  { name: "od -A n -b", shape: "od", write: (bytes) => rows(bytes, (byte) => ` ${byte.toString(8).padStart(3, "0")}`) },
  { name: "od", shape: "od", write: odOctalWords },
  { name: "WinDbg's db", shape: "windbg", write: windbg },
  {
    name: "od -A n -t x1",
    shape: "spaced-hex",
    write: (bytes) =>
      chunks(bytes, 16)
        .map((row) => ` ${spaced(row)}\n`)
        .join(""),
  },
  { name: "tcpdump -X", shape: "tcpdump", write: tcpdump },
  { name: "tshark -x", shape: "tshark", write: (bytes) => tshark(bytes, true) },
  { name: "Wireshark's copy as hex dump", shape: "tshark", write: (bytes) => tshark(bytes, false) },
  { name: "Wireshark's copy as hex stream", shape: "hex", write: (bytes) => bytes.toString("hex") },
  { name: "Wireshark's copy as C array", shape: "byte-list", write: wiresharkArray },
  { name: "Wireshark's copy as escaped string", shape: "escaped-string", write: wiresharkString },
  { name: "gdb x/xb", shape: "gdb", write: (bytes) => gdb(bytes, (byte) => hex0x(byte)) },
  { name: "gdb x/db", shape: "gdb", write: (bytes) => gdb(bytes, (byte) => String((byte << 24) >> 24)) },
  { name: "Python's bytes", shape: "escaped-string", write: pythonBytes },
  {
    name: "Go's []byte",
    shape: "byte-list",
    write: (bytes) => `b := []byte{${list(bytes, (byte) => `0x${byte.toString(16)}`)}}\n`,
  },
  { name: "Go's %v", shape: "byte-list", write: (bytes) => `read: [${Array.from(bytes).join(" ")}]\n` },
  {
    name: "Java's Arrays.toString",
    shape: "byte-list",
    write: (bytes) => `in [${list(bytes, (byte) => String((byte << 24) >> 24))}]\n`,
  },
  {
    name: "Java's casts",
    shape: "byte-list",
    write: (bytes) => `byte[] b = {${list(bytes, (byte) => `(byte)${hex0x(byte)}`)}};`,
  },
  {
    name: "JavaScript's Uint8Array",
    shape: "byte-list",
    write: (bytes) => `Uint8Array(${bytes.length}) [\n  ${list(bytes, String)}\n]\n`,
  },
  { name: "JSON of a Node.js Buffer", shape: "byte-list", write: (bytes) => JSON.stringify(bytes) },
  { name: "Node.js's inspection of a Buffer", shape: "spaced-hex", write: (bytes) => `<Buffer ${spaced(bytes)}>` },
  { name: "colons", shape: "spaced-hex", write: (bytes) => Array.from(bytes, hex2).join(":") },
  {
    name: "groups of four bytes",
    shape: "spaced-hex",
    write: (bytes) =>
      chunks(bytes, 4)
        .map((row) => row.toString("hex"))
        .join(" "),
  },
  { name: "base64", shape: "base64", write: (bytes) => bytes.toString("base64") },
  { name: "base64 in lines", shape: "base64", write: (bytes) => wrapped(bytes.toString("base64"), 64) },
  { name: "base64url", shape: "base64", write: (bytes) => bytes.toString("base64url") },
  {
    name: "a string of \\u0000",
    shape: "escaped-string",
    write: (bytes) => `"${Array.from(bytes, (byte) => `\\u00${hex2(byte)}`).join("")}"`,
  },
  {
    name: "JSON of a Latin-1 string",
    shape: "escaped-string",
    write: (bytes) => `{"data":${JSON.stringify(bytes.toString("latin1"))}}`,
  },
  {
    name: "C octal escapes",
    shape: "escaped-string",
    write: (bytes) => `"${Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`,
  },
];

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function hex0x(byte: number): string {
  return `0x${hex2(byte)}`;
}

function list(bytes: Buffer, element: (byte: number) => string): string {
  return Array.from(bytes, (byte) => element(byte)).join(", ");
}

function spaced(bytes: Buffer): string {
  return Array.from(bytes, hex2).join(" ");
}

function chunks(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, row) =>
    bytes.subarray(row * size, (row + 1) * size),
  );
}

function wrapped(digits: string, width: number): string {
  return `${digits.match(new RegExp(`.{1,${width}}`, "g"))?.join("\n")}\n`;
}

function printable(bytes: Buffer): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
}

function offset(row: number, size: number, width: number, radix = 16): string {
  return (row * size).toString(radix).padStart(width, "0");
}

function xxd(bytes: Buffer, columns: number, group: number): string {
  const width = columns * 2 + Math.ceil(columns / group) - 1;
  const lines = chunks(bytes, columns).map((row, index) => {
    const groups = chunks(row, group).map((part) => part.toString("hex"));
    return `${offset(index, columns, 8)}: ${groups.join(" ").padEnd(width)}  ${printable(row)}\n`;
  });
  return lines.join("");
}

function xxdLittleEndian(bytes: Buffer): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const groups = chunks(row, 4).map((part) => Buffer.from(part).reverse().toString("hex").padStart(8));
    return `${offset(index, 16, 8)}: ${groups.join(" ").padEnd(36)} ${printable(row)}\n`;
  });
  return lines.join("");
}

/** Words of four bytes in a column of 35, two blanks, the characters in one of 16. */
function objdump(bytes: Buffer): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const words = chunks(row, 4).map((word) => word.toString("hex"));
    const offset = (0x40_1000 + index * 16).toString(16);
    return ` ${offset} ${words.join(" ").padEnd(35)}  ${printable(row).padEnd(16)}\n`;
  });
  return `Contents of section .data:\n${lines.join("")}`;
}

function hexdumpC(bytes: Buffer): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const halves = chunks(row, 8).map(spaced).join("  ");
    return `${offset(index, 16, 8)}  ${halves.padEnd(48)}  |${printable(row)}|\n`;
  });
  return `${lines.join("")}${bytes.length.toString(16).padStart(8, "0")}\n`;
}

function words(bytes: Buffer, radix: number): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const parts = chunks(row, 2).map((part) =>
      (part.readUInt8(0) | ((part[1] ?? 0) << 8)).toString(16).padStart(4, "0"),
    );
    return `${offset(index, 16, 7, radix)} ${parts.join(" ")}\n`;
  });
  return `${lines.join("")}${bytes.length.toString(radix).padStart(7, "0")}\n`;
}

function odX1z(bytes: Buffer): string {
  const lines = chunks(bytes, 16).map(
    (row, index) => `${offset(index, 16, 6)} ${spaced(row).padEnd(47)}  >${printable(row)}<\n`,
  );
  return `${lines.join("")}${bytes.length.toString(16).padStart(6, "0")}\n`;
}

function od(bytes: Buffer, radix: number): string {
  const lines = chunks(bytes, 16).map((row, index) => `${offset(index, 16, 7, radix)} ${spaced(row)}\n`);
  return `${lines.join("")}${bytes.length.toString(radix).padStart(7, "0")}\n`;
}

function odDecimal(bytes: Buffer, width: number, number: (byte: number) => string): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const cells = Array.from(row, (byte) => number(byte).padStart(width));
    return `${offset(index, 16, 7, 8)}${cells.join("")}\n`;
  });
  return `${lines.join("")}${bytes.length.toString(8).padStart(7, "0")}\n`;
}

function rows(bytes: Buffer, cell: (byte: number) => string): string {
  return chunks(bytes, 16)
    .map((row) => `${Array.from(row, cell).join("")}\n`)
    .join("");
}

function odOctalWords(bytes: Buffer): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const parts = chunks(row, 2).map((part) =>
      (part.readUInt8(0) | ((part[1] ?? 0) << 8)).toString(8).padStart(6, "0"),
    );
    return `${offset(index, 16, 7, 8)} ${parts.join(" ")}\n`;
  });
  return `${lines.join("")}${bytes.length.toString(8).padStart(7, "0")}\n`;
}

function windbg(bytes: Buffer): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const halves = chunks(row, 8).map(spaced).join("-");
    return `fffff801\`${offset(index, 16, 8)}  ${halves.padEnd(47)}  ${printable(row)}\n`;
  });
  return `0: kd> db fffff801\`00000000\n${lines.join("")}`;
}

function tcpdump(bytes: Buffer): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const groups = chunks(row, 2).map((part) => part.toString("hex"));
    return `\t0x${offset(index, 16, 4)}:  ${groups.join(" ").padEnd(39)}  ${printable(row).replaceAll(" ", ".")}\n`;
  });
  return `17:11:57.829823 IP 127.0.0.1.39326 > 127.0.0.1.8000: Flags [P.], seq 1:73, ack 1, length 72\n${lines.join("")}`;
}

function tshark(bytes: Buffer, hasCharacters: boolean): string {
  const lines = chunks(bytes, 16).map((row, index) => {
    const start = `${offset(index, 16, 4)}  `;
    return hasCharacters ? `${start}${spaced(row).padEnd(47)}   ${printable(row)}\n` : `${start}${spaced(row)}\n`;
  });
  return lines.join("");
}

function wiresharkArray(bytes: Buffer): string {
  const rows = chunks(bytes, 8).map((row) => `${list(row, hex0x)}, /* ${printable(row).replaceAll("*/", "..")} */\n`);
  return `static const unsigned char pkt1[${bytes.length}] = {\n${rows.join("")}};\n`;
}

function wiresharkString(bytes: Buffer): string {
  return chunks(bytes, 16)
    .map((row) => `"${Array.from(row, (byte) => `\\x${hex2(byte)}`).join("")}"`)
    .join(" \\\n");
}

function gdb(bytes: Buffer, value: (byte: number) => string): string {
  const lines = chunks(bytes, 8).map((row, index) => {
    const place = index === 0 ? "<buf>" : `<buf+${index * 8}>`;
    return `0x${(0x555555558020 + index * 8).toString(16)} ${place}:\t${Array.from(row, (byte) => value(byte)).join("\t")}\n`;
  });
  return lines.join("");
}

function pythonBytes(bytes: Buffer): string {
  const quote = bytes.includes("'") && !bytes.includes('"') ? '"' : "'";
  const named: Readonly<Record<number, string>> = { 9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\" };
  const chars = Array.from(bytes, (byte) => {
    const char = String.fromCharCode(byte);
    if (named[byte] !== undefined) return named[byte];
    if (char === quote) return `\\${quote}`;
    return byte >= 0x20 && byte < 0x7f ? char : `\\x${hex2(byte)}`;
  });
  return `>>> data\nb${quote}${chars.join("")}${quote}\n`;
}
