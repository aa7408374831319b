import { encodeMessage, encodePartialMessage } from "../body-codec.js";
import { didYouMean } from "../did-you-mean.js";
import { framePdu, type HeaderOverrides } from "../pdu.js";
import type { PduHeader } from "../pdu-header.js";
import { type Command, commandById, commandByName, commands, commandsOfMessage } from "../registry.js";
import { messageType } from "../schema.js";
import { encryptText } from "../text-content.js";
import { BodyJsonError, bodyFromJson, type JsonObject, type JsonValue } from "./body-json.js";

export interface PduJsonOptions {
  /** Leave required fields out instead of refusing. */
  readonly partial?: boolean;
  readonly textKey?: string;
  /** Win over the JSON's header; `length` may lie. */
  readonly header?: HeaderOverrides;
}

const headerFields = ["version", "flag", "serviceId", "commandId", "seqNum", "reserved"] as const;

/**
 * Makes one PDU from what `ttk decode --format json` prints: `command` (name, number) or `message`, `body`, and the header
 * fields to keep. The length is always computed unless overridden; `text` fills an absent msg_data, encrypted.
 * @throws BodyJsonError
 */
export function pduFromJson(json: JsonObject, options: PduJsonOptions = {}): Buffer {
  refuseUndecoded(json);
  const header = objectAt(json, "header");
  const command = commandFor(json, header);
  const body = bodyFromJson(command.messageName, withText(json, command, options));
  const unknown = unknownBytes(json.unknownFields);
  const bytes = Buffer.concat([encode(command, body, options.partial ?? false), unknown]);
  return framePdu(command.id, bytes, { ...headerOverrides(header), ...options.header });
}

/** What could not be decoded has its bytes nowhere in the JSON: without them, another PDU would come of it. */
function refuseUndecoded(json: JsonObject): void {
  const error = json.body === null ? objectAt(json, "error") : undefined;
  if (error === undefined) return;
  throw new BodyJsonError(`body: it could not be decoded (${error.message}), so that its bytes are not in the JSON`);
}

function encode(command: Command, body: Record<string, unknown>, partial: boolean): Buffer {
  if (partial) return encodePartialMessage(command.messageName, body);
  const missing = messageType(command.messageName).fieldsArray.filter(
    ({ required, name }) => required && !(name in body),
  );
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(", ");
    throw new BodyJsonError(`${command.messageName} lacks required ${names} (--partial leaves required fields out)`);
  }
  try {
    return encodeMessage(command.messageName, body);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BodyJsonError(`${error.message} (--partial leaves required fields out)`);
  }
}

function commandFor(json: JsonObject, header: JsonObject | undefined): Command {
  const given = json.command ?? header?.commandId;
  if (typeof given === "number" || typeof given === "string") {
    const command = commandByName(String(given)) ?? commandById(Number(given));
    if (command !== undefined) return command;
    const near =
      didYouMean(
        String(given),
        commands.map(({ name }) => name),
      ) || "; ttk schema lists them";
    throw new BodyJsonError(`command: ${JSON.stringify(given)} is not a command${near}`);
  }
  const message = json.message;
  if (typeof message !== "string") throw new BodyJsonError('"command" or "message" is missing');
  const candidates = commandsOfMessage(message);
  if (candidates[0] === undefined) {
    const near =
      didYouMean(
        message,
        commands.map(({ messageName }) => messageName),
      ) || "; ttk schema lists them";
    throw new BodyJsonError(`message: ${JSON.stringify(message)} is not a message${near}`);
  }
  return candidates[0];
}

function withText(json: JsonObject, command: Command, options: PduJsonOptions): JsonObject {
  const body = objectAt(json, "body") ?? {};
  const text = json.text;
  if (command.messageName !== "IM.Message.IMMsgData" || typeof text !== "string" || "msg_data" in body) return body;
  return { ...body, msg_data: encryptText(text, options.textKey).toString("base64") };
}

function headerOverrides(header: JsonObject | undefined): HeaderOverrides {
  const overrides: { -readonly [K in keyof PduHeader]?: number } = {};
  for (const [name, value] of Object.entries(header ?? {})) {
    if (name === "length") continue;
    if (!isHeaderField(name)) {
      throw new BodyJsonError(`header: there is no field "${name}"${didYouMean(name, headerFields)}`);
    }
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffff) {
      throw new BodyJsonError(
        `header.${name}: a whole number from 0 to 65535 is expected, not ${JSON.stringify(value)}`,
      );
    }
    overrides[name] = value;
  }
  return overrides;
}

function isHeaderField(name: string): name is (typeof headerFields)[number] {
  return (headerFields as readonly string[]).includes(name);
}

/** Unknown fields of the top level come back as they were; those inside nested messages have lost their place. */
function unknownBytes(value: JsonValue | undefined): Buffer {
  if (!Array.isArray(value)) return Buffer.alloc(0);
  const fields = value as readonly { path?: unknown; hex?: unknown }[];
  return Buffer.concat(
    fields.filter(({ path }) => !path).map(({ hex }) => Buffer.from(typeof hex === "string" ? hex : "", "hex")),
  );
}

function objectAt(json: JsonObject, key: string): JsonObject | undefined {
  const value = json[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  throw new BodyJsonError(`${key}: an object is expected`);
}
