import protobuf from "protobufjs/light.js";
import type { CommandBody, CommandId } from "./generated/commands.js";
import { hotCodecs } from "./generated/hot-codecs.js";
import { ProtocolError } from "./protocol-error.js";
import { commands } from "./registry.js";
import { messageType, partialMessageType } from "./schema.js";
import { sharedListBytes, sharedListIn } from "./shared-list.js";

/** A decoded body: own properties are the fields present, named as in proto/; bytes are views into the input. */
export type Body = object;

interface HotCodec {
  sizeOf(body: Body): number;
  write(body: Body, out: Buffer, at: number): number;
  read(bytes: Buffer, start: number, end: number): Body | undefined;
}

const messageNameOf = new Map<number, string>(commands.map(({ id, messageName }) => [id, messageName]));
// By command id; filled, because an array with wide gaps becomes a hash table. Looked at for each PDU.
const hotByCommand = new Array<HotCodec | undefined>(Math.max(...commands.map(({ id }) => id)) + 1).fill(undefined);
for (const { id, messageName } of commands) {
  hotByCommand[id] = (hotCodecs as unknown as Record<string, HotCodec | undefined>)[messageName];
}

/**
 * Decodes `bytes[start, end)` as the body of a command by proto2's rules: required fields must be there (FRM-10), unknown
 * fields are kept aside (FRM-11), a number outside its enum counts as unknown (FRM-12), packed and unpacked are both read
 * (FRM-13). Fields of type bytes are views: copy what outlives the input.
 * @throws ProtocolError COMMAND_UNKNOWN, BODY_TRUNCATED, BODY_MALFORMED, BODY_MISSING_REQUIRED
 */
export function decodeBody<C extends CommandId>(
  commandId: C,
  bytes: Buffer,
  start = 0,
  end = bytes.length,
): CommandBody[C] {
  const body = hotByCommand[commandId]?.read(bytes, start, end);
  if (body !== undefined) return body as CommandBody[C];
  return decodeMessage(requireMessageName(commandId), bytes.subarray(start, end)) as CommandBody[C];
}

/** Decodes by message name, through protobufjs alone: the oracle that the specialised codecs are compared with. */
export function decodeMessage(messageName: string, bytes: Buffer): Body {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  try {
    return messageType(messageName).decode(reader);
  } catch (error) {
    throw asProtocolError(error, messageName, reader.pos);
  }
}

/**
 * Encodes a body. Repeated numbers are sent unpacked (FRM-13); unknown fields kept by decodeBody follow the known ones.
 * @throws TypeError when the body does not fit its message: that is the caller's mistake, not a peer's.
 */
export function encodeBody<C extends CommandId>(commandId: C, body: CommandBody[C]): Buffer {
  const hot = hotFor(commandId, body);
  if (hot === undefined) return encodeMessage(requireMessageName(commandId), body);
  const out = Buffer.allocUnsafe(hot.sizeOf(body));
  hot.write(body, out, 0);
  return out;
}

export function encodeMessage(messageName: string, body: Body): Buffer {
  const shared = sharedListIn(messageName, body);
  if (shared === undefined) return encodeWhole(messageName, body);
  // Fields may come in any order, and repeated ones in pieces.
  return Buffer.concat([
    encodeWhole(messageName, { ...body, [shared.field]: [] }),
    sharedListBytes(messageName, shared),
  ]);
}

function encodeWhole(messageName: string, body: Body): Buffer {
  const type = messageType(messageName);
  const problem = type.verify(body as Record<string, unknown>);
  if (problem !== null) throw new TypeError(`${messageName}: ${problem}`);
  return type.encode(body as Record<string, unknown>).finish() as Buffer;
}

/** Encodes the fields that are there, required ones missing or not: a body broken on purpose (FRM-10). */
export function encodePartialMessage(messageName: string, body: Body): Buffer {
  return partialMessageType(messageName)
    .encode(body as Record<string, unknown>)
    .finish() as Buffer;
}

/** Where a PDU's bytes go: an outbox, usually. `reserve` makes room for so many bytes and returns their offset in `buffer`. */
export interface ByteSink {
  readonly buffer: Buffer;
  reserve(sizeBytes: number): number;
}

/** Hot: encodes straight into the sink, leaving `before` bytes in front; returns the body's size in bytes. */
export function encodeBodyInto<C extends CommandId>(
  sink: ByteSink,
  before: number,
  commandId: C,
  body: CommandBody[C],
): number {
  const hot = hotFor(commandId, body);
  if (hot !== undefined) {
    const size = hot.sizeOf(body);
    const at = sink.reserve(before + size);
    hot.write(body, sink.buffer, at + before);
    return size;
  }
  const bytes = encodeMessage(requireMessageName(commandId), body);
  const at = sink.reserve(before + bytes.length);
  bytes.copy(sink.buffer, at + before);
  return bytes.length;
}

/** Only protobufjs writes unknown fields back, so a message that carries some is not for the specialised encoders. */
function hotFor(commandId: number, body: Body): HotCodec | undefined {
  const hot = hotByCommand[commandId];
  return hot === undefined || "$unknowns" in body ? undefined : hot;
}

function requireMessageName(commandId: number): string {
  const name = messageNameOf.get(commandId);
  if (name === undefined) throw new ProtocolError("COMMAND_UNKNOWN", { commandId });
  return name;
}

function asProtocolError(error: unknown, message: string, offset: number): ProtocolError {
  if (!(error instanceof Error)) throw error;
  const required = /missing required '(\w+)'/.exec(error.message);
  if (required) return new ProtocolError("BODY_MISSING_REQUIRED", { message, field: required[1] as string });
  if (error instanceof RangeError) return new ProtocolError("BODY_TRUNCATED", { message, offset });
  return new ProtocolError("BODY_MALFORMED", { message, offset, reason: error.message });
}
