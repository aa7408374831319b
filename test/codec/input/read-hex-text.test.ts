import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/codec/input/input-error.js";
import type { InputShape } from "../../../src/codec/input/input-shape.js";
import { readHexText } from "../../../src/codec/input/read-hex-text.js";
import { hex } from "../../helpers/hex.js";

const heartbeat = hex("00000010 0001 0000 0007 0701 0001 0000");

describe("where a text cannot be read", () => {
  it.each<[string, string, string]>([
    ["nothing at all", " \n ", "line 1, column 1: there is nothing to read"],
    ["prose alone", "\n  hello world\n", "line 2, column 3: no bytes in this text"],
    ["an odd digit in a stream", "00000010000100000007070100010000a", "line 1, column 1: odd number of digits (33)"],
    ["an odd digit in a group", "00 00 00 10\n00 01 00 000 00 07", "line 2, column 10: odd number of digits (3)"],
    ["a stray word among pairs", "00 00 00 10 00 zz 00 00 00 07", "line 1, column 16: 'zz' is not hex"],
    ["a stray digit in a long word", "0000001000010000000707010001000x", "line 1, column 32: 'x' is not hex"],
    ["pairs that were cut short", "00 00 00 10 00 01 00 00 00 07 ...", "line 1, column 31: the bytes were cut short"],
    ["a star without offsets", "00 00 00 10\n*\n00 00 00 00", "line 2, column 1: '*' stands for a number of lines"],
    [
      "a last line whose bytes cannot be told from its characters",
      "0000: 00 00 00 12 00 01 00 00 00 07 07 01 00 01 00 00 ................\n0010: 08 01 abcd",
      "line 2, column 1: this line goes on with the dump above, but its bytes cannot be told",
    ],
    ["a line that is missing", `${dump(0)}\n${dump(0x20)}`, "line 2, column 1: 16 bytes before this line are missing"],
    ["a list with a word in it", "{0x00, 0x00, seven, 0x10}", "line 1, column 14: 'seven' is not a byte"],
    ["a list with a large number", "[0, 0, 0, 16, 300, 1, 2]", "line 1, column 15: 300 is not a byte"],
    ["a list that was cut short", "[0, 0, 0, 16, ...]", "line 1, column 15: the list was cut short"],
    ["a list without its end", "x = [0x00, 0x00, 0x10, 0x07", "line 1, column 28: the list is not closed"],
    ["an odd hexadecimal number", "{0x000, 0x01, 0x02}", "line 1, column 2: odd number of digits (3)"],
    ["an escape above a byte", '"\\u0000\\u0100"', "line 1, column 8: a character above 0xff is no byte"],
  ])("%s", (_, text, message) => {
    expect(messagesOf(text)[0]).toContain(message);
  });

  it("says what was expected there", () => {
    expect(messagesOf("00 00 zz 00 00 00")[0]).toBe(
      "line 1, column 7: 'zz' is not hex; expected hex digits, two for each byte",
    );
  });

  it("still gives the other parts", () => {
    const { chunks, problems } = readHexText(`{0x00, 0x00, seven, 0x10}\n\n${heartbeat.toString("hex")}\n`);
    expect(chunks.map(({ bytes }) => bytes)).toEqual([heartbeat]);
    expect(problems.map(({ line, column }) => [line, column])).toEqual([[1, 14]]);
  });

  it("says which shape was forced and is not there", () => {
    expect(() => readHexText("hello", "xxd")).toThrow("no xxd in this text");
  });
});

describe("a text that could be read in several ways", () => {
  it.each<[string, string, InputShape, string]>([
    ["takes digits that are also decimal for hex", "00000010000100000007070100010000", "hex", "00000010"],
    ["reads a base64 text of capitals only as base64", "AAAAEAABAAAAAQEBAAAAAA==", "base64", "00000010"],
    ["does not take offsets for bytes", dump(0), "xxd", "00000010"],
  ])("%s", (_, text, shape, start) => {
    const { chunks } = readHexText(text);
    expect(chunks.map((chunk) => [chunk.shape, chunk.bytes.toString("hex", 0, 4)])).toEqual([[shape, start]]);
  });

  it("can be told which way to take", () => {
    const text = "00000010 00010000 00070701 00010000";
    expect(readHexText(text, "spaced-hex").chunks[0]?.bytes).toEqual(heartbeat);
    expect(readHexText("AAAAEAABAAAABwcBAAEAAA==", "base64").chunks[0]?.bytes).toEqual(heartbeat);
    expect(readHexText("[16, -1]", "byte-list").chunks[0]?.bytes).toEqual(hex("10 ff"));
  });

  it("leaves dates, ids, addresses and file names in prose alone", () => {
    const text = `On 2026-11-23 17:25:16 user 4711 of 10.0.0.1:8000 (commit c145f0f, see /var/log/deadbeef.log):
      id 123e4567-e89b-12d3-a456-426614174000 wrote ${heartbeat.toString("hex")}, that is all. Face it: a bad cafe.`;
    expect(readHexText(text).chunks.map(({ bytes }) => bytes)).toEqual([heartbeat]);
  });

  it("does not take the characters that Wireshark prints behind an array's last bytes for a string", () => {
    const text = `static const unsigned char a[4] = {\n0x01, 0x22, 0x5c, 0x30, 0x22, 0x02 /* ."\\0". */\n};`;
    expect(readHexText(text).chunks.map(({ shape }) => shape)).toEqual(["byte-list"]);
  });

  it("takes lines apart where the next PDU begins", () => {
    const line = heartbeat.toString("hex");
    expect(readHexText(`${line}\n\n${line}`).chunks.map(({ bytes }) => bytes)).toEqual([heartbeat, heartbeat]);
  });
});

