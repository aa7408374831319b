import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { Address } from "../../src/net/address.js";

/** A way to a MySQL server that can go silent as a network does: nothing arrives any more, not even that somebody has gone. */
export class MysqlProxy {
  /** Of a packet that was asked. */
  packetBytesMost = 0;
  readonly #server = createServer({ allowHalfOpen: true }, (near) => this.#join(near));
  readonly #sockets = new Set<Socket>();
  #losing: { readonly asked: RegExp; readonly what: "question" | "answer"; readonly silent: () => void } | undefined;

  private constructor(private readonly to: Address) {}

  static async to({ host, port }: Address): Promise<MysqlProxy> {
    const proxy = new MysqlProxy({ host, port });
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A connection that asks for such a thing is silent from there on. Resolves when one is. */
  silenceAt(asked: RegExp, what: "question" | "answer"): Promise<void> {
    return new Promise((silent) => {
      this.#losing = { asked, what, silent };
    });
  }

  /** Goes on with those that are not silent yet. */
  speak(): void {
    this.#losing = undefined;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(near: Socket): void {
    const far = connect({ host: this.to.host, port: this.to.port, allowHalfOpen: true });
    let isSilent = false;
    const measure = packetMeter((bytes) => {
      this.packetBytesMost = Math.max(this.packetBytesMost, bytes);
    });
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
    }
    near.on("data", (bytes) => {
      measure(bytes);
      if (isSilent) return;
      const losing = this.#losing?.asked.test(bytes.toString("latin1")) === true ? this.#losing : undefined;
      if (losing?.what !== "question") far.write(bytes);
      isSilent = losing !== undefined;
      losing?.silent();
    });
    far.on("data", (bytes) => isSilent || near.write(bytes));
    near.on("end", () => isSilent || far.end());
    far.on("end", () => isSilent || near.end());
  }
}

/** Reads a stream of MySQL packets: 3 bytes of length, a number, the payload. */
function packetMeter(seen: (payloadBytes: number) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUIntLE(0, 3)) {
      const payloadBytes = rest.readUIntLE(0, 3);
      seen(payloadBytes);
      rest = rest.subarray(4 + payloadBytes);
    }
  };
}
