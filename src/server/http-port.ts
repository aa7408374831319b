import { createServer, type RequestListener, type Server } from "node:http";
import type { Address, ListenAddress } from "../net/address.js";
import { ListenError } from "../net/listen.js";

export interface HttpPortOptions {
  readonly listen: ListenAddress;
  /** At each host. */
  readonly connectionsMax: number;
  /** How long a client may take to send its request before it gets 408. */
  readonly requestTimeoutMs: number;
  /** Request line and headers above this get 431. */
  readonly headersSizeMaxBytes: number;
  /** What is not HTTP, or too large, or too slow, gets no response, only a close (LSV-03). */
  readonly closesOnBadRequest?: boolean;
}

export interface HttpPort {
  readonly address: ListenAddress;
  /** Requests handled so far. */
  readonly requests: number;
  /** Connections turned away because connectionsMax was reached. */
  readonly refused: number;
  /** Stops accepting, lets answers under way finish for so long, then closes what is left. */
  stop(graceMs: number): Promise<void>;
}

const TIMEOUT_CHECK_INTERVAL_MS = 1000;

/** Listens for HTTP within limits. @throws ListenError; nothing is listened on then */
export async function startHttpPort(options: HttpPortOptions, handle: RequestListener): Promise<HttpPort> {
  const { host, port, alsoOn } = options.listen;
  let requests = 0;
  let refused = 0;
  const make = () => {
    const server = limitedServer(options, (request, response) => {
      requests++;
      handle(request, response);
    });
    server.on("drop", () => {
      refused++;
    });
    return server;
  };
  const servers = [make()];
  const stop = async (graceMs: number) => {
    await Promise.all(servers.map((server) => stopped(server, graceMs)));
  };
  const bound = { host, port: await listening(servers[0] as Server, { host, port }) };
  try {
    for (const other of alsoOn ?? []) {
      const server = make();
      await listening(server, { host: other, port: bound.port });
      servers.push(server);
    }
  } catch (error) {
    await stop(0);
    throw error;
  }
  return {
    address: alsoOn === undefined ? bound : { ...bound, alsoOn },
    get requests() {
      return requests;
    },
    get refused() {
      return refused;
    },
    stop,
  };
}

function limitedServer(options: HttpPortOptions, handle: RequestListener): Server {
  const { connectionsMax, requestTimeoutMs, headersSizeMaxBytes, closesOnBadRequest } = options;
  const server = createServer(
    {
      maxHeaderSize: headersSizeMaxBytes,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    },
    handle,
  );
  server.maxConnections = connectionsMax;
  if (closesOnBadRequest) server.on("clientError", (_, socket) => socket.destroy());
  return server;
}

/** Resolves with the port. @throws ListenError */
function listening(server: Server, address: Address): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new ListenError(error.code ?? error.message, address)),
    );
    server.listen(address.port, address.host, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") return reject(new ListenError("EADDRNOTAVAIL", address));
      resolve(bound.port);
    });
  });
}

function stopped(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
