import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream";
import { createGzip } from "node:zlib";
import type { OutputResult } from "../runner/load/load-result.js";
import type { Tags } from "../runner/load/metrics/metric-selector.js";
import { within } from "./deadline.js";
import { FLUSH_TIMEOUT_MS, type Output, type RunView } from "./output.js";
import { OutputTally } from "./output-tally.js";
import type { SampleFormat } from "./sample-format.js";

/** Text is collected up to here before it goes to the file. */
const CHUNK_CHARS = 64 << 10;
/** A disk that is slower than the run may lag behind by so much; what comes then is dropped, and counted. */
const PENDING_MAX_BYTES = 64 << 20;

/** Every sample in a file, compressed when its name ends in .gz. */
export class SampleFile implements Output {
  readonly #tally: OutputTally;
  readonly #file: Writable;
  readonly #ended: Promise<void>;
  #text = "";
  #samples = 0;
  #failure: string | undefined;

  /** `name` is for messages. The file is replaced. */
  constructor(
    name: string,
    path: string,
    private readonly format: SampleFormat,
    private readonly run: RunView,
  ) {
    this.#tally = new OutputTally(name, "samples", run.warn);
    const file = createWriteStream(path);
    const gzip = path.endsWith(".gz") ? createGzip() : undefined;
    this.#file = gzip ?? file;
    this.#ended = new Promise((resolve) => {
      const over = (error?: NodeJS.ErrnoException | null) => {
        if (error) this.#failure ??= `cannot be written (${error.code ?? error.message})`;
        resolve();
      };
      if (gzip === undefined) file.on("error", over).on("finish", () => over());
      else pipeline(gzip, file, over);
    });
    this.#file.write(format.head);
  }

  readonly onSample = (metric: string, value: number, tags: Tags): void => {
    this.#text += this.format.linesOf(metric, value, { ...this.run.tags, ...tags }, this.run.nowMs());
    this.#samples++;
    if (this.#text.length >= CHUNK_CHARS) this.onSecond();
  };

  onSecond(): void {
    if (this.#samples === 0) return;
    if (this.#failure !== undefined) {
      this.#tally.failed(this.#samples, this.#failure);
    } else if (this.#file.writableLength > PENDING_MAX_BYTES) {
      this.#tally.dropped(this.#samples, `the disk is ${PENDING_MAX_BYTES >> 20} MiB behind`);
    } else {
      this.#file.write(this.#text);
      this.#tally.sent += this.#samples;
    }
    this.#text = "";
    this.#samples = 0;
  }

  async close(): Promise<OutputResult> {
    this.onSecond();
    this.#file.end();
    if (!(await within(FLUSH_TIMEOUT_MS, this.#ended))) this.#failure ??= "the disk took too long for the last samples";
    if (this.#failure !== undefined) this.#tally.failed(0, this.#failure);
    return this.#tally.result();
  }
}
