import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { OutputResult } from "../runner/load/load-result.js";
import { FLUSH_TIMEOUT_MS, type Output, type RunView } from "./output.js";
import { OutputTally } from "./output-tally.js";
import { type PostRequest, post } from "./post.js";

const REQUEST_TIMEOUT_MS = 5000;
const REASON_MAX_CHARS = 200;

/**
 * Posts everything once a second. What is posted is cumulative, so nothing is kept for later: a batch that fails, or falls
 * into the time of one that is still under way, is made up for by the next.
 */
export class HttpPush implements Output {
  readonly #tally: OutputTally;
  readonly #agent: HttpAgent;
  readonly #nowMs: () => number;
  #underWay: Promise<void> | undefined;
  #lastMs = 0;

  /** `encode` makes a batch for a time in unix ms, which is later for each. A user and password in the URL are sent as Basic. */
  constructor(
    name: string,
    private readonly url: URL,
    run: Pick<RunView, "nowMs" | "warn">,
    private readonly encode: (timeMs: number) => PostRequest,
  ) {
    this.#tally = new OutputTally(name, "batches", run.warn);
    this.#nowMs = run.nowMs;
    this.#agent = new (url.protocol === "https:" ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
    // Code is compiled now rather than while the generator measures.
    encode(0);
  }

  onSecond(): void {
    if (this.#underWay !== undefined) {
      this.#tally.dropped(1, "it takes longer than a second to answer");
      return;
    }
    this.#underWay = this.#post(REQUEST_TIMEOUT_MS).finally(() => {
      this.#underWay = undefined;
    });
  }

  async close(): Promise<OutputResult> {
    const deadlineMs = this.#nowMs() + FLUSH_TIMEOUT_MS;
    await this.#underWay;
    await this.#post(Math.max(1, deadlineMs - this.#nowMs()));
    this.#agent.destroy();
    return this.#tally.result();
  }

  async #post(timeoutMs: number): Promise<void> {
    this.#lastMs = Math.max(this.#nowMs(), this.#lastMs + 1);
    const request = this.encode(this.#lastMs);
    try {
      const { status, text } = await post(this.url, request, this.#agent, AbortSignal.timeout(timeoutMs));
      if (status >= 200 && status < 300) this.#tally.sent++;
      else this.#tally.failed(1, `it answers ${status} ${firstLine(text)}`.trimEnd());
    } catch (error) {
      this.#tally.failed(1, reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it does not answer";
  // Several addresses of one name have an error each, and their sum has no message.
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}

/** What a server answers is not to be trusted with a terminal. */
function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").replaceAll(/[^\x20-\x7e]/g, "?").slice(0, REASON_MAX_CHARS);
}
