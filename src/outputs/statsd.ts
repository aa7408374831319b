import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Address } from "../net/address.js";
import type { OutputResult } from "../runner/load/load-result.js";
import type { Tags } from "../runner/load/metrics/metric-selector.js";
import { within } from "./deadline.js";
import { FLUSH_TIMEOUT_MS, type Output, type RunView } from "./output.js";
import { OutputTally } from "./output-tally.js";
import { statsdLine } from "./statsd-line.js";

/** What goes through Ethernet in one piece, whatever is around it. */
const DATAGRAM_MAX_BYTES = 1432;
/** Datagrams that the system has not taken yet; what comes then is dropped, and counted. */
const PENDING_MAX_DATAGRAMS = 4096;

/** Sends every sample to a StatsD server over UDP, lines gathered into datagrams. */
export class Statsd implements Output {
  readonly #tally: OutputTally;
  readonly #counts = new Map<string, { readonly metric: string; readonly tags: Tags; count: number }>();
  #lines = "";
  #bytes = 0;
  #pending = 0;
  #idle: () => void = () => {};

  private constructor(
    name: string,
    private readonly socket: Socket,
    private readonly run: RunView,
    private readonly hasTags: boolean,
  ) {
    this.#tally = new OutputTally(name, "datagrams", run.warn);
    // Nobody listens there: the answer comes with a later datagram.
    socket.on("error", (error) => this.#tally.failed(0, error.message));
  }

  /** `hasTags`: lines end in DogStatsD's tags. @throws Error when the name cannot be resolved */
  static async connect(name: string, { host, port }: Address, run: RunView, hasTags: boolean): Promise<Statsd> {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.connect(port, host);
    await once(socket, "connect");
    return new Statsd(name, socket, run, hasTags);
  }

  /** Counters are added up for a second, because a sum is all that a server makes of them. */
  readonly onSample = (metric: string, value: number, sampleTags: Tags): void => {
    const tags = this.hasTags ? { ...this.run.tags, ...sampleTags } : {};
    const type = this.run.kindOf(metric)?.type ?? "gauge";
    if (type !== "counter") {
      this.#add(statsdLine(metric, type, value, tags));
      return;
    }
    const key = `${metric} ${JSON.stringify(tags)}`;
    const sum = this.#counts.get(key);
    if (sum === undefined) this.#counts.set(key, { metric, tags, count: value });
    else sum.count += value;
  };

  onSecond(): void {
    for (const { metric, tags, count } of this.#counts.values()) this.#add(statsdLine(metric, "counter", count, tags));
    this.#counts.clear();
    this.#send();
  }

  async close(): Promise<OutputResult> {
    this.onSecond();
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
      if (this.#pending === 0) resolve();
    });
    if (!(await within(FLUSH_TIMEOUT_MS, idle))) this.#tally.failed(this.#pending, "the last datagrams did not leave");
    this.socket.close();
    return this.#tally.result();
  }

  #add(line: string): void {
    const bytes = Buffer.byteLength(line) + 1;
    if (this.#bytes + bytes > DATAGRAM_MAX_BYTES) this.#send();
    this.#lines += `${line}\n`;
    this.#bytes += bytes;
  }

  #send(): void {
    if (this.#bytes === 0) return;
    const lines = this.#lines;
    this.#lines = "";
    this.#bytes = 0;
    if (this.#pending >= PENDING_MAX_DATAGRAMS) {
      this.#tally.dropped(1, `${PENDING_MAX_DATAGRAMS} datagrams wait to be sent`);
      return;
    }
    this.#pending++;
    this.socket.send(lines, (error) => {
      this.#pending--;
      if (error === null) this.#tally.sent++;
      else this.#tally.failed(1, error.message);
      if (this.#pending === 0) this.#idle();
    });
  }
}
