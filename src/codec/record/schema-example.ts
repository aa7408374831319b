import protobuf from "protobufjs/light.js";
import { type Command, hexId } from "../registry.js";
import { messageType } from "../schema.js";
import type { JsonObject, JsonValue } from "./body-json.js";
import { pduFromJson } from "./pdu-from-json.js";

export interface SchemaExample {
  /** What `ttk encode` makes the PDU from. */
  readonly json: JsonObject;
  readonly hex: string;
}

const EXAMPLE_SEQ_NUM = 1;

/** A PDU of the command with every field that it must have, and one entry in each list. */
export function exampleOf(command: Command): SchemaExample {
  const body = exampleBody(messageType(command.messageName));
  const json = { command: command.name, header: { seqNum: EXAMPLE_SEQ_NUM }, body };
  return { json, hex: pduFromJson(json).toString("hex") };
}

/** `client to msg_server` for each hop; who answers a request can be read off the hops of its response. */
export function hopsText({ directions, anyDirection, id }: Command): string {
  if (anyDirection) return "between any two that are connected";
  if (directions.length === 0) return `nobody sends ${hexId(id)}`;
  return directions
    .map((direction) => `${partyNames[direction[0] as Party]} to ${partyNames[direction[2] as Party]}`)
    .join(", ");
}

type Party = keyof typeof partyNames;

const partyNames = {
  C: "client",
  M: "msg_server",
  R: "route_server",
  L: "login_server",
  D: "db_proxy_server",
  F: "file_server",
  P: "push_server",
} as const;

function exampleBody(type: protobuf.Type): JsonObject {
  const fields = type.fieldsArray.filter(({ required, repeated }) => required || repeated);
  return Object.fromEntries(
    fields.map((field) => [field.name, field.repeated ? [exampleValue(field)] : exampleValue(field)]),
  );
}

function exampleValue(field: protobuf.Field): JsonValue {
  const { resolvedType } = field.resolve();
  if (resolvedType instanceof protobuf.Enum) return Object.keys(resolvedType.values)[0] ?? 0;
  if (resolvedType instanceof protobuf.Type) return exampleBody(resolvedType);
  if (field.type === "uint32") return 1;
  return field.type === "bytes" ? Buffer.from("hello").toString("base64") : field.name;
}
