import type { PduField } from "../../codec/record/pdu-fields.js";
import { same, type Theme } from "../theme.js";

/** A field with how deep it is inside others. */
export interface FieldLine {
  readonly field: PduField;
  readonly depth: number;
}

/** Fields, those inside others after them and deeper. */
export function flattened(fields: readonly PduField[], depth: number): FieldLine[] {
  return fields.flatMap((field) => [{ field, depth }, ...flattened(field.fields, depth + 1)]);
}

/** A field as a line; without a theme it has no looks. */
export function fieldText({ field, depth }: FieldLine, theme: Theme | undefined): string {
  const dim = theme?.dim ?? same;
  const indent = "  ".repeat(depth);
  if (field.kind === "problem") return `${indent}${(theme?.bad ?? same)(`${field.name}: ${field.text}`)}`;
  const number = field.number === null ? "" : `${dim(String(field.number))} `;
  const name = field.kind === "unknown" ? (theme?.warn ?? same)(`unknown (${field.wireType})`) : nameText(field, theme);
  const content = field.content === null ? "" : ` ${(theme?.good ?? same)(field.content)}`;
  return `${indent}${number}${name} = ${content === "" ? field.text : content.trim()}`;
}

function nameText(field: PduField, theme: Theme | undefined): string {
  const dim = theme?.dim ?? same;
  return field.kind === "header" ? dim(field.name) : field.name;
}
