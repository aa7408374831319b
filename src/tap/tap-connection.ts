import type { Socket } from "node:net";
import type { StreamDirection } from "../codec/capture/tcp-connections.js";
import { breakOff } from "./break-off.js";
import type { RuleSet, Verdict } from "./rule-set.js";
import { type FlowOptions, TapFlow } from "./tap-flow.js";
import type { CloseKind, TappedConnection } from "./tap-observer.js";

export interface ConnectionOptions extends Omit<FlowOptions, "onStall" | "onCut" | "counts"> {
  readonly counts: { readonly c2s: FlowOptions["counts"]; readonly s2c: FlowOptions["counts"] };
  readonly rules: RuleSet;
  /** A rule stalls every connection: both ways, or one direction. */
  readonly onStallAll: (durationMs: number, direction: StreamDirection | undefined) => void;
  readonly onClose: (connection: TapConnection) => void;
}

/** A client and an upstream, joined. A half-close passes through; a reset of one side resets the other. */
export class TapConnection {
  readonly #flows: readonly [TapFlow, TapFlow];
  #open = 2;
  #isOver = false;

  constructor(
    readonly info: TappedConnection,
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly options: ConnectionOptions,
  ) {
    const flowOptions = {
      ...options,
      onStall: (flow: TapFlow, stall: NonNullable<Verdict["stall"]>) => this.#stalled(flow, stall),
      onCut: (how: "reset" | "close") => this.#cut(how),
    };
    this.#watch(client, upstream, "client-reset");
    this.#watch(upstream, client, "server-reset");
    const { c2s, s2c } = options.counts;
    this.#flows = [
      new TapFlow(info, "c2s", client, upstream, { ...flowOptions, counts: c2s }),
      new TapFlow(info, "s2c", upstream, client, { ...flowOptions, counts: s2c }),
    ];
    client.resume();
    upstream.resume();
  }

  stall(durationMs: number, direction?: StreamDirection): void {
    for (const flow of this.#flows) {
      if (direction === undefined || flow.direction === direction) flow.stall(durationMs);
    }
  }

  /** Breaks both sides off. */
  stop(): void {
    this.#over("stopped");
    breakOff(this.client);
    breakOff(this.upstream);
  }

  #watch(socket: Socket, other: Socket, kind: CloseKind): void {
    socket.setNoDelay(true);
    socket.on("close", (hadError: boolean) => {
      this.#open--;
      // A socket that is gone without having ended its reading was reset, by whatever error.
      if (hadError || !socket.readableEnded) {
        this.#over(kind);
        breakOff(other);
      } else if (this.#open === 0) this.#over("ended");
    });
  }

  #stalled(flow: TapFlow, { durationMs, scope, bothWays }: NonNullable<Verdict["stall"]>): void {
    const direction = bothWays ? undefined : flow.direction;
    if (scope === "all") this.options.onStallAll(durationMs, direction);
    else this.stall(durationMs, direction);
  }

  #cut(how: "reset" | "close"): void {
    this.#over("cut");
    for (const socket of [this.client, this.upstream]) {
      if (how === "reset") breakOff(socket);
      else socket.destroySoon();
    }
  }

  #over(kind: CloseKind): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const flow of this.#flows) flow.close();
    this.options.observer.onClose?.(this.info, kind);
    this.options.onClose(this);
  }
}
