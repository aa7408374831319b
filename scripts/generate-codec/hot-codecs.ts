import protobuf from "protobufjs";

/**
 * Specialised codecs for messages of uint32, enum and bytes fields, lists of uint32 and lists of such messages, with
 * single-byte or two-byte tags.
 * A reader returns `undefined` whenever the body is not the plain form that every known sender writes (each field at
 * most once, right wire types, enum in range, nothing unknown, nothing cut): protobufjs then has the last word.
 */
export function generateHotCodecs(types: readonly protobuf.Type[]): string {
  const nested = new Set(types.flatMap(nestedTypes));
  const names = [...new Set([...types, ...nested])].map((type) => type.name).sort();
  return [
    `import type { ${names.join(", ")} } from "./messages.js";`,
    preamble,
    ...[...nested, ...types].map(hotCodec),
    `export const hotCodecs = {\n${types.map((type) => `  "${type.fullName.slice(1)}": { sizeOf: sizeOf${type.name}, write: write${type.name}, read: read${type.name} },`).join("\n")}\n} as const;\n`,
  ].join("\n");
}

const preamble = `
/** Bytes of a varint of an unsigned 32-bit number. */
function sizeOfVarint(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

function writeVarint(value: number, out: Buffer, at: number): number {
  let rest = value;
  let end = at;
  while (rest > 0x7f) {
    out[end++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[end++] = rest;
  return end;
}

// Where the varint read last ended: a second result without an allocation.
let varintEnd = 0;

/** An unsigned 32-bit varint, or -1 when it is cut off or longer than five bytes. */
function readVarint(bytes: Buffer, at: number, end: number): number {
  let value = 0;
  let shift = 1;
  for (let cursor = at; cursor < end && cursor < at + 5; cursor++) {
    const byte = bytes[cursor] as number;
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) {
      varintEnd = cursor + 1;
      return value <= 0xffffffff ? value : -1;
    }
    shift *= 128;
  }
  return -1;
}
`;

function nestedTypes(type: protobuf.Type): protobuf.Type[] {
  return type.fieldsArray.flatMap((field) =>
    field.resolve().resolvedType instanceof protobuf.Type ? [nestedType(field)] : [],
  );
}

function hotCodec(type: protobuf.Type): string {
  const fields = [...type.fieldsArray].sort((a, b) => a.id - b.id);
  const { name } = type;
  return `
function sizeOf${name}(body: ${name}): number {
  let size = 0;
${fields.map(sizeLine).join("\n")}
  return size;
}

/** Writes the body at \`at\`, where there is room for sizeOf${name}; returns where it ends. */
function write${name}(body: ${name}, out: Buffer, at: number): number {
  let end = at;
${fields.map(writeLine).join("\n")}
  return end;
}

function read${name}(bytes: Buffer, start: number, end: number): ${name} | undefined {
  let at = start;
${fields.map((field) => declarationLine(name, field)).join("\n")}
  while (at < end) {
    const tag = readVarint(bytes, at, end);
    at = varintEnd;
    switch (tag) {
${fields.map(readCase).join("\n")}
      default:
        return undefined;
    }
  }
  if (${fields
    .filter((field) => field.required && !isList(field))
    .map((field) => (isBytes(field) ? `${field.name} === undefined` : `${field.name} < 0`))
    .join(" || ")}) return undefined;
${resultLines(name, fields)}
}
`;
}

function isBytes(field: protobuf.Field): boolean {
  return field.type === "bytes";
}

function isList(field: protobuf.Field): boolean {
  return field.repeated;
}

function isMessage(field: protobuf.Field): boolean {
  return field.resolvedType instanceof protobuf.Type;
}

function nestedType(field: protobuf.Field): protobuf.Type {
  const { resolvedType } = field.resolve();
  if (!(resolvedType instanceof protobuf.Type) || !field.repeated)
    throw new Error(`${field.fullName}: not a list of messages`);
  return resolvedType;
}

function declarationLine(name: string, field: protobuf.Field): string {
  if (isList(field)) return `  const ${field.name}: ${name}["${field.name}"] = [];`;
  return `  let ${field.name}${isBytes(field) ? ": Buffer | undefined" : " = -1"};`;
}

function tagOf(field: protobuf.Field): number {
  return field.id * 8 + (isBytes(field) || isMessage(field) ? 2 : 0);
}

function tagSize(field: protobuf.Field): number {
  return field.id < 16 ? 1 : 2;
}

function sizeLine(field: protobuf.Field): string {
  const value = `body.${field.name}`;
  if (isList(field)) return listSizeLine(field, value);
  if (!isBytes(field)) return `  size += ${tagSize(field)} + sizeOfVarint(${value});`;
  const line = `size += ${tagSize(field)} + sizeOfVarint(${value}.length) + ${value}.length;`;
  return field.required ? `  ${line}` : `  if (${value} !== undefined) ${line}`;
}

