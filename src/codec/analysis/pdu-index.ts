import type { CaptureEvent } from "../capture/capture-event.js";
import { CapturedPdu, fileProblemText, SkippedBytes } from "../capture/capture-event.js";
import type { Endpoint } from "../capture/tcp-connections.js";
import { HEADER_SIZE, readCommandId, readSeqNum } from "../pdu-header.js";
import { LinkKinds } from "../record/pdu-direction.js";
import type { PduDirection } from "../record/pdu-record.js";
import type { Party } from "../registry.js";
import type { AnalysedPdu } from "./analysed-pdu.js";
import { GrowingColumn } from "./growing-column.js";
import { LinkUsers } from "./link-users.js";
import { Pairing } from "./pairing.js";
import type { PduStore } from "./pdu-store.js";

/** A connection of an index; `undefined` ends when the bytes came without packets around them. */
export interface IndexedConnection {
  /** From 1, in order of appearance. */
  readonly id: number;
  readonly client: Endpoint | undefined;
  readonly server: Endpoint | undefined;
  /** Who logged in on it, as far as seen. */
  user: IndexedUser | undefined;
}

export interface IndexedUser {
  readonly id: number;
  /** As it logged in; `user 7` while only the id was seen. */
  name: string;
}

const directions: readonly (PduDirection | null)[] = [null, "c2s", "s2c", "s2s"];
const NO_TIME = -1;

/**
 * Every PDU of an input as a row of numbers, so that millions fit: where its bytes are kept, when and where it was seen, what
 * it is, and which row answers it. Bodies are decoded when somebody looks.
 */
export class PduIndex {
  readonly #position = new GrowingColumn(Float64Array);
  readonly #length = new GrowingColumn(Uint32Array);
  readonly #timeMicros = new GrowingColumn(Float64Array);
  readonly #streamOffset = new GrowingColumn(Float64Array);
  readonly #connection = new GrowingColumn(Uint32Array);
  readonly #commandId = new GrowingColumn(Uint16Array);
  readonly #seqNum = new GrowingColumn(Uint16Array);
  /** Direction in the low bits, then: towards the side that listens, no PDU. */
  readonly #flags = new GrowingColumn(Uint8Array);
  /** Row of the request or response that belongs to this one, plus 1; 0 when there is none. */
  readonly #pair = new GrowingColumn(Uint32Array);
  /** Why bytes are no PDU. */
  readonly #skips = new Map<number, string>();
  readonly #connections: IndexedConnection[] = [];
  readonly #connectionOf = new Map<number, IndexedConnection>();
  readonly #users = new Map<number, IndexedUser>();
  readonly #kinds = new LinkKinds();
  readonly #pairing = new Pairing();
  readonly #linkUsers = new LinkUsers();
  /** What the input is about besides PDUs. */
  readonly remarks: string[] = [];

  constructor(private readonly store: PduStore) {}

  get rows(): number {
    return this.#position.length;
  }

  get connections(): readonly IndexedConnection[] {
    return this.#connections;
  }

