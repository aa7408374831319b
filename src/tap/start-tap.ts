import { connect, createServer, type Server, type Socket } from "node:net";
import type { StreamDirection } from "../codec/capture/tcp-connections.js";
import { serverLimits } from "../codec/pdu-header.js";
import { BodyJsonError } from "../codec/record/body-json.js";
import type { FieldTextOptions } from "../codec/record/field-text.js";
import { type Address, formatAddress } from "../net/address.js";
import { ListenError } from "../net/listen.js";
import { breakOff } from "./break-off.js";
import { parseRule } from "./parse-rule.js";
import { type RuleCounts, RuleSet } from "./rule-set.js";
import { systemClock, type TapClock } from "./tap-clock.js";
import { type ConnectionOptions, TapConnection } from "./tap-connection.js";
import type { FlowCounts } from "./tap-flow.js";
import type { TapObserver } from "./tap-observer.js";
import type { TapRule } from "./tap-rule.js";

export interface TapOptions {
  /** Port 0: a free one. */
  readonly listen: Address;
  /** One upstream, or several that connections go to in turn; one that cannot be reached is passed over. */
  readonly to: Address | readonly Address[];
  /** As text (`drop command=CID_MSG_DATA dir=s2c nth=3`) or parsed. None: everything passes as it is. */
  readonly rules?: readonly (string | TapRule)[];
  /** Numbers in [0, 1) for `probability` and ranges; the same ones give the same run. Without it these act always and lowest. */
  readonly random?: () => number;
  readonly observer?: TapObserver;
  readonly connectionsMax?: number;
  readonly connectTimeoutMs?: number;
  /** What one direction of a connection may hold for a receiver that does not read, before its sender is held back too. */
  readonly bufferMaxBytes?: number;
  /** Longer PDUs are not held until they are whole: they pass, and no rule sees them. */
  readonly holdMaxBytes?: number;
  /** How `text:` and `@file` in rules are read. */
  readonly fieldText?: FieldTextOptions;
  readonly clock?: TapClock;
  /** Numbers connections; from 1 unless several taps share one counter. */
  readonly nextConnectionId?: () => number;
}

export interface TapCounts {
  /** Connections opened so far, and those open now. */
  readonly connections: number;
  readonly open: number;
  /** Clients that no upstream could be reached for, or that were more than connectionsMax. */
  readonly refused: number;
  readonly c2s: Readonly<FlowCounts>;
  readonly s2c: Readonly<FlowCounts>;
  readonly rules: readonly RuleCounts[];
}

export interface Tap {
  /** With the port that the system chose when 0 was asked for. */
  readonly address: Address;
  counts(): TapCounts;
  /** Stops listening and breaks off what is open; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

const CONNECTIONS_MAX = 10_000;
const CONNECT_TIMEOUT_MS = 5000;
const BUFFER_MAX_BYTES = 1 << 20;
/** Well above what a socket itself buffers, so that "drain" always follows a full buffer. */
const BUFFER_MIN_BYTES = 256 * 1024;
const HOLD_MAX_BYTES = 4 << 20;
const BACKLOG = 1024;

const directions = ["c2s", "s2c"] as const;

const noFiles: FieldTextOptions = {
  readFile: (path) => {
    throw new BodyJsonError(`@${path}: files cannot be read here`);
  },
};

/**
 * A transparent proxy in front of any server of the protocol. Bytes that are no PDUs pass untouched; rules change the rest.
 * @throws RuleError, ListenError
 */
export async function startTap(options: TapOptions): Promise<Tap> {
  const running = new RunningTap(options);
  await running.listen();
  return running;
}

class RunningTap implements Tap {
  readonly #rules: RuleSet;
  readonly #upstreams: readonly Address[];
  readonly #connections = new Set<TapConnection>();
  /** Clients whose upstream is being dialled. */
  readonly #waiting = new Set<Socket>();
  readonly #server: Server;
  readonly #flows = { c2s: newFlowCounts(), s2c: newFlowCounts() };
  #opened = 0;
  #refused = 0;
  #turn = 0;
  /** Nothing of any connection leaves before, also of those that are opened meanwhile. */
  readonly #stalledUntilMs = { c2s: 0, s2c: 0 };
  readonly #clock: TapClock;
  #isStopped = false;
  address: Address;

  constructor(private readonly options: TapOptions) {
    const fieldText = options.fieldText ?? noFiles;
    const rules = (options.rules ?? []).map((rule) => (typeof rule === "string" ? parseRule(rule, fieldText) : rule));
    this.#rules = new RuleSet(rules, options.random ?? (() => 0), fieldText);
    this.#upstreams = [options.to].flat();
    this.#clock = options.clock ?? systemClock;
    this.address = options.listen;
    const socketOptions = { allowHalfOpen: true, pauseOnConnect: true };
    this.#server = createServer(socketOptions, (client) => void this.#accept(client));
  }

