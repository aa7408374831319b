import type { Push, PushOutlet } from "./push-outlet.js";

const TIMEOUT_MS = 10_000;

/** POSTs each push as JSON; any answer but 2xx is a failure. */
export class WebhookOutlet implements PushOutlet {
  readonly #stopping = new AbortController();

  constructor(
    private readonly url: string,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  async deliver(push: Push): Promise<void> {
    const answer = await fetch(this.url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(push),
      signal: AbortSignal.any([AbortSignal.timeout(this.timeoutMs), this.#stopping.signal]),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
  }
}
