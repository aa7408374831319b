import { InputError } from "../../codec/input/input-error.js";
import type { InputShape } from "../../codec/input/input-shape.js";
import { type HexText, type InputChunk, readHexText } from "../../codec/input/read-hex-text.js";
import { skippedRecord } from "../../codec/record/pdu-record.js";
import { usageError } from "../command-error.js";
import type { DecodeItem } from "./decode-item.js";
import type { DecodeSettings } from "./decode-settings.js";
import { pastedRecords } from "./stream-records.js";

/**
 * Decodes the bytes in a text, whatever shape they are in. Packets with link or IP headers (`tcpdump -X`, `tshark -x`) are
 * put together as TCP streams; everything else is PDUs as it stands. Parts that cannot be read become errors of their own.
 * @throws CommandError usage, when nothing can be read
 */
export async function* textRecords(
  name: string,
  text: string,
  settings: DecodeSettings,
  shape: InputShape | undefined,
): AsyncGenerator<readonly DecodeItem[]> {
  const { chunks, problems, remark } = readText(name, text, shape);
  if (remark !== undefined) yield [{ remark: `${name}: ${remark}`, isDetail: false }];
  let packets: InputChunk[] = [];
  for (const chunk of chunks) {
    yield [{ remark: `${name}: line ${chunk.line}: ${descriptionOf(chunk)}`, isDetail: true }];
    if (chunk.linkType !== undefined) {
      packets.push(chunk);
      continue;
    }
    yield* packetItems(packets, settings);
    packets = [];
    yield pastedRecords(chunk.bytes, settings);
  }
  yield* packetItems(packets, settings);
  for (const { message } of problems) {
    const origin = { seq: settings.nextSeq(), time: null, conn: null, dir: null, offset: 0 };
    yield [
      { record: skippedRecord(`${name}: ${message}`, origin), bytes: Buffer.alloc(0), pdu: undefined, link: undefined },
    ];
  }
}

function readText(name: string, text: string, shape: InputShape | undefined): HexText {
  try {
    return readHexText(text, shape);
  } catch (error) {
    if (error instanceof InputError) throw usageError(`${name}: ${error.message}`);
    throw error;
  }
}

function descriptionOf({ shape, bytes, linkType }: InputChunk): string {
  return `${bytes.length} bytes of ${shape}${linkType === undefined ? "" : ", a packet"}`;
}

async function* packetItems(
  packets: readonly InputChunk[],
  settings: DecodeSettings,
): AsyncGenerator<readonly DecodeItem[]> {
  if (packets.length === 0) return;
  const { pastedPackets } = await import("./capture-records.js");
  yield pastedPackets(packets, settings);
}
