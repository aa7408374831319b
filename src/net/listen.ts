import { createServer, type Socket } from "node:net";
import { type Address, formatAddress } from "./address.js";
import { type LinkHandler, type LinkOptions, PduLink } from "./pdu-link.js";

export interface ListenOptions extends LinkOptions {
  /** Connections open at once; further ones are closed as they come. */
  readonly connectionsMax?: number;
}

export interface PduListener {
  /** With the port that the system chose when 0 was asked for. */
  readonly address: Address;
  readonly connections: ReadonlySet<PduLink>;
  /** Connections turned away because connectionsMax was reached. */
  readonly refused: number;
  /** Stops accepting; open connections stay. */
  close(): void;
}

/** The address cannot be listened on. `code` is the system's: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(
    readonly code: string,
    readonly address: Address,
  ) {
    super(
      `cannot listen on ${formatAddress(address)}: ${code === "EADDRINUSE" ? "the port is in use (EADDRINUSE)" : code}`,
    );
  }
}

const CONNECTIONS_MAX = 20_000;
const BACKLOG = 4096;

/** Listens for PDU links; `accept` gives each its handler. @throws ListenError */
export function listen(
  address: Address,
  options: ListenOptions,
  accept: (link: PduLink) => LinkHandler,
): Promise<PduListener> {
  const connections = new Set<PduLink>();
  const connectionsMax = options.connectionsMax ?? CONNECTIONS_MAX;
  let refused = 0;

  const accepted = (socket: Socket) => {
    if (connections.size >= connectionsMax || socket.remotePort === undefined) {
      refused++;
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    const link = new PduLink(socket, options);
    connections.add(link);
    const handler = accept(link);
    link.start(
      {
        onPdu: (from, bytes, start, end) => handler.onPdu(from, bytes, start, end),
        onClose: (from, reason, error) => {
          connections.delete(link);
          handler.onClose(from, reason, error);
        },
      },
      "events",
    );
  };

  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, accepted);
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new ListenError(error.code ?? error.message, address)),
    );
    server.listen({ host: address.host, port: address.port, backlog: BACKLOG }, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") return reject(new ListenError("EADDRNOTAVAIL", address));
      resolve({
        address: { host: address.host, port: bound.port },
        connections,
        get refused() {
          return refused;
        },
        close: () => {
          server.close();
        },
      });
    });
  });
}
