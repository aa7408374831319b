import protobuf from "protobufjs/light.js";
import { type WireTypeName, wireTypeNames } from "./wire-fields.js";

/** A field that the schema does not have, or whose number lies outside its enum (FRM-11, FRM-12). */
export interface UnknownField {
  /** Where in the body: `user_info`, `msg_list[3]`; empty at the top. */
  readonly path: string;
  readonly field: number;
  readonly wireType: WireTypeName;
  /** The field as on the wire, tag included, in hex. */
  readonly hex: string;
}

const none: readonly UnknownField[] = [];

interface WithUnknowns {
  readonly $unknowns?: readonly Buffer[];
}

/** Unknown fields of a decoded body and of the messages inside it. */
export function unknownFieldsOf(body: object, path = ""): readonly UnknownField[] {
  // The specialised decoders leave bodies with unknown fields to protobufjs.
  if (!isMessage(body)) return none;
  const own = ((body as WithUnknowns).$unknowns ?? []).map((raw) => describe(raw, path));
  const nested = Object.entries(body).flatMap(([name, value]) => {
    const below = path === "" ? name : `${path}.${name}`;
    if (Array.isArray(value)) {
      return value.flatMap((entry, index) => (isMessage(entry) ? unknownFieldsOf(entry, `${below}[${index}]`) : []));
    }
    return isMessage(value) ? unknownFieldsOf(value, below) : [];
  });
  return [...own, ...nested];
}

function isMessage(value: unknown): value is object {
  return value instanceof protobuf.Message;
}

function describe(raw: Buffer, path: string): UnknownField {
  const tag = protobuf.Reader.create(raw).uint32();
  return {
    path,
    field: tag >>> 3,
    wireType: wireTypeNames[tag & 7] ?? "varint",
    hex: Buffer.from(raw).toString("hex"),
  };
}
