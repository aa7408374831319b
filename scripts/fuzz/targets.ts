import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { decodeAttachData, encodeAttachData } from "../../src/codec/attach-data.js";
import { decodeAudio } from "../../src/codec/audio-content.js";
import { decodeBody, encodeBody } from "../../src/codec/body-codec.js";
import { capturePdus } from "../../src/codec/capture/capture-pdus.js";
import { CarryBudget } from "../../src/codec/capture/carry-budget.js";
import { openInput } from "../../src/codec/capture/open-input.js";
import { PduCutter } from "../../src/codec/capture/pdu-cutter.js";
import { InputError } from "../../src/codec/input/input-error.js";
import { type InputShape, inputShapes } from "../../src/codec/input/input-shape.js";
import { readHexText } from "../../src/codec/input/read-hex-text.js";
import { decodeText } from "../../src/codec/input/source-text.js";
import { PduFramer } from "../../src/codec/pdu-framer.js";
import { HEADER_SIZE, readCommandId, serverLimits } from "../../src/codec/pdu-header.js";
import { ProtocolError } from "../../src/codec/protocol-error.js";
import { BodyJsonError, type JsonObject } from "../../src/codec/record/body-json.js";
import { pduFromJson } from "../../src/codec/record/pdu-from-json.js";
import { type PduOrigin, recordOf } from "../../src/codec/record/pdu-record.js";
import { jsonFromShortForm } from "../../src/codec/record/short-form.js";
import { commandById } from "../../src/codec/registry.js";
import { decryptText, encryptText } from "../../src/codec/text-content.js";
import type { Random } from "../../src/scenarios/load/random.js";

/** A parser, inputs to begin from, and what it may throw: anything else is a fault. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: readonly Buffer[];
  readonly run: (input: Buffer, random: Random) => void | Promise<void>;
  readonly mayThrow: (error: unknown) => boolean;
}

const fixtures = new URL("../../fixtures/", import.meta.url);
const origin: PduOrigin = { seq: 1, time: null, conn: null, dir: null, offset: 0 };

const isProtocolError = (error: unknown): boolean => error instanceof ProtocolError;
const never = (): boolean => false;

/** All the parsers that read bytes from a socket, a file or a terminal. */
export async function fuzzTargets(): Promise<readonly FuzzTarget[]> {
  const captures = captureSeeds();
  const pdus = await pdusOf(filesBelow("captures/"));
  const bodies = pdus.map((pdu) => pdu.subarray(HEADER_SIZE));
  return [
    { name: "capture reader", seeds: captures, run: readCapture, mayThrow: isZlibError },
    {
      name: "text reader",
      seeds: filesBelow("input/"),
      run: readText,
      mayThrow: (error) => error instanceof InputError,
    },
    { name: "framer", seeds: streamsOf(pdus), run: frame, mayThrow: isProtocolError },
    { name: "cutter", seeds: streamsOf(pdus), run: cut, mayThrow: never },
    { name: "record", seeds: pdus, run: (pdu) => void recordOf(pdu, origin), mayThrow: never },
    { name: "body", seeds: pdus, run: reencode, mayThrow: isProtocolError },
    { name: "JSON", seeds: pdus.map(jsonOf), run: encodeJson, mayThrow: isJsonError },
    { name: "short form", seeds: pdus.map(shortFormOf), run: encodeShortForm, mayThrow: isJsonError },
    { name: "attach_data", seeds: attachSeeds(bodies), run: readAttachData, mayThrow: isProtocolError },
    { name: "text content", seeds: textSeeds(), run: (bytes) => void decryptText(bytes), mayThrow: isProtocolError },
    { name: "audio content", seeds: bodies, run: (bytes) => void decodeAudio(bytes), mayThrow: isProtocolError },
  ];
}

function filesBelow(folder: string): Buffer[] {
  const names = readdirSync(new URL(folder, fixtures)).sort();
  return names.map((name) => readFileSync(new URL(folder + name, fixtures)));
}

const captureHeadBytes = 24_000;

/** Classic captures, also in nanoseconds and gzipped, small enough for many runs a second; pcapng around the same packets. */
function captureSeeds(): Buffer[] {
  const heads = filesBelow("captures/").map((file) => file.subarray(0, captureHeadBytes));
  const nanoseconds = heads.map((head) => Buffer.concat([Buffer.from("4d3cb2a1", "hex"), head.subarray(4)]));
  return [...heads, ...nanoseconds, ...heads.map((head) => gzipSync(head)), ...heads.map(pcapngOf)];
}

function pcapngOf(pcap: Buffer): Buffer {
  const u32 = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const block = (type: number, body: Buffer): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    return Buffer.concat([u32(type, padded.length + 12), padded, u32(padded.length + 12)]);
  };
  const blocks = [block(0x0a0d0d0a, u32(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff)), block(1, u32(1, 0, 0x00010009, 6, 0))];
  for (let at = 24; at + 16 < pcap.length; ) {
    const length = pcap.readUInt32LE(at + 8);
    const bytes = pcap.subarray(at + 16, at + 16 + length);
    blocks.push(block(6, Buffer.concat([u32(0, 0, pcap.readUInt32LE(at), bytes.length, length), bytes])));
    at += 16 + length;
  }
  return Buffer.concat(blocks);
}

