import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dissectedPackets } from "../../../src/codec/input/dissected-packets.js";
import { readHexText } from "../../../src/codec/input/read-hex-text.js";
import { SourceText } from "../../../src/codec/input/source-text.js";
import { framePdu } from "../../../src/codec/pdu.js";
import { hex } from "../../helpers/hex.js";

const folder = new URL("../../../fixtures/dissected/", import.meta.url);
const exported = readdirSync(folder);

/** What three segments of fixtures/captures/client-session.pcap carry: a login, its answer, and news of it. */
const capture = readFileSync(new URL("../../../fixtures/captures/client-session.pcap", import.meta.url));
const carried = [
  "00000048 0001 0000 0001 0103 0001 0000",
  "0000006d 0001 0000 0001 0104 0001 0000",
  "00000016 0001 0000 0002 0203",
]
  .map(hex)
  .map((start) => capture.subarray(capture.indexOf(start), capture.indexOf(start) + start.readUInt32BE(0)));

describe("an export of dissected packets", () => {
  it.each(exported)("says each PDU once: %s", (name) => {
    const { chunks, problems } = readHexText(readFileSync(new URL(name, folder), "utf8"));
    expect(problems).toEqual([]);
    expect(chunks.map(({ shape }) => shape)).toEqual(["tshark", "tshark", "tshark"]);
    for (const [at, { bytes, linkType }] of chunks.entries()) {
      // A whole packet has headers before what TCP carried.
      expect(linkType === undefined ? bytes : bytes.subarray(-(carried[at]?.length ?? 0))).toEqual(carried[at]);
    }
  });

  const message = framePdu(0x0301, Buffer.alloc(100, 7));
  const answer = framePdu(0x0302, Buffer.alloc(8, 1));
  const segment = (stream: number, port: number, bytes: Buffer) => {
    const payload = bytes.toString("hex").replaceAll(/..(?=.)/g, "$&:");
    return `{"tcp.srcport": "${port}", "tcp.stream": "${stream}", "tcp.payload": "${payload}"}`;
  };
  const bytesOf = (...segments: string[]) =>
    dissectedPackets(new SourceText(segments.join("\n"))).map(({ bytes }) => bytes);

  it("puts a PDU together from the segments of its side, whatever others stand between them", () => {
    const pieces = [message.subarray(0, 7), message.subarray(7, 40), message.subarray(40)];
    const [first, second, third] = pieces.map((piece) => segment(1, 5000, piece));
    const other = segment(1, 8000, answer);
    const elsewhere = segment(2, 5000, answer);
    expect(bytesOf(first ?? "", other, second ?? "", elsewhere, third ?? "", other)).toEqual([
      answer,
      answer,
      message,
      answer,
    ]);
  });

  it("cuts segments where a PDU ends in the midst of one", () => {
    const stream = Buffer.concat([message, answer, message]);
    expect(bytesOf(segment(1, 5000, stream.subarray(0, 130)), segment(1, 5000, stream.subarray(130)))).toEqual([
      message,
      Buffer.concat([answer, message]),
    ]);
  });

  it("gives what is no PDU, and what is not whole, as it is", () => {
    const http = Buffer.from("GET /msg_server HTTP/1.1\r\n\r\n");
    expect(bytesOf(segment(1, 5000, http), segment(1, 5000, http), segment(2, 1, message.subarray(0, 30)))).toEqual([
      http,
      http,
      message.subarray(0, 30),
    ]);
  });

  it("takes each segment alone where nothing says whose it is", () => {
    const payload = (bytes: Buffer) => `"tcp_tcp_payload":"${bytes.toString("hex")}"`;
    expect(bytesOf(payload(message.subarray(0, 30)), payload(message.subarray(30)))).toEqual([
      message.subarray(0, 30),
      message.subarray(30),
    ]);
  });
});