  listen(): Promise<void> {
    const { host, port } = this.options.listen;
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) =>
        reject(new ListenError(error.code ?? error.message, this.options.listen)),
      );
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.address = { host, port: (this.#server.address() as { port: number }).port };
        resolve();
      });
    });
  }

  counts(): TapCounts {
    return {
      connections: this.#opened,
      open: this.#connections.size,
      refused: this.#refused,
      c2s: { ...this.#flows.c2s },
      s2c: { ...this.#flows.s2c },
      rules: this.#rules.counts(),
    };
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    for (const client of this.#waiting) client.destroy();
    for (const connection of [...this.#connections]) connection.stop();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #accept(client: Socket): Promise<void> {
    // For good: a socket may report an error at any time, which must not become an uncaught one.
    client.on("error", () => {});
    const isTooMany = this.#connections.size + this.#waiting.size >= (this.options.connectionsMax ?? CONNECTIONS_MAX);
    if (isTooMany || this.#isStopped || client.remotePort === undefined) return this.#refuse(client);
    this.#waiting.add(client);
    const upstream = await this.#reach(client);
    this.#waiting.delete(client);
    if (upstream === undefined || this.#isStopped || client.destroyed) {
      upstream?.destroy();
      return this.#refuse(client);
    }
    this.#join(client, upstream);
  }

  #refuse(client: Socket): void {
    this.#refused++;
    breakOff(client);
  }

  #join(client: Socket, upstream: Socket): void {
    this.#opened++;
    const info = {
      id: this.options.nextConnectionId?.() ?? this.#opened,
      client: endOf(client.remoteAddress, client.remotePort),
      listen: endOf(client.localAddress, client.localPort),
      local: endOf(upstream.localAddress, upstream.localPort),
      upstream: endOf(upstream.remoteAddress, upstream.remotePort),
    };
    this.options.observer?.onOpen?.(info);
    const connection = new TapConnection(info, client, upstream, this.#connectionOptions());
    this.#connections.add(connection);
    for (const direction of directions)
      connection.stall(this.#stalledUntilMs[direction] - this.#clock.nowMs(), direction);
  }

  #stallAll(durationMs: number, only: StreamDirection | undefined): void {
    for (const direction of directions) {
      if (only !== undefined && only !== direction) continue;
      const untilMs = this.#clock.nowMs() + durationMs;
      this.#stalledUntilMs[direction] = Math.max(this.#stalledUntilMs[direction], untilMs);
      for (const each of this.#connections) each.stall(durationMs, direction);
    }
  }

  #connectionOptions(): ConnectionOptions {
    const { options } = this;
    return {
      limits: serverLimits,
      holdMaxBytes: options.holdMaxBytes ?? HOLD_MAX_BYTES,
      bufferMaxBytes: Math.max(BUFFER_MIN_BYTES, options.bufferMaxBytes ?? BUFFER_MAX_BYTES),
      rules: this.#rules,
      clock: this.#clock,
      observer: options.observer ?? {},
      counts: this.#flows,
      onStallAll: (durationMs, direction) => this.#stallAll(durationMs, direction),
      onClose: (connection) => {
        this.#connections.delete(connection);
        this.#rules.forget(connection.info.id);
      },
    };
  }

  /** The next upstream in turn, or the one after it when that cannot be reached. */
  async #reach(client: Socket): Promise<Socket | undefined> {
    const first = this.#turn++;
    let reason = "";
    for (let tried = 0; tried < this.#upstreams.length; tried++) {
      const address = this.#upstreams[(first + tried) % this.#upstreams.length] as Address;
      const reached = await dialRaw(address, this.options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
      if (typeof reached !== "string") return reached;
      reason = `${formatAddress(address)}: ${reached}`;
      if (client.destroyed || this.#isStopped) return undefined;
    }
    this.options.observer?.onUnreachable?.(endOf(client.remoteAddress, client.remotePort), this.#upstreams, reason);
    return undefined;
  }
}

/** A connected socket, not reading yet; or the reason why there is none. */
function dialRaw({ host, port }: Address, timeoutMs: number): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.pause();
    const fail = (code: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(code);
    };
    const timer = setTimeout(() => fail("ETIMEDOUT"), timeoutMs);
    socket.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}

function newFlowCounts(): FlowCounts {
  return { bytesReceived: 0, bytesSent: 0, pdus: 0, longPdus: 0, unframed: 0 };
}

function endOf(host: string | undefined, port: number | undefined): Address {
  return { host: (host ?? "").replace(/^::ffff:(?=\d+\.)/i, ""), port: port ?? 0 };
}
