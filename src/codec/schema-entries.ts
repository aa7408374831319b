import protobuf from "protobufjs/light.js";
import { requirementsOf } from "./generated/requirements.js";
import { type Command, commands, hexId } from "./registry.js";
import { enumNames, enumType, messageNames, messageType } from "./schema.js";

interface SchemaField {
  readonly number: number;
  readonly label: "required" | "optional" | "repeated";
  readonly type: string;
  readonly name: string;
}

/** What `ttk schema` knows of one name. */
export type SchemaEntry =
  | {
      readonly kind: "command";
      readonly id: string;
      readonly name: string;
      readonly service: string;
      readonly message: string;
      readonly directions: string;
      /** The command that answers this one, or that this one answers. */
      readonly counterpart: string | null;
      readonly obsoleteIds: readonly string[];
      /** Requirements of docs/spec/behaviour.md that name the command's number. */
      readonly requirements: readonly string[];
      readonly fields: readonly SchemaField[];
    }
  | {
      readonly kind: "message";
      readonly name: string;
      readonly commands: readonly string[];
      readonly fields: readonly SchemaField[];
    }
  | {
      readonly kind: "enum";
      readonly name: string;
      readonly values: readonly EnumValue[];
      /** Fields of this type: `IM.Login.IMLoginReq.client_type`. */
      readonly usedBy: readonly string[];
    }
  | {
      readonly kind: "field";
      /** With its message's: `IM.Message.IMMsgData.msg_type`. */
      readonly name: string;
      readonly number: number;
      readonly label: SchemaField["label"];
      readonly type: string;
      /** Of an enumeration. */
      readonly values: readonly EnumValue[];
      /** Commands that carry the message. */
      readonly commands: readonly string[];
    };

interface EnumValue {
  readonly name: string;
  readonly number: number;
}

export function schemaEntries(): readonly SchemaEntry[] {
  return [...commands.map(commandEntry), ...messageNames().map(messageEntry), ...enumNames().map(enumEntry)];
}

/** Names that a person may have meant: of entries, fields and enumerations' values. */
export function schemaNames(): readonly string[] {
  const names = schemaEntries().flatMap((entry) => {
    if (entry.kind === "enum") return [entry.name, ...entry.values.map(({ name }) => name)];
    return entry.kind === "field" ? [] : [entry.name, ...entry.fields.map(({ name }) => name)];
  });
  return [...new Set(names)];
}

/**
 * By number, exact name (full or short; a field also as `IMMsgData.msg_type`), or else by a part of a name, an enum value or a
 * field.
 */
export function findSchemaEntries(wanted: string): readonly SchemaEntry[] {
  const entries = schemaEntries();
  const number = /^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(wanted) ? Number(wanted) : undefined;
  if (number !== undefined) {
    return entries.filter(
      (entry) => entry.kind === "command" && [entry.id, ...entry.obsoleteIds].includes(hexId(number)),
    );
  }
  const needle = wanted.toLowerCase();
  const exact = entries.filter(({ name }) =>
    [name, name.split(".").at(-1)].some((each) => each?.toLowerCase() === needle),
  );
  if (exact.length > 0) return exact;
  const fields = messageNames().flatMap((name) => fieldEntries(name));
  const exactFields = fields.filter(({ name }) => `.${name.toLowerCase()}`.endsWith(`.${needle}`));
  return exactFields.length > 0 ? exactFields : entries.filter((entry) => mentions(entry, needle));
}

function mentions(entry: SchemaEntry, needle: string): boolean {
  if (entry.name.toLowerCase().includes(needle)) return true;
  const inside = entry.kind === "enum" ? entry.values : entry.kind === "message" ? entry.fields : [];
  return inside.some(({ name }) => name.toLowerCase().includes(needle));
}

function commandEntry(command: Command): SchemaEntry {
  return {
    kind: "command",
    id: hexId(command.id),
    name: command.name,
    service: command.serviceName,
    message: command.messageName,
    directions: command.anyDirection ? "any" : command.directions.join(" ") || "(unused)",
    counterpart: counterpartOf(command)?.name ?? null,
    obsoleteIds: command.obsoleteIds.map(hexId),
    requirements: requirementsOf[command.id] ?? [],
    fields: fieldsOf(command.messageName),
  };
}

/** Requests and responses carry the same name but for its ending. */
export function counterpartOf(command: Command): Command | undefined {
  const stem = messageStem(command);
  return stem === undefined
    ? undefined
    : commands.find((other) => other.id !== command.id && messageStem(other) === stem);
}

function messageStem({ messageName }: Command): string | undefined {
  return /^(.*)(?:Req|Rsp|Res)$/.exec(messageName)?.[1];
}

function messageEntry(name: string): SchemaEntry {
  return { kind: "message", name, commands: carriersOf(name), fields: fieldsOf(name) };
}

function carriersOf(message: string): string[] {
  return commands
    .filter(({ messageName }) => messageName === message)
    .map((command) => `${hexId(command.id)} ${command.name}`);
}

function fieldEntries(message: string): SchemaEntry[] {
  const { fields } = messageType(message);
  return fieldsOf(message).map((field) => {
    const type = fields[field.name]?.resolvedType;
    const values = type instanceof protobuf.Enum ? valuesOf(type) : [];
    return { ...field, kind: "field", name: `${message}.${field.name}`, values, commands: carriersOf(message) };
  });
}

function enumEntry(name: string): SchemaEntry {
  const type = enumType(name);
  const usedBy = messageNames().flatMap((message) =>
    messageType(message)
      .fieldsArray.filter((field) => field.resolve().resolvedType === type)
      .map((field) => `${message}.${field.name}`),
  );
  return { kind: "enum", name, values: valuesOf(type), usedBy };
}

function valuesOf(type: protobuf.Enum): EnumValue[] {
  return Object.entries(type.values).map(([name, number]) => ({ name, number }));
}

function fieldsOf(messageName: string): SchemaField[] {
  return messageType(messageName).fieldsArray.map((field) => ({
    number: field.id,
    label: field.repeated ? "repeated" : field.required ? "required" : "optional",
    type: field.resolvedType instanceof protobuf.ReflectionObject ? field.resolvedType.name : field.type,
    name: field.name,
  }));
}
