import { connect } from "node:net";
import { type Address, formatAddress } from "./address.js";
import { type LinkHandler, type LinkOptions, PduLink } from "./pdu-link.js";

export interface DialOptions extends LinkOptions {
  /** Source address, for more than one address's worth of ports. */
  readonly localAddress?: string;
  readonly connectTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 5000;
// One for the whole process: a read is framed before the next one begins, and nothing of it is kept.
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** No connection. `code` is the system's (`ECONNREFUSED`, `ENOTFOUND`, …), `ETIMEDOUT` or `ABORT_ERR`. */
export class DialError extends Error {
  override readonly name = "DialError";

  constructor(
    readonly code: string,
    readonly address: Address,
  ) {
    super(`cannot connect to ${formatAddress(address)}: ${explain(code)}`);
  }
}

function explain(code: string): string {
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nobody listens there (ECONNREFUSED)",
    ETIMEDOUT: "no answer in time (ETIMEDOUT)",
    ENOTFOUND: "no such host (ENOTFOUND)",
    ABORT_ERR: "interrupted",
  };
  return known[code] ?? code;
}

/** Connects and starts a link. @throws DialError */
export function dial(address: Address, options: DialOptions, handler: LinkHandler): Promise<PduLink> {
  return new Promise((resolve, reject) => {
    let link: PduLink | undefined;
    const socket = connect({
      host: address.host,
      port: address.port,
      allowHalfOpen: true,
      ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      onread: {
        buffer: readBuffer,
        callback: (size, buffer) => {
          link?.receive(buffer as Buffer, size);
          return true;
        },
      },
    });
    const fail = (code: string) => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", aborted);
      socket.destroy();
      reject(new DialError(code, address));
    };
    const failed = (error: NodeJS.ErrnoException) => fail(error.code ?? error.message);
    const aborted = () => fail("ABORT_ERR");
    const timer = setTimeout(() => fail("ETIMEDOUT"), options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    // Stays for good: a destroyed socket may still report an error, which must not become an uncaught one.
    socket.on("error", failed);
    options.signal?.addEventListener("abort", aborted);
    if (options.signal?.aborted) return aborted();
    socket.once("connect", () => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", aborted);
      socket.off("error", failed);
      link = new PduLink(socket, options);
      link.start(handler, "onread");
      resolve(link);
    });
  });
}