it("reads what there is of a PDU whose print was cut short, and says so", () => {
  const { chunks, problems } = readHexText(
    `<Buffer ${"00000024000100000007070100010000".replace(/../g, "$& ")}0a 0b ... 18 more bytes>`,
  );
  expect(chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual(["000000240001000000070701000100000a0b"]);
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining("the bytes were cut short")]);
});

it("takes rows of numbers for bytes only where they begin as a PDU does, or where it is told to", () => {
  expect(() => readHexText("  1   2   3 200\n 17  18  19  20\n")).toThrow(InputError);
  expect(readHexText("  1   2   3 200\n", "od").chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual(["010203c8"]);
});

describe("large and odd texts", () => {
  it("reads a dump whose first group is a single digit, and comes to an end", () => {
    expect(readHexText("00000000: 3 0\t\ta3").chunks.map(({ bytes }) => bytes.toString("hex"))).toEqual(["30"]);
  });

  const many = 20_000;

  it("are read in time that grows with them: a dump of many lines", () => {
    const lines = Array.from({ length: many }, (_, row) => dump(row * 16)).join("\n");
    expect(readHexText(lines).chunks[0]?.bytes.length).toBe(many * 16);
  });

  it("are read in time that grows with them: many dumps, many lists, many strings", () => {
    const piece = `${dump(0)}\n[0, 0, 0, 16, 0, 1, 0, 0]\n"\\x00\\x01\\x02" it's\n`;
    expect(readHexText(piece.repeat(many / 10)).chunks.length).toBeGreaterThanOrEqual(many / 10);
  });

  it.each([
    "(",
    "0x",
    "'\\x00",
    "[0,",
    "/*",
    "{ /* // ",
    "00 ",
    "aA1+",
    '"\\\\',
    "0:",
    "- 1",
    "<div ",
    "&lt;",
    '":"',
    "a-",
    "\\n",
    "00 a ",
  ])("hold no trap: %s again and again", (piece) => {
    try {
      readHexText(piece.repeat(many));
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
    }
  });
});

function dump(offset: number): string {
  const pairs = heartbeat.toString("hex").match(/.{4}/g)?.join(" ");
  return `${offset.toString(16).padStart(8, "0")}: ${pairs}  ................`;
}

function messagesOf(text: string): string[] {
  try {
    return readHexText(text).problems.map(({ message }) => message);
  } catch (error) {
    if (error instanceof InputError) return [error.message];
    throw error;
  }
}

describe("a text that is too long to be read again", () => {
  const numbered = "  1 00 00 00 10 00 01 00 00\n  2 00 07 07 01 00 01 00 00\n";
  const remark =
    "a text of more than 40 characters is read once: what stands in front of lines, escapes and wrapped lines";

  it("is read as it stands, and says so where that leaves something over", () => {
    expect(readHexText(numbered).chunks.map(({ bytes }) => bytes)).toEqual([heartbeat]);
    expect(() => readHexText(numbered, undefined, 40)).toThrow(`odd number of digits (1) (${remark}`);
    const text = `${heartbeat.toString("hex")}\n\nand 00000010000100000007070100010000a\n`;
    expect(readHexText(text).remark).toBeUndefined();
    const { chunks, remark: said } = readHexText(text, undefined, 40);
    expect(chunks.map(({ bytes }) => bytes)).toEqual([heartbeat, heartbeat]);
    expect(said).toContain(remark);
  });

  it("says nothing where there is nothing else", () => {
    expect(readHexText(heartbeat.toString("hex").repeat(4), undefined, 40)).not.toHaveProperty("remark");
  });
});
