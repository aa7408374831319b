/** What a device that comes online waits for, one after the other. */
type StartWait = "connections" | "answers to logins" | "answers to pulls";

/** A server that is well answers sooner, and nobody needs to be told. */
const WORTH_TELLING_MS = 500;

/** Devices on their way online: what each waits for, and since when. */
export class StartWaits {
  /** By device, those first that have waited longest. */
  readonly #waits = new Map<number, { readonly what: StartWait; readonly sinceMs: number }>();

  begin(device: number, what: StartWait, nowMs: number): void {
    this.#waits.delete(device);
    this.#waits.set(device, { what, sinceMs: nowMs });
  }

  end(device: number): void {
    this.#waits.delete(device);
  }

  get devices(): readonly number[] {
    return [...this.#waits.keys()];
  }

  /** What is waited for longest, and by how many devices; empty while that is not long. */
  textAt(nowMs: number): string {
    const waits = [...this.#waits.values()];
    const [first] = waits;
    if (first === undefined || nowMs - first.sinceMs < WORTH_TELLING_MS) return "";
    const devices = waits.filter(({ what }) => what === first.what).length;
    return `waiting for ${first.what}: ${devices}, for up to ${((nowMs - first.sinceMs) / 1000).toFixed(1)} s`;
  }
}
