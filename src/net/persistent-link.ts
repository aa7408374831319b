import type { Address } from "./address.js";
import { dial } from "./dial.js";
import type { CloseReason, LinkOptions, PduLink } from "./pdu-link.js";

/** Waits before each new attempt after a loss, then from the start again (protocol.md, RTE-11). */
export const defaultRedialDelaysMs: readonly number[] = [4000, 8000, 16000, 32000, 64000];

export interface PersistentLinkOptions extends LinkOptions {
  readonly redialDelaysMs?: readonly number[];
  readonly connectTimeoutMs?: number;
}

export interface PersistentLinkHandler {
  onOpen(link: PduLink): void;
  onPdu(link: PduLink, bytes: Buffer, start: number, end: number): void;
  /** The link was lost; it is dialled again after a delay. */
  onClose(link: PduLink, reason: CloseReason): void;
  /** An attempt failed; the next one follows in `retryInMs`. */
  onUnreachable?(error: Error, retryInMs: number): void;
}

/** A link to another server that is dialled again, with back-off, whenever it is lost. */
export class PersistentLink {
  #link: PduLink | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempts = 0;
  #nextDialMs: number | undefined;
  #running = false;
  #dialling: AbortController | undefined;

  constructor(
    readonly address: Address,
    private readonly options: PersistentLinkOptions,
    private readonly handler: PersistentLinkHandler,
  ) {}

  get link(): PduLink | undefined {
    return this.#link;
  }

  get isOpen(): boolean {
    return this.#link?.isOpen ?? false;
  }

  /** When it is dialled again, by performance.now(); `undefined` while it is open or being dialled. */
  get nextDialMs(): number | undefined {
    return this.#nextDialMs;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#dial();
  }

  /** Closes the link after flushing it, and dials no more. */
  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#dialling?.abort();
    this.#link?.close();
  }

  async #dial(): Promise<void> {
    this.#dialling = new AbortController();
    this.#nextDialMs = undefined;
    try {
      const link = await dial(
        this.address,
        { ...this.options, signal: this.#dialling.signal },
        {
          onPdu: (from, bytes, start, end) => this.handler.onPdu(from, bytes, start, end),
          onClose: (from, reason) => this.#lost(from, reason),
        },
      );
      if (!this.#running) return link.destroy();
      this.#link = link;
      this.#attempts = 0;
      this.handler.onOpen(link);
    } catch (error) {
      if (!this.#running) return;
      const retryInMs = this.#redialLater();
      this.handler.onUnreachable?.(error as Error, retryInMs);
    }
  }

  #lost(link: PduLink, reason: CloseReason): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.handler.onClose(link, reason);
    if (this.#running) this.#redialLater();
  }

  #redialLater(): number {
    const delays = this.options.redialDelaysMs ?? defaultRedialDelaysMs;
    const delayMs = delays[this.#attempts++ % delays.length] as number;
    this.#nextDialMs = performance.now() + delayMs;
    this.#timer = setTimeout(() => void this.#dial(), delayMs);
    return delayMs;
  }
}
