import { createServer, type IncomingMessage } from "node:http";
import type { Address } from "../net/address.js";
import { ListenError } from "../net/listen.js";

export interface HttpPortOptions {
  readonly listen: Address;
  readonly connectionsMax: number;
  /** How long a client may take to send its request before it gets 408. */
  readonly requestTimeoutMs: number;
  /** A request above this gets 431. */
  readonly requestSizeMaxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: object;
}

export interface HttpPort {
  readonly address: Address;
  /** Requests answered so far. */
  readonly requests: number;
  /** Stops accepting, lets answers under way finish for so long, then closes what is left. */
  stop(graceMs: number): Promise<void>;
}

const TIMEOUT_CHECK_INTERVAL_MS = 1000;

/** Answers GET with JSON, one request a connection. @throws ListenError */
export function startHttpPort(
  { listen, connectionsMax, requestTimeoutMs, requestSizeMaxBytes }: HttpPortOptions,
  answer: (path: string) => HttpAnswer,
): Promise<HttpPort> {
  let requests = 0;
  const answerTo = (request: IncomingMessage): HttpAnswer => {
    // Node counts names and values only, and stops reading soon after the limit; this is the exact one.
    if (request.socket.bytesRead > requestSizeMaxBytes) return { status: 431, body: { msg: "request too large" } };
    const found = answer(request.url ?? "");
    const readOnly = request.method === "GET" || request.method === "HEAD";
    return found.status === 200 && !readOnly ? { status: 405, body: { msg: "use GET" } } : found;
  };
  const server = createServer(
    {
      maxHeaderSize: requestSizeMaxBytes,
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
    },
    (request, response) => {
      requests++;
      const { status, body } = answerTo(request);
      const text = `${JSON.stringify(body, undefined, 3)}\n`;
      response.writeHead(status, {
        Connection: "close",
        "Content-Length": Buffer.byteLength(text),
        "Content-Type": "application/json; charset=utf-8",
      });
      response.end(text);
    },
  );
  server.maxConnections = connectionsMax;

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
        stop,
      });
    });
  });
}
