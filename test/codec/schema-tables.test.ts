import { readFileSync } from "node:fs";
import protobuf from "protobufjs/light.js";
import { describe, expect, it } from "vitest";
import { CommandId } from "../../src/codec/generated/commands.js";
import { commandById, commands } from "../../src/codec/registry.js";
import { enumNames, enumType, messageNames, messageType } from "../../src/codec/schema.js";

function table(name: string): Record<string, string>[] {
  const lines = readFileSync(new URL(`../../docs/spec/${name}.tsv`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  const [head, ...rows] = lines.map((line) => line.split("\t"));
  return rows.map((row) => Object.fromEntries((head ?? []).map((column, index) => [column, row[index] ?? ""])));
}

describe("proto/ against docs/spec", () => {
  const fieldRows = table("messages");
  const enumRows = table("enums");
  const commandRows = table("commands");

  it("has the 110 messages of messages.tsv and no other", () => {
    const wanted = new Set(fieldRows.map((row) => `${row.package}.${row.message}`));
    expect(wanted.size).toBe(110);
    expect(new Set(messageNames())).toEqual(wanted);
  });

  it("has each field with its number, label, type and default", () => {
    const ours = messageNames().flatMap((name) => {
      const type = messageType(name);
      if (type.fieldsArray.length === 0) return [`${name} (empty)`];
      return type.fieldsArray.map((field) => {
        const label = field.repeated ? "repeated" : field.required ? "required" : "optional";
        const fieldType = field.resolvedType?.name ?? field.type;
        const byDefault = field.resolvedType instanceof protobuf.Enum && field.options?.default;
        return [name, field.id, label, fieldType, field.name, byDefault || ""].join(" ").trim();
      });
    });
    const wanted = fieldRows.map((row) =>
      row.field_number === "-"
        ? `${row.package}.${row.message} (empty)`
        : [`${row.package}.${row.message}`, row.field_number, row.label, row.type, row.field, row.default]
            .join(" ")
            .trim(),
    );
    expect(ours.sort()).toEqual(wanted.sort());
  });

  it("has every enum value and no other", () => {
    const ours = enumNames().flatMap((name) =>
      Object.entries(enumType(name).values).map(([value, number]) => `${name}.${value} ${number}`),
    );
    expect(ours.sort()).toEqual(
      enumRows.map((row) => `${row.package}.${row.enum}.${row.value_name} ${Number(row.number)}`).sort(),
    );
  });

  it("has the 95 commands with service, message and directions, under the numbers of their enums", () => {
    expect(commands).toHaveLength(95);
    for (const row of commandRows) {
      const command = commandById(Number(row.command_id));
      expect(command).toMatchObject({ name: row.constant, serviceName: row.service, messageName: row.message });
      const directions = row.directions?.includes(">") ? row.directions.split(" ") : [];
      expect(command?.directions).toEqual(directions);
      expect(CommandId[row.constant as keyof typeof CommandId]).toBe(Number(row.command_id));
      expect(enumRows.find((entry) => entry.value_name === row.constant)?.number).toBe(row.command_id);
    }
  });

  it("uses the service of a command's high byte", () => {
    for (const { id, serviceId } of commands) expect(serviceId).toBe(id >>> 8);
  });
});
