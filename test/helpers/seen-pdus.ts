import { captureItems } from "../../src/cli/decode/capture-records.js";
import { SeenPdu } from "../../src/cli/decode/seen-pdu.js";
import type { AnalysedPdu } from "../../src/codec/analysis/analysed-pdu.js";
import type { CommandBody, CommandId } from "../../src/codec/generated/commands.js";
import { encodePdu } from "../../src/codec/pdu.js";
import { goldenCapture, type goldenCaptures, readCapture } from "./captured-bytes.js";

/** The PDUs of one of fixtures/captures, as `ttk decode` sees them. */
export async function seenPdus(name: (typeof goldenCaptures)[number]): Promise<SeenPdu[]> {
  let seq = 0;
  const itemOf = captureItems({ nextSeq: () => ++seq });
  const { events } = await readCapture(goldenCapture(name));
  return events.map(itemOf).filter((item): item is SeenPdu => item instanceof SeenPdu);
}

/** PDUs on one client's connection, a millisecond apart. */
export class ClientLink {
  #seq = 0;

  constructor(private readonly link = 1) {}

  c2s<C extends CommandId>(command: C, body: CommandBody[C], seqNum = 0): AnalysedPdu {
    return this.#pdu("c2s", encodePdu(command, body, { seqNum }));
  }

  s2c<C extends CommandId>(command: C, body: CommandBody[C], seqNum = 0): AnalysedPdu {
    return this.#pdu("s2c", encodePdu(command, body, { seqNum }));
  }

  #pdu(dir: "c2s" | "s2c", buffer: Buffer): AnalysedPdu {
    const seq = ++this.#seq;
    const where = {
      seq,
      link: this.link,
      dir,
      listener: "M",
      timeMs: seq,
      packetNumber: seq,
      connection: undefined,
    } as const;
    return { ...where, towardsServer: dir === "c2s", buffer, start: 0, end: buffer.length };
  }
}
