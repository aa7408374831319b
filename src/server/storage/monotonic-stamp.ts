/**
 * Times for one list that a client pulls with "greater than the last I have" (PUL-09). A second that was handed out is
 * over for this list: a change that follows gets a later one, ahead of the clock if need be. The lead is at most one
 * second for each pull that a change follows within one second, and melts as the clock goes on.
 */
export class MonotonicStamp {
  #handedOut = 0;

  next(nowSeconds: number): number {
    return Math.max(nowSeconds, this.#handedOut + 1);
  }

  handedOut(time: number): void {
    if (time > this.#handedOut) this.#handedOut = time;
  }
}