function listSizeLine(field: protobuf.Field, value: string): string {
  if (!isMessage(field)) return `  for (const item of ${value}) size += ${tagSize(field)} + sizeOfVarint(item);`;
  return [
    `  for (const item of ${value}) {`,
    `    const itemSize = sizeOf${nestedType(field).name}(item);`,
    `    size += ${tagSize(field)} + sizeOfVarint(itemSize) + itemSize;`,
    "  }",
  ].join("\n");
}

function tagLine(field: protobuf.Field): string {
  const tag = tagOf(field);
  if (tag < 0x80) return `out[end++] = 0x${tag.toString(16).padStart(2, "0")};`;
  return `end = writeVarint(0x${tag.toString(16)}, out, end);`;
}

function writeListLine(field: protobuf.Field, value: string): string {
  const lines = isMessage(field)
    ? [
        `end = writeVarint(sizeOf${nestedType(field).name}(item), out, end);`,
        `end = write${nestedType(field).name}(item, out, end);`,
      ]
    : ["end = writeVarint(item, out, end);"];
  return [
    `  for (const item of ${value}) {`,
    `    ${tagLine(field)}`,
    ...lines.map((line) => `    ${line}`),
    "  }",
  ].join("\n");
}

function writeLine(field: protobuf.Field): string {
  const value = `body.${field.name}`;
  if (isList(field)) return writeListLine(field, value);
  const tagBytes = tagLine(field);
  if (!isBytes(field)) return `  ${tagBytes}\n  end = writeVarint(${value}, out, end);`;
  const lines = [
    tagBytes,
    `end = writeVarint(${value}.length, out, end);`,
    `${value}.copy(out, end);`,
    `end += ${value}.length;`,
  ];
  if (field.required) return lines.map((line) => `  ${line}`).join("\n");
  return `  if (${value} !== undefined) {\n${lines.map((line) => `    ${line}`).join("\n")}\n  }`;
}

/** Packed numbers (FRM-13) have another tag, so that protobufjs reads them. */
function readListCase(field: protobuf.Field): string[] {
  const lines = [
    `case 0x${tagOf(field).toString(16).padStart(2, "0")}: {`,
    "  const value = readVarint(bytes, at, end);",
  ];
  if (!isMessage(field)) {
    return [
      ...lines,
      `  if (value < 0${enumCheck(field)}) return undefined;`,
      "  at = varintEnd;",
      `  ${field.name}.push(value);`,
    ];
  }
  return [
    ...lines,
    "  if (value < 0 || varintEnd + value > end) return undefined;",
    "  at = varintEnd + value;",
    `  const item = read${nestedType(field).name}(bytes, varintEnd, at);`,
    "  if (item === undefined) return undefined;",
    `  ${field.name}.push(item);`,
  ];
}

function readCase(field: protobuf.Field): string {
  if (isList(field)) return [...readListCase(field), "  break;", "}"].map((line) => `      ${line}`).join("\n");
  const seen = isBytes(field) ? `${field.name} !== undefined` : `${field.name} >= 0`;
  const lines = [
    `case 0x${tagOf(field).toString(16).padStart(2, "0")}: {`,
    `  const value = readVarint(bytes, at, end);`,
  ];
  if (isBytes(field)) {
    lines.push(
      `  if (${seen} || value < 0 || varintEnd + value > end) return undefined;`,
      `  at = varintEnd + value;`,
      `  ${field.name} = bytes.subarray(varintEnd, at);`,
    );
  } else {
    lines.push(
      `  if (${seen} || value < 0${enumCheck(field)}) return undefined;`,
      `  at = varintEnd;`,
      `  ${field.name} = value;`,
    );
  }
  lines.push("  break;", "}");
  return lines.map((line) => `      ${line}`).join("\n");
}

function enumCheck(field: protobuf.Field): string {
  if (!(field.resolvedType instanceof protobuf.Enum)) return "";
  const values = Object.values(field.resolvedType.values);
  return ` || (${values.map((value) => `value !== ${value}`).join(" && ")})`;
}

function resultLines(name: string, fields: readonly protobuf.Field[]): string {
  const required = fields.filter((field) => field.required || isList(field));
  const optional = fields.filter((field) => !field.required && !isList(field));
  const body = `{ ${required.map((field) => (field.resolvedType && !isList(field) ? `${field.name}: ${field.name} as ${name}["${field.name}"]` : field.name)).join(", ")} }`;
  if (optional.length === 0) return `  return ${body};`;
  const lines = [`  const body: ${name} = ${body};`];
  for (const field of optional) lines.push(`  if (${field.name} !== undefined) body.${field.name} = ${field.name};`);
  return [...lines, "  return body;"].join("\n");
}
