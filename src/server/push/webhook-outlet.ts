import { percentDecoded } from "../storage/sql/percent-decoded.js";
import { type Push, type PushOutlet, PushTooOldError } from "./push-outlet.js";

const TIMEOUT_MS = 10_000;
/** Each has a connection of its own; further ones wait for one that is done. */
const AT_ONCE_MAX = 64;
const WAIT_MAX_MS = 60_000;

/** POSTs each push as JSON; any answer but 2xx is a failure. A name and password in the URL go as Basic authentication. */
export class WebhookOutlet implements PushOutlet {
  readonly #stopping = new AbortController();
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  /** The longest first. */
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  constructor(
    url: string,
    private readonly timeoutMs = TIMEOUT_MS,
    /** For one of the places; a post has its own time. */
    private readonly waitMaxMs = WAIT_MAX_MS,
  ) {
    this.#url = new URL(url);
    const [user, password] = [this.#url.username, this.#url.password].map((text) => percentDecoded(text) ?? text);
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    this.#headers = {
      "Content-Type": "application/json",
      ...(this.#url.username === "" ? {} : { Authorization: authorization }),
    };
    // Nobody may fetch such a URL, and whoever says so says the password.
    this.#url.username = "";
    this.#url.password = "";
  }

  async deliver(push: Push): Promise<void> {
    if (this.#underWay === AT_ONCE_MAX) await this.#place();
    else this.#underWay++;
    try {
      await this.#post(push);
    } finally {
      // Whoever waits takes this one's place.
      const [next] = this.#waiting;
      if (next === undefined) this.#underWay--;
      else next();
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
  }

  /** @throws PushTooOldError */
  #place(): Promise<void> {
    return new Promise((resolve, reject) => {
      const taken = () => {
        clearTimeout(timer);
        this.#waiting.delete(taken);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(taken);
        reject(new PushTooOldError(this.waitMaxMs));
      }, this.waitMaxMs);
      this.#waiting.add(taken);
    });
  }

  async #post(push: Push): Promise<void> {
    const answer = await fetch(this.#url, {
      method: "POST",
      headers: this.#headers,
      body: JSON.stringify(push),
      signal: AbortSignal.any([AbortSignal.timeout(this.timeoutMs), this.#stopping.signal]),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
  }
}
