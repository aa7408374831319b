import protobuf from "protobufjs/light.js";
import { didYouMean } from "../did-you-mean.js";
import { messageType } from "../schema.js";

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** The JSON does not fit the message. The message names the field. */
export class BodyJsonError extends Error {
  override readonly name = "BodyJsonError";
}

/** A decoded body as JSON: snake_case names, enums by name, bytes as base64, fields in the order of their numbers. */
export function bodyToJson(messageName: string, body: object): JsonObject {
  return messageToJson(messageType(messageName), body as Readonly<Record<string, unknown>>);
}

/**
 * The reverse. Enums by name or number; a required field may be absent (encoding decides what that means).
 * @throws BodyJsonError
 */
export function bodyFromJson(messageName: string, json: JsonObject): Record<string, unknown> {
  return messageFromJson(messageType(messageName), json, "");
}

function messageToJson(type: protobuf.Type, body: Readonly<Record<string, unknown>>): JsonObject {
  const json: Record<string, JsonValue> = {};
  for (const field of type.fieldsArray) {
    const value = body[field.name];
    if (value === undefined) continue;
    json[field.name] = Array.isArray(value)
      ? value.map((entry) => valueToJson(field, entry))
      : valueToJson(field, value);
  }
  return json;
}

function valueToJson({ resolvedType }: protobuf.Field, value: unknown): JsonValue {
  if (resolvedType instanceof protobuf.Enum) return resolvedType.valuesById[value as number] ?? (value as number);
  if (resolvedType instanceof protobuf.Type) return messageToJson(resolvedType, value as Record<string, unknown>);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value as string | number;
}

function messageFromJson(type: protobuf.Type, json: JsonObject, path: string): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
    if (field === undefined)
      throw new BodyJsonError(
        `${path}${name}: ${type.name} has no such field${didYouMean(name, Object.keys(type.fields))}`,
      );
    body[name] = fieldFromJson(field.resolve(), value, `${path}${name}`);
  }
  return body;
}

function fieldFromJson(field: protobuf.Field, value: JsonValue, path: string): unknown {
  if (!field.repeated) return valueFromJson(field, value, path);
  if (!Array.isArray(value)) throw new BodyJsonError(`${path}: a list is expected`);
  return value.map((entry, index) => valueFromJson(field, entry, `${path}[${index}]`));
}

function valueFromJson({ resolvedType, type }: protobuf.Field, value: JsonValue, path: string): unknown {
  if (resolvedType instanceof protobuf.Enum) return enumFromJson(resolvedType, value, path);
  if (resolvedType instanceof protobuf.Type) {
    if (!isObject(value)) throw new BodyJsonError(`${path}: an object (${resolvedType.name}) is expected`);
    return messageFromJson(resolvedType, value, `${path}.`);
  }
  if (type === "uint32") {
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
    throw new BodyJsonError(`${path}: a whole number from 0 to 4294967295 is expected, not ${JSON.stringify(value)}`);
  }
  if (typeof value !== "string") throw new BodyJsonError(`${path}: a string is expected, not ${JSON.stringify(value)}`);
  return type === "bytes" ? bytesFromJson(value, path) : value;
}

function enumFromJson(type: protobuf.Enum, value: JsonValue, path: string): number {
  // A number outside the enum is allowed: that is how an undecodable body is made (FRM-12).
  if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 0x7fffffff) return value;
  const number = typeof value === "string" && Object.hasOwn(type.values, value) ? type.values[value] : undefined;
  if (number === undefined) {
    const names = Object.keys(type.values);
    const hint = typeof value === "string" ? didYouMean(value, names) : "";
    throw new BodyJsonError(`${path}: ${JSON.stringify(value)} is not one of ${names.join(", ")}${hint}`);
  }
  return number;
}

function bytesFromJson(value: string, path: string): Buffer {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value))
    throw new BodyJsonError(`${path}: base64 is expected, not ${JSON.stringify(value)}`);
  return Buffer.from(value, "base64");
}

export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
