import protobuf from "protobufjs/light.js";
import { didYouMean } from "../did-you-mean.js";
import { loginPassword } from "../password.js";
import { encryptText } from "../text-content.js";
import { BodyJsonError, isObject, type JsonObject, type JsonValue } from "./body-json.js";

export interface FieldTextOptions {
  /** 32 bytes: key for `text:`. */
  readonly textKey?: string;
  /** What `@path` means. @throws BodyJsonError */
  readonly readFile: (path: string) => Buffer;
}

type MutableJson = Record<string, JsonValue>;
interface Step {
  readonly name: string;
  readonly index: number | undefined;
}

const STEP = /^(\w+)(?:\[(\d{1,6})\])?$/;
/** A list grows by one entry at a time: an index must not choose how much memory it takes. */
const LIST_MAX = 100_000;

/**
 * Sets one field of a body's JSON from the text that a person types: `user_stat.status=online`, `msg_list[0].msg_id=7`.
 * Bodies are built from nothing (`build`: a repeated field grows each time it is named, and an entry whose field is there
 * already is followed by a new one), or changed (`replace`: a list is given whole or by index).
 * @throws BodyJsonError that begins with the path
 */
export function assignField(
  type: protobuf.Type,
  json: JsonObject,
  path: string,
  text: string,
  how: "build" | "replace",
  options: FieldTextOptions,
): void {
  const steps = path.split(".").map((part): Step => {
    const [, name, index] = STEP.exec(part) ?? [];
    if (name === undefined) throw new BodyJsonError(`${path}: "${part}" is no field name`);
    return { name, index: index === undefined ? undefined : Number(index) };
  });
  assign(type, json as MutableJson, steps, { path, text, how, options });
}

interface Assignment {
  readonly path: string;
  readonly text: string;
  readonly how: "build" | "replace";
  readonly options: FieldTextOptions;
}

function assign(type: protobuf.Type, json: MutableJson, steps: readonly Step[], given: Assignment): void {
  const [step, ...below] = steps as readonly [Step, ...Step[]];
  const field = fieldOf(type, step.name, given.path);
  if (step.index !== undefined && !field.repeated) throw new BodyJsonError(`${given.path}: ${step.name} is no list`);
  if (below.length > 0) {
    if (!(field.resolvedType instanceof protobuf.Type)) {
      throw new BodyJsonError(`${given.path}: ${step.name} (${field.type}) has no fields`);
    }
    assign(field.resolvedType, messageAt(json, field, step, below, given), below, given);
    return;
  }
  if (!field.repeated) json[field.name] = valueFromText(field, given.text, given.path, given.options);
  else if (step.index !== undefined) {
    const list = listAt(json, field.name);
    checkIndex(step.index, list.length, given.path);
    list[step.index] = valueFromText(field, given.text, given.path, given.options);
  } else {
    const values = valuesFromText(field, given.text, given.path, given.options);
    json[field.name] = given.how === "replace" ? values : [...listAt(json, field.name), ...values];
  }
}

function fieldOf(type: protobuf.Type, name: string, path: string): protobuf.Field {
  const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
  if (field !== undefined) return field.resolve();
  const fields = Object.keys(type.fields);
  const known = fields.length === 0 ? "; it has no fields" : didYouMean(name, fields);
  throw new BodyJsonError(`${path}: ${type.name} has no field "${name}"${known}`);
}

/** The message that the next step goes into; made when it is not there. */
function messageAt(json: MutableJson, field: protobuf.Field, step: Step, below: readonly Step[], given: Assignment) {
  if (!field.repeated) {
    const message = messageIn(json[field.name], field.name, given.path);
    json[field.name] = message;
    return message;
  }
  const list = listAt(json, field.name);
  if (step.index === undefined && given.how === "replace") {
    throw new BodyJsonError(`${given.path}: ${field.name} is a list; say which entry, as in ${field.name}[0]`);
  }
  const last = list.length - 1;
  const isLastFree = last >= 0 && !isTaken(messageIn(list[last], field.name, given.path), below, field);
  const index = step.index ?? (isLastFree ? last : list.length);
  checkIndex(index, list.length, given.path);
  const message = messageIn(list[index], field.name, given.path);
  list[index] = message;
  return message;
}

/** What was given for it before may be anything; an empty message where there is nothing yet. */
function messageIn(value: JsonValue | undefined, name: string, path: string): MutableJson {
  if (value === undefined) return {};
  if (isObject(value)) return value as MutableJson;
  throw new BodyJsonError(`${path}: ${name} was given as ${JSON.stringify(value)}, which has no fields`);
}

