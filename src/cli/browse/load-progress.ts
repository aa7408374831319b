import type { Host } from "../host.js";

const FIRST_AFTER_MS = 1000;
const INTERVAL_MS = 100;

/** A line on stderr that tells how far reading has come, for what takes longer than a second. */
export class LoadProgress {
  readonly #startedMs = performance.now();
  #shownMs = 0;
  #isShown = false;

  constructor(private readonly host: Host) {}

  show(readBytes: number, fileBytes: number, rows: number): void {
    const nowMs = performance.now();
    if (nowMs - this.#startedMs < FIRST_AFTER_MS || nowMs - this.#shownMs < INTERVAL_MS) return;
    this.#shownMs = nowMs;
    this.#isShown = true;
    const percent = fileBytes === 0 ? 100 : Math.floor((readBytes / fileBytes) * 100);
    this.host.stderr.write(`\rreading: ${percent} %, ${rows} PDUs\u001b[K`);
  }

  end(): void {
    if (this.#isShown) this.host.stderr.write("\r\u001b[K");
    this.#isShown = false;
  }
}
