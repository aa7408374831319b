import type { AnalysedPdu } from "../../codec/analysis/analysed-pdu.js";
import type { CapturedPdu } from "../../codec/capture/capture-event.js";
import type { Connection, Endpoint } from "../../codec/capture/tcp-connections.js";
import { readCommandId } from "../../codec/pdu-header.js";
import { type PduDirection, type PduRecord, recordOf } from "../../codec/record/pdu-record.js";
import { commandById, type Party } from "../../codec/registry.js";
import type { DecodeSettings } from "./decode-settings.js";
import { isoTime } from "./iso-time.js";

/** What is known of a PDU before its body is looked at. Its record is made when it is asked for: statistics never do. */
export class SeenPdu implements AnalysedPdu {
  readonly seq: number;
  #record: PduRecord | undefined;

  constructor(
    readonly buffer: Buffer,
    readonly start: number,
    readonly end: number,
    readonly offset: number,
    readonly dir: PduDirection | null,
    readonly listener: Party | undefined,
    /** `undefined` for bytes that came without addresses and times. */
    private readonly captured: CapturedPdu | undefined,
    /** Tells connections apart, also those of several inputs; 0 where there is none. */
    readonly link: number,
    private readonly settings: DecodeSettings,
  ) {
    this.seq = settings.nextSeq();
  }

  get pdu(): SeenPdu {
    return this;
  }

  get bytes(): Buffer {
    return this.buffer.subarray(this.start, this.end);
  }

  get connection(): Connection | undefined {
    return this.captured?.connection;
  }

  get timeMs(): number | undefined {
    return this.captured?.timeMs;
  }

  get packetNumber(): number | undefined {
    return this.captured?.packetNumber;
  }

  get towardsServer(): boolean {
    if (this.captured !== undefined) return this.captured.direction === "c2s";
    if (this.dir !== "s2s") return this.dir === "c2s";
    // Only clients and msg_servers dial.
    return commandById(readCommandId(this.buffer, this.start))?.directions[0]?.startsWith("M") === true;
  }

  get time(): string | null {
    return isoTime(this.captured?.timeNs);
  }

  get conn(): string | null {
    return this.captured === undefined ? null : connectionText(this.captured.connection, this.captured.direction);
  }

  /** Decoded once, when asked for. */
  get record(): PduRecord {
    if (this.#record === undefined) {
      const { seq, time, conn, dir, offset } = this;
      this.#record = recordOf(this.bytes, { seq, time, conn, dir, offset }, this.settings);
    }
    return this.#record;
  }
}

/** `127.0.0.1:51234>127.0.0.1:8000`: sender, receiver. */
export function connectionText({ client, server }: Connection, direction: "c2s" | "s2c"): string {
  const [from, to] = direction === "c2s" ? [client, server] : [server, client];
  return `${endpointText(from)}>${endpointText(to)}`;
}

function endpointText({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
