import { expect, it } from "vitest";
import { annotatedText } from "../../../src/cli/decode/annotate-text.js";

const log =
  "HandlePdu cmd:0x0103 from 1\nold 0x0715, unknown 0x9999, 0x0301x, 0x0701 (CID_OTHER_HEARTBEAT)\nno end 0x104";
const annotated =
  "HandlePdu cmd:0x0103 (CID_LOGIN_REQ_USERLOGIN) from 1\n" +
  "old 0x0715 (obsolete alias of 0x0731 CID_OTHER_FILE_TRANSFER_REQ), unknown 0x9999, 0x0301x, 0x0701 (CID_OTHER_HEARTBEAT)\n" +
  "no end 0x104 (CID_LOGIN_RES_USERLOGIN)";

it.each([1, 7, 1000])("puts names behind ids, however the text comes in: pieces of %d bytes", async (size) => {
  let text = "";
  for await (const part of annotatedText(pieces(Buffer.from(log), size))) text += part;
  expect(text).toBe(annotated);
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
