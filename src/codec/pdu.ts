import { type ByteSink, encodeBodyInto } from "./body-codec.js";
import type { CommandBody, CommandId } from "./generated/commands.js";
import { HEADER_SIZE, type PduHeader, PROTOCOL_VERSION, writeHeader, writeOwnHeader } from "./pdu-header.js";
import { commands } from "./registry.js";

export type HeaderOverrides = Partial<PduHeader>;

// By command id; 0 where there is none. Looked at for each PDU.
const serviceIds = new Uint16Array(Math.max(...commands.map(({ id }) => id)) + 1);
for (const { id, serviceId } of commands) serviceIds[id] = serviceId;

/**
 * Appends one PDU to a sink. seqNum is 0 unless given: responses echo the request's (FRM-08), notifications carry 0 (FRM-14).
 * @throws TypeError when the body does not fit the command's message
 */
export function writePdu<C extends CommandId>(sink: ByteSink, commandId: C, body: CommandBody[C], seqNum = 0): void {
  // Nothing reserved: where the PDU will begin.
  const start = sink.reserve(0);
  const size = encodeBodyInto(sink, HEADER_SIZE, commandId, body);
  writePlainHeader(commandId, HEADER_SIZE + size, seqNum, sink.buffer, start);
}

/** One PDU as bytes of its own. Any header field can be overridden, also with a lie. */
export function encodePdu<C extends CommandId>(
  commandId: C,
  body: CommandBody[C],
  overrides?: HeaderOverrides,
): Buffer {
  const sink = new OnePdu();
  const length = HEADER_SIZE + encodeBodyInto(sink, HEADER_SIZE, commandId, body);
  if (overrides === undefined) writePlainHeader(commandId, length, 0, sink.buffer, 0);
  else writeHeader(headerFor(commandId, length, overrides), sink.buffer, 0);
  return sink.buffer;
}

/** A PDU around body bytes that need not be valid, or belong to any known command. */
export function framePdu(commandId: number, body: Buffer, overrides: HeaderOverrides = {}): Buffer {
  const header = Buffer.allocUnsafe(HEADER_SIZE);
  writeHeader(headerFor(commandId, HEADER_SIZE + body.length, overrides), header, 0);
  return Buffer.concat([header, body]);
}

function writePlainHeader(commandId: number, length: number, seqNum: number, out: Buffer, at: number): void {
  writeOwnHeader(serviceIdOf(commandId), commandId, length, seqNum, out, at);
}

/** Of a command that nobody knows, what its id suggests. */
function serviceIdOf(commandId: number): number {
  return serviceIds[commandId] || commandId >>> 8;
}

function headerFor(commandId: number, length: number, overrides: HeaderOverrides): PduHeader {
  return {
    length,
    version: PROTOCOL_VERSION,
    flag: 0,
    serviceId: serviceIdOf(commandId),
    commandId,
    seqNum: 0,
    reserved: 0,
    ...overrides,
  };
}

const nothing = Buffer.alloc(0);

/** Room for exactly one PDU. */
class OnePdu implements ByteSink {
  buffer: Buffer = nothing;

  reserve(sizeBytes: number): number {
    this.buffer = Buffer.allocUnsafe(sizeBytes);
    return 0;
  }
}
