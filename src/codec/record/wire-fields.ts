export const wireTypeNames = ["varint", "i64", "len", "start-group", "end-group", "i32"] as const;
export type WireTypeName = (typeof wireTypeNames)[number];

/** One field of a protobuf message as it stands in the bytes: tag from `start`, value from `valueStart` to `end`. */
export interface WireField {
  readonly number: number;
  readonly wireType: WireTypeName;
  readonly start: number;
  /** Behind the tag, and behind the length of a `len` field. */
  readonly valueStart: number;
  readonly end: number;
  /** Of a varint: its low 64 bits, unsigned. */
  readonly varint: bigint | undefined;
}

interface WireProblem {
  readonly offset: number;
  readonly message: string;
}

export interface WireFields {
  readonly fields: readonly WireField[];
  /** Where reading stopped before the end, and what was expected there. */
  readonly problem: WireProblem | undefined;
}

/** What should stand where something else does. */
interface Expected {
  readonly message: string;
}

const VARINT_MAX_BYTES = 10;

/** Reads the fields of `bytes[start, end)` without a schema, as far as they can be read. At most `fieldsMax` of them. */
export function wireFields(bytes: Buffer, start: number, end: number, fieldsMax: number): WireFields {
  const fields: WireField[] = [];
  for (let at = start; at < end; ) {
    if (fields.length === fieldsMax)
      return { fields, problem: { offset: at, message: `more than ${fieldsMax} fields` } };
    const field = wireFieldAt(bytes, at, end);
    if ("message" in field) return { fields, problem: { offset: at, message: field.message } };
    fields.push(field);
    at = field.end;
  }
  return { fields, problem: undefined };
}

function wireFieldAt(bytes: Buffer, start: number, end: number): WireField | Expected {
  const tag = varintAt(bytes, start, end);
  if (tag === undefined) return { message: "a field's tag is expected, a varint of at most 10 bytes" };
  const number = Number((tag.value & 0xffff_ffffn) >> 3n);
  const wireType = wireTypeNames[Number(tag.value & 7n)];
  if (number === 0 || wireType === undefined) {
    return { message: `field number above 0 and wire type 0 to 5 are expected, not ${tag.value}` };
  }
  const base = { number, wireType, start, varint: undefined };
  if (wireType === "varint") {
    const value = varintAt(bytes, tag.end, end);
    if (value === undefined) return { message: `field ${number}: a varint is expected` };
    return { ...base, valueStart: tag.end, end: value.end, varint: value.value };
  }
  if (wireType === "len") return lenField(bytes, end, base, tag.end);
  const size = wireType === "i64" ? 8 : wireType === "i32" ? 4 : 0;
  if (tag.end + size > end) return { message: `field ${number}: ${size} bytes are expected` };
  return { ...base, valueStart: tag.end, end: tag.end + size };
}

function lenField(
  bytes: Buffer,
  end: number,
  base: Omit<WireField, "valueStart" | "end">,
  at: number,
): WireField | Expected {
  const length = varintAt(bytes, at, end);
  if (length === undefined) return { message: `field ${base.number}: a length is expected` };
  const left = end - length.end;
  if (length.value > left) {
    return { message: `field ${base.number}: ${length.value} bytes are expected, ${left} are there` };
  }
  return { ...base, valueStart: length.end, end: length.end + Number(length.value) };
}

function varintAt(bytes: Buffer, at: number, end: number): { value: bigint; end: number } | undefined {
  let value = 0n;
  for (let cursor = at; cursor < end && cursor < at + VARINT_MAX_BYTES; cursor++) {
    const byte = bytes[cursor] as number;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (cursor - at));
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: cursor + 1 };
  }
  return undefined;
}