async function pdusOf(captures: readonly Buffer[]): Promise<Buffer[]> {
  const pdus: Buffer[] = [];
  for (const file of captures) {
    const { capture, chunks } = await openInput(inPieces(file, file.length));
    if (capture === undefined) throw new Error("a fixture is no capture");
    for await (const events of capturePdus(capture, chunks)) {
      for (const event of events) if (event.kind === "pdu" && event.bytes.length < 4096) pdus.push(event.bytes);
    }
  }
  return pdus;
}

function streamsOf(pdus: readonly Buffer[]): Buffer[] {
  return Array.from({ length: 40 }, (_, index) => Buffer.concat(pdus.slice(index * 20, index * 20 + 20)));
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readCapture(input: Buffer, random: Random): Promise<void> {
  const { capture, chunks } = await openInput(inPieces(input, 1 + random.below(40_000)));
  if (capture === undefined) {
    for await (const _ of chunks);
    return;
  }
  for await (const _ of capturePdus(capture, chunks));
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

const shapes = Object.keys(inputShapes) as InputShape[];

function readText(input: Buffer, random: Random): void {
  readHexText(decodeText(input), random.next() < 0.3 ? shapes[random.below(shapes.length)] : undefined);
}

function frame(input: Buffer, random: Random): void {
  const framer = new PduFramer(serverLimits, () => true);
  for (let at = 0; at < input.length; ) {
    const end = at + 1 + random.below(200);
    framer.push(input.subarray(at, end));
    at = end;
  }
}

/** Every byte must end in exactly one PDU or skipped stretch. */
function cut(input: Buffer, random: Random): void {
  let expected = 0;
  const take = (offset: number, length: number): void => {
    if (offset !== expected) throw new Error(`the cutter went on at ${offset}, not at ${expected}`);
    expected += length;
  };
  const cutter = new PduCutter(
    {
      ...serverLimits,
      startsAtBoundary: random.next() < 0.5,
      pushesAreWrites: random.next() < 0.5,
      budget: new CarryBudget(1 << 16),
    },
    {
      onPdu: (_, start, end, offset) => take(offset, end - start),
      onSkipped: (offset, length) => take(offset, length),
    },
  );
  let sent = 0;
  for (let at = 0; at < input.length; ) {
    const size = Math.min(input.length - at, 1 + random.below(300));
    if (random.next() < 0.1) cutter.gap(size, random.next() < 0.5 ? "lost-segment" : "snap-length");
    else cutter.push(input, at, at + size);
    at += size;
    sent += size;
  }
  cutter.end();
  if (expected !== sent) throw new Error(`the cutter accounts for ${expected} bytes of ${sent}`);
}

/** What can be decoded can be encoded, and says the same then. */
function reencode(pdu: Buffer): void {
  const command = pdu.length < HEADER_SIZE ? undefined : commandById(readCommandId(pdu));
  if (command === undefined) return;
  const encoded = encodeBody(command.id, decodeBody(command.id, pdu, HEADER_SIZE));
  const again = encodeBody(command.id, decodeBody(command.id, encoded));
  if (!again.equals(encoded)) throw new Error("a body that was encoded decodes to something else");
}

function jsonOf(pdu: Buffer): Buffer {
  return Buffer.from(JSON.stringify(recordOf(pdu, origin)));
}

function encodeJson(input: Buffer): void {
  const json: unknown = JSON.parse(input.toString("utf8"));
  if (typeof json === "object" && json !== null && !Array.isArray(json)) pduFromJson(json as JsonObject);
}

/** A line of words, as a shell would split them: the command, and each plain field as `name=value`. */
function shortFormOf(pdu: Buffer): Buffer {
  const { command, body } = recordOf(pdu, origin);
  const words = Object.entries(body ?? {}).flatMap(([name, value]) => fieldWords(name, value));
  return Buffer.from([command ?? "0x0701", ...words].join("\n"));
}

function fieldWords(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.slice(0, 3).flatMap((entry, index) => fieldWords(`${name}[${index}]`, entry));
  if (typeof value !== "object" || value === null) return [`${name}=${String(value)}`];
  return Object.entries(value).flatMap(([below, inner]) => fieldWords(`${name}.${below}`, inner));
}

function encodeShortForm(input: Buffer): void {
  const noFile = (path: string): Buffer => {
    throw new BodyJsonError(`@${path}: there are no files here`);
  };
  pduFromJson(jsonFromShortForm(input.toString("utf8").split("\n"), { readFile: noFile }), { partial: true });
}

function isJsonError(error: unknown): boolean {
  return error instanceof BodyJsonError || error instanceof SyntaxError || error instanceof RangeError;
}

function attachSeeds(bodies: readonly Buffer[]): Buffer[] {
  return bodies.slice(0, 60).map((pdu, index) => {
    const type = 1 + (index % 5);
    return encodeAttachData({ type, handle: index, serviceType: 1, ...(type === 1 ? {} : { pdu }) });
  });
}

function readAttachData(input: Buffer): void {
  const encoded = encodeAttachData(decodeAttachData(input));
  if (!encoded.equals(input)) throw new Error("attach_data that was decoded encodes to something else");
}

function textSeeds(): Buffer[] {
  return ["", "hello", "123456789012", "你好".repeat(9)].map((text) => encryptText(text));
}
