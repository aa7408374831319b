import { createServer, type Socket } from "node:net";
import { type Address, formatAddress } from "./address.js";
import { CommandCounts } from "./command-counts.js";
import { type CloseReason, type LinkHandler, type LinkOptions, PduLink } from "./pdu-link.js";

export interface ListenOptions extends LinkOptions {
  /** Connections open at once; further ones are closed as they come. */
  readonly connectionsMax?: number;
  /** Connections accepted in one second; further ones are closed as they come. Any number unless given. */
  readonly connectionsPerSecondMax?: number;
}

/** What the links of a port have carried. */
export interface LinkTotals {
  pdusIn: number;
  pdusOut: number;
  bytesIn: number;
  bytesOut: number;
}

export interface PduListener {
  /** With the port that the system chose when 0 was asked for. */
  readonly address: Address;
  readonly connections: ReadonlySet<PduLink>;
  /** Connections turned away because connectionsMax was reached. */
  readonly refused: number;
  /** Connections turned away because connectionsPerSecondMax was reached. */
  readonly overRate: number;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Links dropped because they did not read (FRM-15). */
  readonly droppedUnread: number;
  /** Links closed for what they sent (FRM-04 … FRM-06). */
  readonly brokeProtocol: number;
  /** What links that are gone have carried. */
  readonly gone: Readonly<LinkTotals>;
  readonly sent: CommandCounts;
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
  const counts = { accepted: 0, refused: 0, overRate: 0, droppedUnread: 0, brokeProtocol: 0 };
  const gone = { pdusIn: 0, pdusOut: 0, bytesIn: 0, bytesOut: 0 };
  const sent = new CommandCounts();
  // One for all links of the port, because there may be thousands.
  const onGone = (link: PduLink, reason: CloseReason) => {
    connections.delete(link);
    addTo(gone, link);
    countEnd(counts, reason);
  };
  const linkOptions = { ...options, sent, onGone };
  const rate = new ConnectionRate(options.connectionsPerSecondMax ?? Number.POSITIVE_INFINITY);

  const accepted = (socket: Socket) => {
    const isOverRate = !rate.allows(performance.now());
    if (isOverRate || connections.size >= connectionsMax) {
      if (isOverRate) counts.overRate++;
      else counts.refused++;
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    counts.accepted++;
    const link = new PduLink(socket, linkOptions);
    connections.add(link);
    link.start(accept(link), "events");
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
        gone,
        sent,
        close: () => {
          server.close();
        },
        get accepted() {
          return counts.accepted;
        },
        get refused() {
          return counts.refused;
        },
        get overRate() {
          return counts.overRate;
        },
        get droppedUnread() {
          return counts.droppedUnread;
        },
        get brokeProtocol() {
          return counts.brokeProtocol;
        },
      });
    });
  });
}

/** Counts by fixed seconds: cheap, and at worst twice the limit within any one second. */
class ConnectionRate {
  #second = 0;
  #count = 0;

  constructor(private readonly perSecondMax: number) {}

  allows(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count++;
    return this.#count <= this.perSecondMax;
  }
}

export function addTo(totals: LinkTotals, link: LinkTotals): void {
  totals.pdusIn += link.pdusIn;
  totals.pdusOut += link.pdusOut;
  totals.bytesIn += link.bytesIn;
  totals.bytesOut += link.bytesOut;
}

function countEnd(counts: { droppedUnread: number; brokeProtocol: number }, reason: CloseReason): void {
  if (reason === "outbox-full") counts.droppedUnread++;
  else if (reason === "protocol-error") counts.brokeProtocol++;
}
