import type { CommandId } from "../codec/generated/commands.js";
import { HEADER_SIZE } from "../codec/pdu-header.js";
import { recordOf } from "../codec/record/pdu-record.js";
import { commandById } from "../codec/registry.js";
import { type Address, formatAddress } from "../net/address.js";

export type TraceEvent = "opened" | "sent" | "received" | "closed";

/** One connection of a trace; each has an object of its own, for two may have the same label. */
export interface TracedConnection {
  readonly label: string;
  /** The end that dialled, and the end that listened. */
  readonly client: Address;
  readonly server: Address;
  /** Which of the two ends records. */
  readonly plays: "client" | "server";
}

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
/** Of whole bytes; from there on the beginning of each entry is kept. */
export const WHOLE_BYTES_MAX = 16 * 1024 * 1024;

/** The same as it was recorded. */
export interface Recorded {
  /** Milliseconds since the trace began. */
  readonly atMs: number;
  readonly connection: TracedConnection;
  readonly event: TraceEvent;
  /** Bytes of PDUs; text of HTTP, a byte for each character; words about an opening or closing. */
  readonly content: Buffer | string;
  /** Of `content`, before any cut. */
  readonly length: number;
}

/** What went over some connections, in order, up to a limit. Cheap to record; decoded only when somebody looks. */
export class PduTrace {
  readonly #startedMs = performance.now();
  readonly #recorded: Recorded[] = [];
  #wholeBytes = 0;
  /** Entries beyond the limit, which were not kept. */
  dropped = 0;

  /** In order; whole PDUs, up to 16 MiB in all. */
  get recorded(): readonly Recorded[] {
    return this.#recorded;
  }

  opened(connection: TracedConnection): void {
    this.record(connection, "opened", `${formatAddress(connection.client)} > ${formatAddress(connection.server)}`);
  }

  /** `content` is the PDU's bytes, which must not change any more, or text. */
  record(connection: TracedConnection, event: TraceEvent, content: Buffer | string): void {
    if (this.#recorded.length >= ENTRIES_MAX) {
      this.dropped++;
      return;
    }
    const { length } = content;
    const isWhole = length <= HEX_BYTES_MAX || this.#wholeBytes + length <= WHOLE_BYTES_MAX;
    const kept = isWhole ? content : beginningOf(content);
    this.#wholeBytes += kept.length;
    this.#recorded.push({ atMs: performance.now() - this.#startedMs, connection, event, content: kept, length });
  }

  entries(): TraceEntry[] {
    return this.#recorded.map(({ atMs, connection, event, content, length }) => ({
      atMs: Math.round(atMs * 1000) / 1000,
      connection: connection.label,
      event,
      ...(typeof content === "string" ? words(content) : { ...described(content), length }),
    }));
  }
}

/** A copy, so that the rest is not held in memory. */
function beginningOf(content: Buffer | string): Buffer | string {
  return typeof content === "string"
    ? content.slice(0, HEX_BYTES_MAX)
    : Buffer.from(content.subarray(0, HEX_BYTES_MAX));
}

type Content = Pick<TraceEntry, "hex" | "command" | "seqNum" | "text">;

function words(text: string) {
  return { hex: null, length: 0, command: null, seqNum: null, text };
}

function described(bytes: Buffer): Content {
  const hex = bytes.toString("hex", 0, HEX_BYTES_MAX);
  if (bytes.length < HEADER_SIZE) return { ...words("part of a header"), hex };
  const { header, body, error } = recordOf(bytes, { seq: 0, time: null, conn: null, dir: null, offset: 0 });
  const text = error === null ? JSON.stringify(body) : error.message;
  return {
    hex,
    command: ((header === null ? undefined : commandById(header.commandId)?.name) as Content["command"]) ?? null,
    seqNum: header?.seqNum ?? null,
    text: text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text,
  };
}
