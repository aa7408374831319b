import { connect, createServer, type Server, type Socket } from "node:net";
import { startTap, type Tap, type TapOptions } from "../../src/tap/start-tap.js";
import type { CloseKind, TapObserver, TappedPdu } from "../../src/tap/tap-observer.js";

const DEADLINE_MS = 5000;
const loopback = { host: "127.0.0.1", port: 0 };

/** One end of a tapped connection: what it has received, and how it ended. */
export class TappedEnd {
  received = Buffer.alloc(0);
  ended = false;
  closed: "no" | "cleanly" | "reset" = "no";
  /** Sizes of the reads. */
  readonly chunks: number[] = [];

  constructor(
    readonly socket: Socket,
    private readonly bench: TappedPair,
  ) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.chunks.push(chunk.length);
      bench.wake();
    });
    socket.on("end", () => {
      this.ended = true;
      bench.wake();
    });
    socket.on("error", () => {});
    socket.on("close", (hadError: boolean) => {
      this.closed = hadError || !this.ended ? "reset" : "cleanly";
      bench.wake();
    });
  }

  /** What has come, once it is this long. */
  async bytes(length: number): Promise<Buffer> {
    await this.bench.until(() => this.received.length >= length, `${length} bytes`);
    return this.received;
  }

  untilEnd(): Promise<void> {
    return this.bench.until(() => this.ended, "the end");
  }

  untilClosed(): Promise<void> {
    return this.bench.until(() => this.closed !== "no", "the connection to close");
  }
}

/** A tap with a server behind it that a test plays itself. */
export class TappedPair {
  readonly pdus: TappedPdu[] = [];
  readonly closings: CloseKind[] = [];
  readonly unframed: string[] = [];
  readonly accepted: TappedEnd[] = [];
  tap!: Tap;
  readonly #servers: Server[] = [];
  readonly #ends: TappedEnd[] = [];
  readonly #waiters = new Set<() => void>();

  static async start(options: Partial<TapOptions> = {}, observer: TapObserver = {}): Promise<TappedPair> {
    const pair = new TappedPair();
    const to = options.to ?? (await pair.serve());
    pair.tap = await startTap({
      listen: loopback,
      ...options,
      to,
      observer: {
        ...observer,
        onPdu: (pdu) => {
          pair.pdus.push(pdu);
          observer.onPdu?.(pdu);
          pair.wake();
        },
        onOpen: () => pair.wake(),
        onUnframed: (_, direction, offset) => {
          pair.unframed.push(`${direction} ${offset}`);
          pair.wake();
        },
        onClose: (connection, how) => {
          pair.closings.push(how);
          observer.onClose?.(connection, how);
          pair.wake();
        },
      },
    });
    return pair;
  }

  /** Another server of the test's. */
  async serve(): Promise<{ host: string; port: number }> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const end = new TappedEnd(socket, this);
      this.#ends.push(end);
      this.accepted.push(end);
      this.wake();
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { host: "127.0.0.1", port: (server.address() as { port: number }).port };
  }

  /** A client through the tap, and the server's end of it. */
  async connect(): Promise<{ client: TappedEnd; server: TappedEnd }> {
    const before = this.accepted.length;
    const client = this.dial();
    await this.until(() => this.accepted.length > before, "the server to be reached");
    return { client, server: this.accepted[before] as TappedEnd };
  }

  dial(): TappedEnd {
    const { host, port } = this.tap.address;
    const client = new TappedEnd(connect({ host, port, allowHalfOpen: true }), this);
    this.#ends.push(client);
    return client;
  }

  wake(): void {
    for (const look of [...this.#waiters]) look();
  }

  until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no sign of ${what} in ${DEADLINE_MS} ms`))),
        DEADLINE_MS,
      );
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiters.delete(look);
        settle();
      };
      const look = () => {
        if (holds()) finish(resolve);
      };
      this.#waiters.add(look);
      look();
    });
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#ends) socket.destroy();
    await this.tap.stop();
    for (const server of this.#servers) server.close();
  }
}
