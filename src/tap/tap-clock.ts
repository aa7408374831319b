/** Time as a tap sees it; tests turn one by hand. */
export interface TapClock {
  /** Milliseconds from any beginning; never goes back. */
  nowMs(): number;
  /** Calls once, after so long; returns how to call it off. */
  after(delayMs: number, call: () => void): () => void;
}

export const systemClock: TapClock = {
  nowMs: () => performance.now(),
  after: (delayMs, call) => {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
