import protobuf from "protobufjs/light.js";
import { AttachType } from "../../codec/attach-data.js";
import { ServiceID } from "../../codec/generated/enums.js";
import { commands, hexId } from "../../codec/registry.js";
import { enumNames, enumType, messageNames, messageType } from "../../codec/schema.js";

/** The protocol's commands, enumerations and messages as Lua tables, for the dissector to walk. */
export function luaTables(): string {
  return [
    table(
      "services",
      Object.entries(ServiceID).map(([name, number]) => `[${number}] = "${name}"`),
    ),
    table(
      "attach_types",
      Object.entries(AttachType).map(([name, number]) => `[${number}] = "${name}"`),
    ),
    table(
      "commands",
      commands.map(({ id, name, messageName }) => `[${hexId(id)}] = { "${name}", "${messageName}" }`),
    ),
    table(
      "obsolete_commands",
      commands.flatMap(({ id, obsoleteIds }) => obsoleteIds.map((old) => `[${hexId(old)}] = ${hexId(id)}`)),
    ),
    table(
      "enums",
      enumNames().map((name) => `["${name}"] = ${enumRow(name)}`),
    ),
    table(
      "messages",
      messageNames().map((name) => `["${name}"] = ${messageRow(name)}`),
    ),
  ].join("\n");
}

function table(name: string, rows: readonly string[]): string {
  return `local ${name} = {\n${rows.map((row) => `  ${row},\n`).join("")}}\n`;
}

function enumRow(name: string): string {
  const values = Object.entries(enumType(name).values);
  return `{ ${values.map(([value, number]) => `[${number}] = "${value}"`).join(", ")} }`;
}

/** Each field: number, name, kind, label and the full name of its enumeration or message. */
function messageRow(name: string): string {
  const rows = messageType(name).fieldsArray.map((field) => {
    const { id, type, resolvedType } = field.resolve();
    const label = field.repeated ? "repeated" : field.required ? "required" : "optional";
    const kind =
      resolvedType instanceof protobuf.Enum ? "enum" : resolvedType instanceof protobuf.Type ? "message" : type;
    const reference = resolvedType === null ? "" : `, "${resolvedType.fullName.slice(1)}"`;
    return `{ ${id}, "${field.name}", "${kind}", "${label}"${reference} }`;
  });
  return `{ ${rows.join(", ")} }`;
}
