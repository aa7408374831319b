import type { StreamDirection } from "../../codec/capture/tcp-connections.js";
import { LinkKinds } from "../../codec/record/pdu-direction.js";
import { type PduRecord, recordOf } from "../../codec/record/pdu-record.js";
import { recordLine } from "../../codec/record/record-text.js";
import { type Address, formatAddress } from "../../net/address.js";
import type { CloseKind, TapObserver, TappedConnection, TappedPdu } from "../../tap/tap-observer.js";
import type { TapRule } from "../../tap/tap-rule.js";
import { isoTime } from "../decode/iso-time.js";
import type { Host } from "../host.js";

export interface LiveDecodeOptions {
  readonly format: "table" | "json" | "none";
  readonly rules: readonly TapRule[];
  readonly textKey?: string;
  /** Milliseconds since 1970, with fractions. */
  readonly wallMs: () => number;
}

/** Bytes of lines that wait for a slow reader; what comes then is left out, and counted. */
const WAITING_MAX_BYTES = 16 << 20;

/** Prints what passes as it passes. A reader that is too slow misses lines; the traffic does not wait for it. */
export class LiveDecode implements TapObserver {
  #seq = 0;
  #waitingBytes = 0;
  /** Lines left out because nobody read them in time. */
  leftOut = 0;
  readonly #kinds = new Map<number, LinkKinds>();

  constructor(
    private readonly host: Host,
    private readonly options: LiveDecodeOptions,
  ) {}

  onOpen({ id, client, upstream }: TappedConnection): void {
    this.#remark(`connection ${id}: ${formatAddress(client)} to ${formatAddress(upstream)}`);
  }

  onPdu({ connection, direction, offset, received, forwarded, rules }: TappedPdu): void {
    this.#seq++;
    if (this.options.format === "none") return;
    const pdu = forwarded ?? received;
    const origin = {
      seq: this.#seq,
      time: isoTime(BigInt(Math.round(this.options.wallMs() * 1000)) * 1000n),
      conn: connectionText(connection, direction),
      dir: this.#directionOf(connection, direction, received),
      offset,
    };
    const { textKey } = this.options;
    const record = recordOf(pdu, origin, textKey === undefined ? {} : { textKey });
    this.#print(this.options.format === "json" ? this.#json(record, forwarded, rules) : this.#line(record, rules));
  }

  onUnframed(connection: TappedConnection, direction: StreamDirection, offset: number): void {
    const what = `from byte ${offset} on no PDUs; passed on untouched`;
    this.#remark(`connection ${connection.id}, ${connectionText(connection, direction)}: ${what}`);
  }

  onLongPdu(connection: TappedConnection, direction: StreamDirection, length: number): void {
    const what = `a PDU of ${length} bytes, too long to be held; passed on untouched`;
    this.#remark(`connection ${connection.id}, ${connectionText(connection, direction)}: ${what}`);
  }

  onClose({ id }: TappedConnection, how: CloseKind): void {
    this.#kinds.delete(id);
    this.#remark(`connection ${id}: ${closings[how]}`);
  }

  onUnreachable(client: Address, upstreams: readonly Address[], reason: string): void {
    const where = upstreams.length === 1 ? "the upstream" : "none of the upstreams";
    const state = upstreams.length === 1 ? "cannot be reached" : "can be reached";
    if (this.host.verbosity === "quiet") return;
    this.host.stderr.write(`${formatAddress(client)} was turned away: ${where} ${state} (${reason})\n`);
  }

  #directionOf({ id, upstream }: TappedConnection, direction: StreamDirection, pdu: Buffer): PduRecord["dir"] {
    const kinds = this.#kinds.get(id) ?? new LinkKinds();
    this.#kinds.set(id, kinds);
    return kinds.directionOf("", upstream.port, direction === "c2s", pdu, 0, pdu.length);
  }

  #line(record: PduRecord, rules: readonly number[]): string {
    const did = rules.map((index) => `rule ${index + 1} ${this.options.rules[index]?.action.kind}`);
    const note = did.length === 0 ? "" : `  ${this.#highlighted(`[${did.join(", ")}]`)}`;
    return `${recordLine(record, this.host.stdout)}${note}\n`;
  }

  #json(record: PduRecord, forwarded: Buffer | undefined, rules: readonly number[]): string {
    const did = rules.map((index) => ({ rule: index + 1, action: this.options.rules[index]?.action.kind }));
    const tap = did.length === 0 ? {} : { tap: { dropped: forwarded === undefined, rules: did } };
    return `${JSON.stringify({ ...record, ...tap })}\n`;
  }

  #highlighted(text: string): string {
    return this.host.stdout.isStyled ? `\u001b[33m${text}\u001b[39m` : text;
  }

  #print(text: string): void {
    if (this.#waitingBytes > WAITING_MAX_BYTES) {
      this.leftOut++;
      return;
    }
    this.host.stdout.write(text);
    if (this.#waitingBytes === 0) void this.host.stdout.drained().then(() => (this.#waitingBytes = 0));
    this.#waitingBytes += text.length;
  }

  #remark(text: string): void {
    if (this.host.verbosity === "verbose") this.host.stderr.write(`${text}\n`);
  }
}

const closings: Readonly<Record<CloseKind, string>> = {
  ended: "both sides have ended",
  "client-reset": "the client broke off",
  "server-reset": "the server broke off",
  cut: "cut by a rule",
  stopped: "stopped with the tap",
};

function connectionText({ client, upstream }: TappedConnection, direction: StreamDirection): string {
  const [from, to] = direction === "c2s" ? [client, upstream] : [upstream, client];
  return `${formatAddress(from)}>${formatAddress(to)}`;
}