  /** The bytes of a row; of one that is no PDU, the first of them. */
  bytes(row: number): Buffer {
    return this.store.read(this.#position.at(row), this.#length.at(row));
  }

  length(row: number): number {
    return this.#length.at(row);
  }

  /** Microseconds since 1970; `undefined` when the input does not say. */
  timeMicros(row: number): number | undefined {
    const time = this.#timeMicros.at(row);
    return time === NO_TIME ? undefined : time;
  }

  streamOffset(row: number): number {
    return this.#streamOffset.at(row);
  }

  connection(row: number): IndexedConnection {
    return this.#connections[this.#connection.at(row) - 1] as IndexedConnection;
  }

  commandId(row: number): number {
    return this.#commandId.at(row);
  }

  seqNum(row: number): number {
    return this.#seqNum.at(row);
  }

  direction(row: number): PduDirection | null {
    return directions[this.#flags.at(row) & Flag.direction] ?? null;
  }

  /** Who listens on the row's connection, once that is known. */
  listener(row: number): Party | undefined {
    return this.#kinds.listenerOf(this.#connection.at(row));
  }

  /** The sender is the side that dialled. */
  isTowardsServer(row: number): boolean {
    return (this.#flags.at(row) & Flag.towardsServer) !== 0;
  }

  /** Why the row's bytes are no PDU; `undefined` for a PDU. */
  skip(row: number): string | undefined {
    return this.#skips.get(row);
  }

  /** The row of the response to a request, or of the request that a response answers. */
  pair(row: number): number | undefined {
    const pair = this.#pair.at(row);
    return pair === 0 ? undefined : pair - 1;
  }

  /** The row as the analyses take it; `undefined` when it is no PDU. Its bytes are valid until another row's are asked for. */
  analysed(row: number): AnalysedPdu | undefined {
    if (this.length(row) < HEADER_SIZE || this.#skips.has(row)) return undefined;
    const bytes = this.bytes(row);
    return this.#analysed(row, bytes, 0, bytes.length);
  }

  #analysed(row: number, buffer: Buffer, start: number, end: number): AnalysedPdu {
    const { id, client, server } = this.connection(row);
    const timeMicros = this.timeMicros(row);
    return {
      seq: row + 1,
      link: id,
      towardsServer: this.isTowardsServer(row),
      dir: this.direction(row),
      listener: this.#kinds.listenerOf(id),
      timeMs: timeMicros === undefined ? undefined : timeMicros / 1000,
      buffer,
      start,
      end,
      packetNumber: undefined,
      connection: client === undefined || server === undefined ? undefined : { client, server },
    };
  }

  /** An event of a capture. Hot. */
  take(event: CaptureEvent): void {
    if (event instanceof CapturedPdu) {
      const { connection, direction, buffer, start, end, offset } = event;
      const known = this.#connectionOf.get(connection.id) ?? this.#newConnection(connection);
      this.#addPdu(known, direction === "c2s", microsOf(event.timeMs), offset, buffer, start, end);
    } else if (event instanceof SkippedBytes) {
      const { connection, direction, offset, bytes, message } = event;
      const known = this.#connectionOf.get(connection.id) ?? this.#newConnection(connection);
      this.#addSkip(known, direction === "c2s", microsOf(event.timeMs), offset, bytes, message);
    } else if (event.kind === "file-problem") this.remarks.push(fileProblemText(event));
  }

  /** A connection for bytes that came without one. */
  addSource(): IndexedConnection {
    const connection = { id: this.#connections.length + 1, client: undefined, server: undefined, user: undefined };
    this.#connections.push(connection);
    return connection;
  }

  /** A PDU of such a source, `bytes[start, end)`; its direction is guessed from its command. */
  addPdu(source: IndexedConnection, offset: number, bytes: Buffer, start: number, end: number, isC2s: boolean): void {
    this.#addPdu(source, isC2s, undefined, offset, bytes, start, end);
  }

  addSkip(source: IndexedConnection, offset: number, bytes: Buffer, message: string): void {
    this.#addSkip(source, true, undefined, offset, bytes, message);
  }

  /** Hot. */
  #addPdu(
    connection: IndexedConnection,
    towardsServer: boolean,
    timeMicros: number | undefined,
    offset: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): void {
    const isWhole = end - start >= HEADER_SIZE;
    const commandId = isWhole ? readCommandId(buffer, start) : 0;
    const port = connection.server?.port ?? 0;
    const dir = this.#kinds.directionOf(connection.id, port, towardsServer, buffer, start, end);
    const row = this.#add(connection, towardsServer, dir, timeMicros, offset, buffer, start, end);
    if (!isWhole) return;
    this.#commandId.set(row, commandId);
    this.#seqNum.set(row, readSeqNum(buffer, start));
    const pdu = this.#analysed(row, buffer, start, end);
    this.#linkUsers.take(pdu);
    this.#noteUser(connection);
    const pair = this.#pairing.take(pdu);
    if (pair === undefined) return;
    this.#pair.set(row, pair.request.seq);
    this.#pair.set(pair.request.seq - 1, row + 1);
  }

  #addSkip(
    connection: IndexedConnection,
    towardsServer: boolean,
    timeMicros: number | undefined,
    offset: number,
    bytes: Buffer,
    message: string,
  ): void {
    const row = this.#add(connection, towardsServer, null, timeMicros, offset, bytes, 0, bytes.length);
    this.#skips.set(row, message);
  }

  #add(
    connection: IndexedConnection,
    towardsServer: boolean,
    dir: PduDirection | null,
    timeMicros: number | undefined,
    offset: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): number {
    const row = this.rows;
    this.#position.push(this.store.append(bytes, start, end));
    this.#length.push(end - start);
    this.#timeMicros.push(timeMicros ?? NO_TIME);
    this.#streamOffset.push(offset);
    this.#connection.push(connection.id);
    this.#commandId.push(0);
    this.#seqNum.push(0);
    this.#flags.push(directions.indexOf(dir) | (towardsServer ? Flag.towardsServer : 0));
    this.#pair.push(0);
    return row;
  }

  #newConnection(captured: { readonly id: number; readonly client: Endpoint; readonly server: Endpoint }) {
    const id = this.#connections.length + 1;
    const connection = { id, client: captured.client, server: captured.server, user: undefined };
    this.#connections.push(connection);
    this.#connectionOf.set(captured.id, connection);
    return connection;
  }

  #noteUser(connection: IndexedConnection): void {
    const user = this.#linkUsers.userOf(connection.id);
    if (user === undefined || user.id === connection.user?.id) return;
    const known = this.#users.get(user.id) ?? { id: user.id, name: `user ${user.id}` };
    known.name = user.name ?? known.name;
    this.#users.set(user.id, known);
    connection.user = known;
  }
}

function microsOf(timeMs: number | undefined): number | undefined {
  return timeMs === undefined ? undefined : Math.round(timeMs * 1000);
}

const Flag = { direction: 0x03, towardsServer: 0x04 } as const;
