import type { CommandId } from "../codec/generated/commands.js";
import { HEADER_SIZE } from "../codec/pdu-header.js";
import { recordOf } from "../codec/record/pdu-record.js";
import { commandById } from "../codec/registry.js";

export type TraceEvent = "opened" | "sent" | "received" | "closed";

/** One thing that happened on one connection, ready for JSON. */
export interface TraceEntry {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  /** The connection's label: `user3 windows`. */
  readonly connection: string;
  readonly event: TraceEvent;
  /** The bytes sent or received. Cut off (and `length` tells so) when they are very long. */
  readonly hex: string | null;
  /** Bytes, before any cut. */
  readonly length: number;
  readonly command: keyof typeof CommandId | null;
  readonly seqNum: number | null;
  /** The decoded body, why there is none, or the addresses and reasons of an opening or closing. */
  readonly text: string;
}

const ENTRIES_MAX = 4096;
const HEX_BYTES_MAX = 8 * 1024;
const TEXT_MAX = 400;

interface Recorded {
  readonly atMs: number;
  readonly connection: string;
  readonly event: TraceEvent;
  readonly content: Buffer | string;
}

/** What went over some connections, in order, up to a limit. Cheap to record; decoded only when somebody looks. */
export class PduTrace {
  readonly #startedMs = performance.now();
  readonly #recorded: Recorded[] = [];
  /** Entries beyond the limit, which were not kept. */
  dropped = 0;

  /** `content` is the PDU's bytes, which must not change any more, or words about an opening or closing. */
  record(connection: string, event: TraceEvent, content: Buffer | string): void {
    if (this.#recorded.length >= ENTRIES_MAX) this.dropped++;
    else this.#recorded.push({ atMs: performance.now() - this.#startedMs, connection, event, content });
  }

  entries(): TraceEntry[] {
    return this.#recorded.map(({ atMs, connection, event, content }) => ({
      atMs: Math.round(atMs * 1000) / 1000,
      connection,
      event,
      ...(typeof content === "string" ? words(content) : described(content)),
    }));
  }
}

type Content = Pick<TraceEntry, "hex" | "length" | "command" | "seqNum" | "text">;

function words(text: string): Content {
  return { hex: null, length: 0, command: null, seqNum: null, text };
}

function described(bytes: Buffer): Content {
  const hex = bytes.toString("hex", 0, HEX_BYTES_MAX);
  if (bytes.length < HEADER_SIZE) return { ...words("part of a header"), hex, length: bytes.length };
  const { header, body, error } = recordOf(bytes, { seq: 0, time: null, conn: null, dir: null, offset: 0 });
  const text = error === null ? JSON.stringify(body) : error.message;
  return {
    hex,
    length: bytes.length,
    command: ((header === null ? undefined : commandById(header.commandId)?.name) as Content["command"]) ?? null,
    seqNum: header?.seqNum ?? null,
    text: text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text,
  };
}
