/**
 * Longer than the second that servers count in, because a server's timer that is late makes its second longer.
 */
const WINDOW_MS = 1100;

/** Messages a second that a device can send for long under a server's limit. */
export function sustainablePerSecond(limit: number): number {
  return (limit * 1000) / WINDOW_MS;
}

/**
 * Keeps each device below the server's message limit (MSG-08) whatever the server's second begins with, so that a message
 * without an ack is the server's fault and not the plan's. A message counts from its sending until a window after its
 * ack: somewhere in between the server counted it.
 */
export class SendWindow {
  readonly #unacked: Int32Array;
  /** For each device a ring of its last `limit` acks' times. */
  readonly #ackedMs: Float64Array;
  readonly #ackNumber: Float64Array;

  /** `limit`: messages that the server takes from one connection in a second. */
  constructor(
    devices: number,
    private readonly limit: number,
  ) {
    this.#unacked = new Int32Array(devices);
    this.#ackedMs = new Float64Array(devices * limit).fill(Number.NEGATIVE_INFINITY);
    this.#ackNumber = new Float64Array(devices);
  }

  hasRoom(device: number, nowMs: number): boolean {
    const room = this.limit - (this.#unacked[device] as number);
    if (room <= 0) return false;
    // The room-th ack from the end: when even that one is recent, the window is full.
    const number = (this.#ackNumber[device] as number) - room;
    if (number < 0) return true;
    return nowMs - (this.#ackedMs[device * this.limit + (number % this.limit)] as number) >= WINDOW_MS;
  }

  sent(device: number): void {
    this.#unacked[device] = (this.#unacked[device] as number) + 1;
  }

  /** The message is acknowledged, or its ack given up. */
  settled(device: number, nowMs: number): void {
    this.#unacked[device] = (this.#unacked[device] as number) - 1;
    const number = this.#ackNumber[device] as number;
    this.#ackedMs[device * this.limit + (number % this.limit)] = nowMs;
    this.#ackNumber[device] = number + 1;
  }

  /** The connection is gone, and with it all that was counted on it. */
  forget(device: number): void {
    this.#unacked[device] = 0;
    this.#ackNumber[device] = 0;
  }
}
