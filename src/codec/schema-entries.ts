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
      readonly values: readonly { readonly name: string; readonly number: number }[];
    };

export function schemaEntries(): readonly SchemaEntry[] {
  return [...commands.map(commandEntry), ...messageNames().map(messageEntry), ...enumNames().map(enumEntry)];
}

/** By number, exact name (full or short), or else by a part of a name, an enum value or a field. */
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
  return exact.length > 0 ? exact : entries.filter((entry) => mentions(entry, needle));
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
  const carriers = commands.filter(({ messageName }) => messageName === name);
  return {
    kind: "message",
    name,
    commands: carriers.map((command) => `${hexId(command.id)} ${command.name}`),
    fields: fieldsOf(name),
  };
}

function enumEntry(name: string): SchemaEntry {
  const values = Object.entries(enumType(name).values).map(([value, number]) => ({ name: value, number }));
  return { kind: "enum", name, values };
}

function fieldsOf(messageName: string): SchemaField[] {
  return messageType(messageName).fieldsArray.map((field) => ({
    number: field.id,
    label: field.repeated ? "repeated" : field.required ? "required" : "optional",
    type: field.resolvedType instanceof protobuf.ReflectionObject ? field.resolvedType.name : field.type,
    name: field.name,
  }));
}
