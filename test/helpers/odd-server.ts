import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Address } from "../../src/net/address.js";

/** What a port that is no msg_server does with whoever connects. */
export type Oddity = "mute" | "closing" | "babbling" | "echoing";

// What a web server answers; its first four bytes are far beyond any length limit.
const GARBAGE = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

/** Accepts and says nothing, closes at once, or answers whatever it is sent with garbage or with the same. */
export class OddServer {
  private constructor(
    private readonly server: Server,
    private readonly sockets: ReadonlySet<Socket>,
  ) {}

  static async start(oddity: Oddity): Promise<OddServer> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      if (oddity === "closing") socket.destroy();
      socket.on("data", (sent) => {
        if (oddity === "babbling") socket.write(GARBAGE);
        if (oddity === "echoing") socket.write(sent);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new OddServer(server, sockets);
  }

  get address(): Address {
    return { host: "127.0.0.1", port: (this.server.address() as AddressInfo).port };
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** An address that nobody listens on: it was free a moment ago. */
export async function nobodyAt(): Promise<Address> {
  const server = await OddServer.start("closing");
  const { address } = server;
  await server.stop();
  return address;
}
