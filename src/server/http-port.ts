import { createServer, type RequestListener } from "node:http";
import type { Address } from "../net/address.js";
import { ListenError } from "../net/listen.js";

export interface HttpPortOptions {
  readonly listen: Address;
  readonly connectionsMax: number;
  /** How long a client may take to send its request before it gets 408. */
  readonly requestTimeoutMs: number;
  /** Request line and headers above this get 431. */
  readonly headersSizeMaxBytes: number;
  /** What is not HTTP, or too large, or too slow, gets no response, only a close (LSV-03). */
  readonly closesOnBadRequest?: boolean;
}

export interface HttpPort {
  readonly address: Address;
  /** Requests handled so far. */
  readonly requests: number;
  /** Connections turned away because connectionsMax was reached. */
  readonly refused: number;
  /** Stops accepting, lets answers under way finish for so long, then closes what is left. */
  stop(graceMs: number): Promise<void>;
}

const TIMEOUT_CHECK_INTERVAL_MS = 1000;

/** Listens for HTTP within limits. @throws ListenError */
export function startHttpPort(options: HttpPortOptions, handle: RequestListener): Promise<HttpPort> {
  const { listen, connectionsMax, requestTimeoutMs, headersSizeMaxBytes, closesOnBadRequest } = options;
  let requests = 0;
  let refused = 0;
  const server = createServer(
    {
      maxHeaderSize: headersSizeMaxBytes,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    },
    (request, response) => {
      requests++;
      handle(request, response);
    },
  );
  server.maxConnections = connectionsMax;
  server.on("drop", () => {
    refused++;
  });
  if (closesOnBadRequest) server.on("clientError", (_, socket) => socket.destroy());

  const stop = (graceMs: number) =>
    new Promise<void>((stopped) => {
      const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
      server.close(() => {
        clearTimeout(deadline);
        stopped();
      });
      server.closeIdleConnections();
    });

  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new ListenError(error.code ?? error.message, listen)),
    );
    server.listen(listen.port, listen.host, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") return reject(new ListenError("EADDRNOTAVAIL", listen));
      resolve({
        address: { host: listen.host, port: bound.port },
        get requests() {
          return requests;
        },
        get refused() {
          return refused;
        },
        stop,
      });
    });
  });
}
