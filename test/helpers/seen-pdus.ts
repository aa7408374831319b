import { captureItems } from "../../src/cli/decode/capture-records.js";
import { SeenPdu } from "../../src/cli/decode/seen-pdu.js";
import type { AnalysedPdu } from "../../src/codec/analysis/analysed-pdu.js";
import type { CommandBody, CommandId } from "../../src/codec/generated/commands.js";
import { encodePdu } from "../../src/codec/pdu.js";
import type { Party } from "../../src/codec/registry.js";
import { goldenCapture, type goldenCaptures, readCapture } from "./captured-bytes.js";

/** The PDUs of one of fixtures/captures, as `ttk decode` sees them. */
export async function seenPdus(name: (typeof goldenCaptures)[number]): Promise<SeenPdu[]> {
  let seq = 0;
  const itemOf = captureItems({ nextSeq: () => ++seq });
  const { events } = await readCapture(goldenCapture(name));
  return events.map(itemOf).filter((item): item is SeenPdu => item instanceof SeenPdu);
}

const START_MS = Date.UTC(2026, 0, 1);

function encodeRawPdu(commandId: number, body: Buffer, seqNum: number): Buffer {
  const header = Buffer.from("00000000000100000007000000000000", "hex");
  header.writeUInt32BE(header.length + body.length, 0);
  header.writeUInt16BE(commandId, 10);
  header.writeUInt16BE(seqNum, 12);
  return Buffer.concat([header, body]);
}

/** Positions and times of PDUs, a millisecond apart. */
export class PduClock {
  seq = 0;
  waitedMs = 0;
}

/** PDUs on one connection, a client's unless said otherwise. */
export class ClientLink {
  constructor(
    private readonly link = 1,
    /** Shared by connections whose PDUs are seen in turns. */
    private readonly clock = new PduClock(),
    private readonly isOpeningSeen = false,
    private readonly listener: Party = "M",
  ) {}

  wait(ms: number): void {
    this.clock.waitedMs += ms;
  }

  /** A PDU whose body is as given, whatever the message. */
  raw(dir: "c2s" | "s2c", commandId: number, body: Buffer, seqNum = 0): AnalysedPdu {
    return this.#pdu(dir, encodeRawPdu(commandId, body, seqNum));
  }

  c2s<C extends CommandId>(command: C, body: CommandBody[C], seqNum = 0): AnalysedPdu {
    return this.#pdu("c2s", encodePdu(command, body, { seqNum }));
  }

  s2c<C extends CommandId>(command: C, body: CommandBody[C], seqNum = 0): AnalysedPdu {
    return this.#pdu("s2c", encodePdu(command, body, { seqNum }));
  }

  /** Between servers: from the one that dialled. */
  asks<C extends CommandId>(command: C, body: CommandBody[C], seqNum = 0): AnalysedPdu {
    return { ...this.#pdu("s2s", encodePdu(command, body, { seqNum })), towardsServer: true };
  }

  /** Between servers: from the one that listens. */
  tells<C extends CommandId>(command: C, body: CommandBody[C], seqNum = 0): AnalysedPdu {
    return this.#pdu("s2s", encodePdu(command, body, { seqNum }));
  }

  #pdu(dir: "c2s" | "s2c" | "s2s", buffer: Buffer): AnalysedPdu {
    const seq = ++this.clock.seq;
    const where = {
      seq,
      link: this.link,
      dir,
      listener: this.listener,
      timeMs: START_MS + this.clock.waitedMs + seq,
      packetNumber: seq,
      connection: {
        client: { address: "10.0.0.2", port: 40_000 + this.link },
        server: { address: "10.0.0.1", port: 8000 },
        isOpeningSeen: this.isOpeningSeen,
      },
    } as const;
    return { ...where, towardsServer: dir === "c2s", buffer, start: 0, end: buffer.length };
  }
}
