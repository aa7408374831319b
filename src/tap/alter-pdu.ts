import { HEADER_SIZE, HeaderOffset, type PduHeader } from "../codec/pdu-header.js";
import { BodyJsonError, bodyFromJson, bodyToJson, type JsonObject, type JsonValue } from "../codec/record/body-json.js";
import { assignField, type FieldTextOptions } from "../codec/record/field-text.js";
import { pduFromJson } from "../codec/record/pdu-from-json.js";
import { recordOf } from "../codec/record/pdu-record.js";
import { commandById } from "../codec/registry.js";
import { messageType } from "../codec/schema.js";
import type { FieldAssignment } from "./tap-rule.js";

export const headerFieldNames: readonly string[] = Object.keys(HeaderOffset);
const nowhere = { seq: 0, time: null, conn: null, dir: null, offset: 0 };

/**
 * The PDU with fields set, encoded anew; header fields may lie. `undefined` when its body cannot be decoded, or has no such
 * field: then it is not for this rule.
 */
export function withFields(
  pdu: Buffer,
  assignments: readonly FieldAssignment[],
  options: FieldTextOptions,
): Buffer | undefined {
  const inBody = assignments.filter(({ path }) => path.startsWith("body."));
  const altered =
    inBody.length === 0
      ? Buffer.from(pdu)
      : reencoded(pdu, (body, messageName) => {
          for (const { path, text } of inBody) {
            assignField(messageType(messageName), body, path.slice("body.".length), text, "replace", options);
          }
        });
  if (altered === undefined) return undefined;
  for (const { path, text } of assignments) {
    if (path.startsWith("header.")) writeHeaderField(altered, path.slice("header.".length), Number(text));
  }
  return altered;
}

/** The PDU without some fields of its body, required or not. `undefined` when its body cannot be decoded, or has none of them. */
export function withoutFields(pdu: Buffer, paths: readonly string[]): Buffer | undefined {
  const names = paths.map((path) => path.slice("body.".length));
  return reencoded(pdu, (body) => {
    if (!names.some((name) => Object.hasOwn(body, name))) throw new BodyJsonError("the body has none of the fields");
    for (const name of names) delete (body as Record<string, JsonValue>)[name];
  });
}

/** Whether the PDU's fields hold these values. */
export function hasFields(pdu: Buffer, fields: readonly FieldAssignment[], options: FieldTextOptions): boolean {
  const { header, body, message } = recordOf(pdu, nowhere);
  return fields.every(({ path, text }) => {
    if (path.startsWith("header.")) {
      return header?.[path.slice("header.".length) as keyof PduHeader] === Number(text);
    }
    if (message === null || body === null) return false;
    return hasField(body, message, path.slice("body.".length), text, options);
  });
}

/** What the text would set the field to is compared with what is there, so that both are read by the same rules. */
function hasField(body: JsonObject, message: string, path: string, text: string, options: FieldTextOptions): boolean {
  try {
    const wanted: JsonObject = {};
    assignField(messageType(message), wanted, path.replaceAll(/\[\d+\]/g, "[0]"), text, "build", options);
    const normal = bodyToJson(message, bodyFromJson(message, wanted));
    const expected = valueAt(normal, path.replaceAll(/\[\d+\]/g, "[0]"));
    return JSON.stringify(valueAt(body, path)) === JSON.stringify(expected);
  } catch (error) {
    if (error instanceof BodyJsonError) return false;
    throw error;
  }
}

function valueAt(json: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = json;
  for (const key of path.split(/[.[\]]+/).filter((part) => part !== "")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, JsonValue>)[key];
  }
  return value;
}

function reencoded(pdu: Buffer, change: (body: JsonObject, messageName: string) => void): Buffer | undefined {
  const { header, command, message, body, unknownFields } = recordOf(pdu, nowhere);
  if (header === null || command === null || message === null || body === null) return undefined;
  if (commandById(header.commandId) === undefined) return undefined;
  try {
    change(body, message);
    const json = { command, header, body, unknownFields } as unknown as JsonObject;
    return pduFromJson(json, { partial: true });
  } catch (error) {
    if (error instanceof BodyJsonError) return undefined;
    throw error;
  }
}

function writeHeaderField(pdu: Buffer, name: string, value: number): void {
  if (pdu.length < HEADER_SIZE) return;
  if (name === "length") pdu.writeUInt32BE(value >>> 0, HeaderOffset.length);
  else pdu.writeUInt16BE(value & 0xffff, HeaderOffset[name as keyof PduHeader]);
}
