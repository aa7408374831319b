import { createServer, type Server, type Socket } from "node:net";
import { type Address, formatAddress, type ListenAddress } from "./address.js";
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

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is in use",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "not allowed",
  ENOTFOUND: "there is no such host",
};

/** The address cannot be listened on. `code` is the system's: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`. */
export class ListenError extends Error {
  override readonly name = "ListenError";

  constructor(
    readonly code: string,
    readonly address: Address,
  ) {
    const reason = reasons[code];
    super(`cannot listen on ${formatAddress(address)}: ${reason === undefined ? code : `${reason} (${code})`}`);
  }
}

const CONNECTIONS_MAX = 20_000;
const BACKLOG = 4096;

/** Listens for PDU links; `accept` gives each its handler. @throws ListenError; nothing is listened on then */
export async function listen(
  { host, port, alsoOn }: ListenAddress,
  options: ListenOptions,
  accept: (link: PduLink) => LinkHandler,
): Promise<PduListener> {
  const first = await opened({ host, port });
  const address = { host, port: first.port };
  const listener = new PduListener(alsoOn === undefined ? address : { ...address, alsoOn }, options, accept);
  listener.add(first.server);
  try {
    for (const other of alsoOn ?? []) listener.add((await opened({ host: other, port: first.port })).server);
  } catch (error) {
    listener.close();
    throw error;
  }
  return listener;
}

/** Whoever awaits it is told before the first connection comes. */
function opened(address: Address): Promise<{ readonly server: Server; readonly port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true });
    // Of listening; later ones are of a connection that could not be accepted, and is gone.
    server.on("error", (error: NodeJS.ErrnoException) => reject(new ListenError(error.code ?? error.message, address)));
    server.listen({ host: address.host, port: address.port, backlog: BACKLOG }, () => {
      const bound = server.address();
      if (bound === null || typeof bound === "string") return reject(new ListenError("EADDRNOTAVAIL", address));
      resolve({ server, port: bound.port });
    });
  });
}

/** A port that is listened on, at one host or several, with the links that it has accepted. */
export class PduListener {
  /** Connections accepted so far. */
  accepted = 0;
  /** Connections turned away because connectionsMax was reached. */
  refused = 0;
  /** Connections turned away because connectionsPerSecondMax was reached. */
  overRate = 0;
  /** Links dropped because they did not read (FRM-15). */
  droppedUnread = 0;
  /** Links closed for what they sent (FRM-04 … FRM-06). */
  brokeProtocol = 0;
  /** What links that are gone have carried. */
  readonly gone: LinkTotals = { pdusIn: 0, pdusOut: 0, bytesIn: 0, bytesOut: 0 };
  readonly sent = new CommandCounts();
  readonly #connections = new Set<PduLink>();
  readonly #rate: ConnectionRate;
  readonly #connectionsMax: number;
  /** One for all links of the port, because there may be thousands. */
  readonly #linkOptions: LinkOptions;
  readonly #servers: Server[] = [];

  /** `address` has the port that the system chose when 0 was asked for. */
  constructor(
    readonly address: ListenAddress,
    options: ListenOptions,
    private readonly accept: (link: PduLink) => LinkHandler,
  ) {
    this.#connectionsMax = options.connectionsMax ?? CONNECTIONS_MAX;
    this.#rate = new ConnectionRate(options.connectionsPerSecondMax ?? Number.POSITIVE_INFINITY);
    this.#linkOptions = { ...options, sent: this.sent, onGone: (link, reason) => this.#gone(link, reason) };
  }

  add(server: Server): void {
    this.#servers.push(server);
    server.on("connection", (socket) => this.#came(socket));
  }

  get connections(): ReadonlySet<PduLink> {
    return this.#connections;
  }

  /** Stops accepting; open connections stay. */
  close(): void {
    for (const server of this.#servers) server.close();
  }

  #came(socket: Socket): void {
    const isOverRate = !this.#rate.allows(performance.now());
    if (isOverRate || this.#connections.size >= this.#connectionsMax) {
      if (isOverRate) this.overRate++;
      else this.refused++;
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    this.accepted++;
    const link = new PduLink(socket, this.#linkOptions);
    this.#connections.add(link);
    link.start(this.accept(link), "events");
  }

  #gone(link: PduLink, reason: CloseReason): void {
    this.#connections.delete(link);
    addTo(this.gone, link);
    if (reason === "outbox-full") this.droppedUnread++;
    else if (reason === "protocol-error") this.brokeProtocol++;
  }
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