/** Whether an entry has the field already, so that naming it again means the next entry. */
function isTaken(entry: JsonObject, below: readonly Step[], list: protobuf.Field): boolean {
  const [step, ...rest] = below;
  if (step === undefined || !(list.resolvedType instanceof protobuf.Type)) return true;
  const field = list.resolvedType.fields[step.name];
  const value = entry[step.name];
  if (field === undefined || field.repeated || value === undefined) return false;
  return rest.length === 0 || !isObject(value) || isTaken(value, rest, field.resolve());
}

function listAt(json: MutableJson, name: string): JsonValue[] {
  const list = (json[name] ?? []) as JsonValue[];
  json[name] = list;
  return list;
}

function checkIndex(index: number, length: number, path: string): void {
  if (index <= length && length < LIST_MAX) return;
  throw new BodyJsonError(`${path}: the list has ${length} entries; the next one is [${length}]`);
}

/** `[1,2]`, or one value. */
function valuesFromText(field: protobuf.Field, text: string, path: string, options: FieldTextOptions): JsonValue[] {
  const inside = /^\[(.*)\]$/s.exec(text)?.[1];
  if (inside === undefined) return [valueFromText(field, text, path, options)];
  if (field.resolvedType instanceof protobuf.Type || field.type === "string") return parseList(text, path);
  return inside.trim() === "" ? [] : inside.split(",").map((part) => valueFromText(field, part.trim(), path, options));
}

function valueFromText(field: protobuf.Field, text: string, path: string, options: FieldTextOptions): JsonValue {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum) return enumFromText(resolvedType, text, path);
  if (resolvedType instanceof protobuf.Type) return parseObject(text, path);
  if (field.type === "uint32") return numberFromText(text, path);
  const bytes = bytesFromText(text, path, options);
  return field.type === "bytes" ? bytes.toString("base64") : bytes.toString("utf8");
}

function numberFromText(text: string, path: string): number {
  const number = /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : Number.NaN;
  if (number <= 0xffffffff) return number;
  throw new BodyJsonError(`${path}: a whole number from 0 to 4294967295 is expected, not "${text}"`);
}

/** A number, a name, or a part of one: `ios` is CLIENT_TYPE_IOS. A number outside the enum is allowed (FRM-12). */
function enumFromText(type: protobuf.Enum, text: string, path: string): number | string {
  if (/^-?(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text)) return Number(text);
  const names = Object.keys(type.values);
  const wanted = text.toUpperCase().replaceAll("-", "_");
  const whole = names.filter((name) => name === wanted);
  const endings = names.filter((name) => name.endsWith(`_${wanted}`));
  const parts = names.filter((name) => wanted !== "" && name.includes(wanted));
  const [found, ...others] = [whole, endings, parts].find(({ length }) => length > 0) ?? [];
  if (found === undefined) {
    const hint = didYouMean(wanted, names) || `; there are ${names.join(", ")}`;
    throw new BodyJsonError(`${path}: "${text}" is not in ${type.name}${hint}`);
  }
  if (others.length === 0) return found;
  throw new BodyJsonError(`${path}: "${text}" may mean ${[found, ...others].join(" or ")}`);
}

/** The bytes that a text stands for: a prefix says how to read the rest, else it is UTF-8. */
export function bytesFromText(text: string, path: string, options: FieldTextOptions): Buffer {
  if (text.startsWith("@")) return options.readFile(text.slice(1));
  const colon = text.indexOf(":");
  const rest = text.slice(colon + 1);
  switch (text.slice(0, Math.max(colon, 0))) {
    case "md5":
      return Buffer.from(loginPassword(rest), "latin1");
    case "text":
      return encryptText(rest, options.textKey);
    case "hex":
      return bytesFromHex(rest, path);
    case "base64":
      return bytesFromBase64(rest, path);
    case "plain":
      return Buffer.from(rest, "utf8");
    default:
      return Buffer.from(text, "utf8");
  }
}

function bytesFromHex(text: string, path: string): Buffer {
  const digits = text.replaceAll(/[\s:]/g, "");
  if (digits.length % 2 !== 0) throw new BodyJsonError(`${path}: hex has two digits a byte; here are ${digits.length}`);
  const wrong = /[^0-9a-f]/i.exec(digits)?.[0];
  if (wrong !== undefined) throw new BodyJsonError(`${path}: "${wrong}" is no hex digit`);
  return Buffer.from(digits, "hex");
}

function bytesFromBase64(text: string, path: string): Buffer {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return Buffer.from(text, "base64");
  throw new BodyJsonError(`${path}: base64 is expected after "base64:"`);
}

function parseObject(text: string, path: string): JsonValue {
  const value = parseJson(text, path);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new BodyJsonError(`${path}: an object is expected, as in {"field":1}, or its fields by ${path}.field=…`);
}

function parseList(text: string, path: string): JsonValue[] {
  return parseJson(text, path) as JsonValue[];
}

function parseJson(text: string, path: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new BodyJsonError(`${path}: ${(error as Error).message}`);
  }
}
