import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CommandId } from "../../../src/codec/generated/commands.js";
import { inputShapes } from "../../../src/codec/input/input-shape.js";
import { readHexText } from "../../../src/codec/input/read-hex-text.js";
import { decodeText } from "../../../src/codec/input/source-text.js";
import { framePdu } from "../../../src/codec/pdu.js";
import { textShapes } from "../../helpers/text-shapes.js";

const folder = new URL("../../../fixtures/input/", import.meta.url);
const texts = readdirSync(folder).filter((name) => name.endsWith(".txt"));
const login = bytesOf("login.bin");
const heartbeat = bytesOf("heartbeat.bin");

/** Fixtures that hold another PDU than the login. */
const others: Readonly<Record<string, Buffer>> = {
  "base64-url.txt": bytesOf("signed.bin"),
  "byte-list-java-signed.txt": bytesOf("signed.bin"),
  "escaped-string-perl.txt": bytesOf("signed.bin"),
  "hexdump-c-repeats.txt": bytesOf("repeats.bin"),
  "hexdump-repeats.txt": bytesOf("repeats.bin"),
  "od-repeats.txt": bytesOf("repeats.bin"),
};
const packets = texts.filter((name) => /^(tcpdump-|tshark-(P-)?x)/.test(name));
const followed = texts.filter((name) => name.includes("follow"));
const single = texts.filter((name) => ![...packets, ...followed, "several.txt"].includes(name));

describe("what real tools print", () => {
  it("is there for every shape", () => {
    const shapes = Object.keys(inputShapes).filter(
      (shape) => !single.concat(packets).some((name) => shapeOf(name) === shape),
    );
    expect(shapes).toEqual([]);
  });

  it.each(single)("%s", (name) => {
    const { chunks, problems } = readHexText(textOf(name));
    expect(problems).toEqual([]);
    expect(chunks.map(({ bytes, shape }) => [shape, bytes])).toEqual([[shapeOf(name), others[name] ?? login]]);
  });

  it.each(single)("%s, with that shape forced", (name) => {
    const { chunks } = readHexText(textOf(name), shapeOf(name));
    expect(chunks.map(({ bytes }) => bytes)).toContainEqual(others[name] ?? login);
  });

  it.each(single)("%s, quoted in a mail with CR LF", (name) => {
    const text = `Hello,\n\nwe saw this:\n\n${textOf(name).replace(/\n?$/, "\n")}\nCan you tell what it is?\n`;
    const { chunks } = readHexText(text.replaceAll("\n", "\r\n"));
    expect(chunks.map(({ bytes }) => bytes)).toEqual([others[name] ?? login]);
  });

  it.each(packets)("%s: two packets with their link type", (name) => {
    const { chunks } = readHexText(textOf(name));
    const linkType = /tcpdump-(X|x-lower)\.txt/.test(name) ? 101 : 1;
    expect(chunks.map((chunk) => [chunk.shape, chunk.linkType])).toEqual([
      [shapeOf(name), linkType],
      [shapeOf(name), linkType],
    ]);
  });

  it("keeps both directions of a followed stream, whose lines stand between each other", () => {
    const { chunks } = readHexText(textOf("tshark-follow.txt"));
    expect(chunks.map(({ bytes }) => bytes.toString("hex", 8, 14))).toEqual(["000101030001", "000101040001"]);
    expect(chunks.map(({ bytes }) => bytes.length)).toEqual([112, 283]);
  });

  it("reads each piece of a followed stream in raw hex", () => {
    const { chunks } = readHexText(textOf("hex-tshark-follow-raw.txt"));
    expect(chunks.map(({ bytes }) => bytes.readUInt32BE(0)).slice(0, 3)).toEqual([72, 109, 20]);
  });

  it("finds several dumps of several shapes in one text with prose around them", () => {
    const { chunks, problems } = readHexText(textOf("several.txt"));
    expect(problems).toEqual([]);
    expect(chunks.map(({ shape, bytes }) => [shape, bytes])).toEqual([
      ["spaced-hex", heartbeat],
      ["xxd", login],
      ["escaped-string", heartbeat],
      ["base64", login],
      ["tshark", login],
      ["gdb", login],
    ]);
  });
});

const pdu = fc
  .record({
    commandId: fc.constantFrom(...Object.values(CommandId)),
    seqNum: fc.nat(0xffff),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.string({ maxLength: 120 }).map((text) => Buffer.from(text)),
      fc.constant(Buffer.alloc(90)),
    ),
  })
  .map(({ commandId, seqNum, body }) => framePdu(commandId, Buffer.from(body), { seqNum }));

describe("any PDU", () => {
  it.each(textShapes)("comes back from $name", ({ shape, write }) => {
    fc.assert(
      fc.property(pdu, (bytes) => {
        const { chunks, problems } = readHexText(write(bytes));
        expect(problems).toEqual([]);
        expect(chunks.map((chunk) => [chunk.shape, chunk.bytes])).toEqual([[shape, bytes]]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(textShapes)("comes back from $name between two others with prose around", ({ write }) => {
    fc.assert(
      fc.property(pdu, fc.constantFrom(...textShapes), fc.constantFrom(...textShapes), (bytes, before, after) => {
        const text = `It said at 17:25:16:\n\n${before.write(heartbeat)}\n\nThen came\n\n${write(bytes)}\n\nand\n\n${after.write(login)}\n\nbye, 4711\n`;
        expect(readHexText(text).chunks.map((chunk) => chunk.bytes)).toEqual([heartbeat, bytes, login]);
      }),
      { numRuns: 40 },
    );
  });
});

describe("bytes that begin within a PDU, as they do where somebody marked them by hand", () => {
  const signed = bytesOf("signed.bin");
  const stream = Buffer.concat([signed, login, heartbeat, login, signed]);
  // At 32 the login begins, and from 98 on less is left of it than an address or a time has.
  const cuts = Array.from({ length: 97 }, (_, index) => index + 1).filter((at) => at !== signed.length);

  it.each(textShapes)("are one piece with every PDU behind it, as $name", ({ shape, write }) => {
    for (const at of cuts) {
      const bytes = stream.subarray(at);
      const { chunks, problems } = readHexText(write(bytes));
      expect(problems).toEqual([]);
      expect(chunks.map((chunk) => chunk.shape)).toEqual([shape]);
      const read = chunks[0]?.bytes ?? Buffer.alloc(0);
      const pdusFrom = at < signed.length ? signed.length : signed.length + login.length;
      expect(read.subarray(pdusFrom - stream.length)).toEqual(stream.subarray(pdusFrom));
      // Of what stands before, a byte of a line may be taken for its number.
      expect(bytes.length - read.length).toBeOneOf([0, 1, 2]);
    }
  });
});

function shapeOf(name: string): keyof typeof inputShapes {
  const shape = (Object.keys(inputShapes) as (keyof typeof inputShapes)[])
    .sort((a, b) => b.length - a.length)
    .find((prefix) => name.startsWith(prefix));
  if (shape === undefined) throw new Error(`${name} is named for no shape`);
  return shape;
}

function textOf(name: string): string {
  return decodeText(bytesOf(name));
}

function bytesOf(name: string): Buffer {
  return readFileSync(new URL(name, folder));
}
