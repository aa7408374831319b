import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { framePdu } from "../../codec/pdu.js";
import { HEADER_SIZE, HeaderOffset } from "../../codec/pdu-header.js";
import { BodyJsonError, type JsonObject } from "../../codec/record/body-json.js";
import { bytesFromText, type FieldTextOptions } from "../../codec/record/field-text.js";
import { pduFromJson } from "../../codec/record/pdu-from-json.js";
import { commandNamed, jsonFromShortForm } from "../../codec/record/short-form.js";
import { usageError } from "../command-error.js";
import type { HeaderWords } from "./header-words.js";

export interface EncodeSettings {
  readonly partial: boolean;
  readonly header: HeaderWords;
  /** Body bytes as they are, instead of fields. */
  readonly body?: string;
  readonly textKey?: string;
  readonly cwd: string;
  /** Given to a PDU that names no seq_num. */
  readonly seqNumOf?: (index: number) => number;
}

const FILE_MAX_BYTES = 64 * 1024 * 1024;
const COMMAND_ID_MAX = 0xffff;

/** One PDU from `IMLoginReq user_name=user1 …`. @throws CommandError */
export function encodeShortForm(words: readonly string[], settings: EncodeSettings): Buffer {
  return asUsageError("", () => {
    const options = textOptions(settings);
    if (settings.body === undefined) return encodeJson(jsonFromShortForm(words, options), 0, settings);
    if (words.length > 1) throw new BodyJsonError(`"${words[1]}": --body gives the whole body, so there are no fields`);
    const header = { ...withSeqNum({}, 0, settings), ...settings.header.overrides };
    return lied(framePdu(commandId(words[0] ?? ""), bytesFromText(settings.body, "--body", options), header), settings);
  });
}

/** One PDU from what `ttk decode --format json` prints; `index` counts the lines from 0. @throws CommandError */
export function encodeJsonLine(line: string, index: number, settings: EncodeSettings): Buffer {
  return asUsageError(`JSON ${index + 1}: `, () => encodeJson(parseObject(line), index, settings));
}

function encodeJson(json: JsonObject, index: number, settings: EncodeSettings): Buffer {
  const pdu = pduFromJson(json, {
    partial: settings.partial,
    header: { ...withSeqNum(json, index, settings), ...settings.header.overrides },
    ...(settings.textKey === undefined ? {} : { textKey: settings.textKey }),
  });
  return lied(pdu, settings);
}

function withSeqNum(json: JsonObject, index: number, { seqNumOf }: EncodeSettings): { seqNum?: number } {
  const header = json.header as JsonObject | null | undefined;
  return seqNumOf === undefined || header?.seqNum !== undefined ? {} : { seqNum: seqNumOf(index) };
}

function lied(pdu: Buffer, { header }: EncodeSettings): Buffer {
  if (header.lengthOff === 0) return pdu;
  const length = pdu.length + header.lengthOff;
  if (length < 0) throw new BodyJsonError(`--header length=${header.lengthOff}: the PDU has only ${pdu.length} bytes`);
  pdu.writeUInt32BE(length, HeaderOffset.length);
  return pdu;
}

/** With a raw body the command need not be one of the protocol's. */
function commandId(name: string): number {
  const number = /^(?:0x[0-9a-f]{1,4}|\d{1,5})$/i.test(name) ? Number(name) : undefined;
  return number !== undefined && number <= COMMAND_ID_MAX ? number : commandNamed(name).id;
}

function textOptions({ textKey, cwd }: EncodeSettings): FieldTextOptions {
  return { ...(textKey === undefined ? {} : { textKey }), readFile: (path) => readField(path, cwd) };
}

function readField(path: string, cwd: string): Buffer {
  try {
    const file = resolve(cwd, path);
    const { size } = statSync(file);
    if (size > FILE_MAX_BYTES - HEADER_SIZE) {
      throw new BodyJsonError(`@${path}: ${size} bytes are more than a PDU can hold`);
    }
    return readFileSync(file);
  } catch (error) {
    if (error instanceof BodyJsonError) throw error;
    throw new BodyJsonError(`@${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parseObject(line: string): JsonObject {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw new BodyJsonError(`not JSON: ${(error as Error).message}`);
  }
  throw new BodyJsonError("an object is expected");
}

function asUsageError(where: string, encode: () => Buffer): Buffer {
  try {
    return encode();
  } catch (error) {
    if (error instanceof BodyJsonError || error instanceof RangeError) throw usageError(`${where}${error.message}`);
    throw error;
  }
}
