/** What of pcap-parser 0.2 we use; the package ships no types. */
declare module "pcap-parser" {
  import type { EventEmitter } from "node:events";

  interface PacketHeader {
    timestampSeconds: number;
    timestampMicroseconds: number;
    capturedLength: number;
    originalLength: number;
  }

  interface Parser extends EventEmitter {
    on(event: "packet", listener: (packet: { header: PacketHeader; data: Buffer }) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
  }

  /** Anything that emits `data` and can be paused and resumed will do for a stream. */
  export function parse(stream: EventEmitter & { pause(): void; resume(): void }): Parser;
}
