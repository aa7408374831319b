import { decodeBody } from "../codec/body-codec.js";
import { type CommandBody, CommandId } from "../codec/generated/commands.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../codec/pdu-header.js";
import { ProtocolError } from "../codec/protocol-error.js";
import { hexId } from "../codec/registry.js";
import { formatAddress } from "../net/address.js";
import { CommandCounts } from "../net/command-counts.js";
import type { PduLink } from "../net/pdu-link.js";
import type { RoleName } from "./role-name.js";
import type { ServerLog } from "./server-log.js";

/** What a server does with each command that it understands; the body is decoded, seqNum is the request's. */
export type CommandHandlers = {
  readonly [C in CommandId]?: (link: PduLink, body: CommandBody[C], seqNum: number) => void;
};

type AnyHandler = (link: PduLink, body: object, seqNum: number) => void;

/** The way in for PDUs from other servers and from strangers: counts, logs, decodes and hands to one handler. */
export class CommandIntake {
  readonly #handlers: ReadonlyMap<number, AnyHandler>;
  readonly #received = new CommandCounts();
  #unknown = 0;
  #undecodable = 0;

  constructor(
    private readonly role: RoleName,
    private readonly log: ServerLog,
    handlers: CommandHandlers,
  ) {
    this.#handlers = new Map(Object.entries(handlers).map(([id, handler]) => [Number(id), handler as AnyHandler]));
  }

  /** Counts and logs one PDU (OBS-01, OBS-02) and returns its command id. */
  note(link: PduLink, bytes: Buffer, start: number, end: number): number {
    const commandId = readCommandId(bytes, start);
    this.#received.add(commandId);
    if (this.log.command === undefined || commandId === CommandId.CID_OTHER_HEARTBEAT) return commandId;
    this.log.command({
      role: this.role,
      peer: formatAddress(link.remote),
      userId: 0,
      commandId,
      seqNum: readSeqNum(bytes, start),
      length: end - start,
    });
    return commandId;
  }

  /** Ignores, and counts, what it does not know or cannot decode (FRM-09, FRM-10, RTE-10). */
  handle(link: PduLink, commandId: number, bytes: Buffer, start: number, end: number): void {
    if (commandId === CommandId.CID_OTHER_HEARTBEAT) return;
    const handler = this.#handlers.get(commandId);
    if (handler === undefined) {
      this.#unknown++;
      return;
    }
    const body = this.#decode(commandId as CommandId, bytes, start, end);
    if (body !== undefined) handler(link, body, readSeqNum(bytes, start));
  }

  /** For a body that decodes and still makes no sense: it is ignored like one that does not decode. */
  countUndecodable(): void {
    this.#undecodable++;
  }

  /** `pdusInBy` command, and how many of them meant nothing. */
  counters(): Record<string, number> {
    const byCommand = [...this.#received.entries()].map(([id, count]) => [`pdusInBy.${hexId(id)}`, count] as const);
    return { ...Object.fromEntries(byCommand), ignoredUnknown: this.#unknown, ignoredUndecodable: this.#undecodable };
  }

  #decode(commandId: CommandId, bytes: Buffer, start: number, end: number): object | undefined {
    try {
      return decodeBody(commandId, bytes, start + HEADER_SIZE, end);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.countUndecodable();
      return undefined;
    }
  }
}
