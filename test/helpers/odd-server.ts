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

/** Below the ports that the system gives to outgoing connections, so that none of these takes one that was free a moment ago. */
const PORT_MIN = 12_000;
const PORTS = 18_000;
const PORT_TRIES = 200;
/** Processes that run side by side begin at different places. */
let nextPort = (process.pid * 97) % PORTS;

/** An address that nobody listens on, and that this process gives out once. */
export async function nobodyAt(): Promise<Address> {
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    nextPort = (nextPort + 1) % PORTS;
    const port = PORT_MIN + nextPort;
    if (await isFree(port)) return { host: "127.0.0.1", port };
  }
  throw new Error(`none of ${PORT_TRIES} ports is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
