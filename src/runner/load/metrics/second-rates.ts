import type { LoadSnapshot, SecondCounts } from "../load-event.js";
import { perSecond } from "./metrics.js";

type SecondRates = Pick<
  LoadSnapshot,
  | "iterationsPerSecond"
  | "sentPerSecond"
  | "ackedPerSecond"
  | "deliveredPerSecond"
  | "pdusSentPerSecond"
  | "pdusReceivedPerSecond"
>;

export function ratesOf({ elapsedMs, ...counts }: SecondCounts): SecondRates {
  return {
    iterationsPerSecond: perSecond(counts.iterations, elapsedMs),
    sentPerSecond: perSecond(counts.sent, elapsedMs),
    ackedPerSecond: perSecond(counts.acked, elapsedMs),
    deliveredPerSecond: perSecond(counts.delivered, elapsedMs),
    pdusSentPerSecond: perSecond(counts.pdusSent, elapsedMs),
    pdusReceivedPerSecond: perSecond(counts.pdusReceived, elapsedMs),
  };
}

/** The same second of several processes: as long as the longest of them. */
export function addSecondCounts(all: readonly SecondCounts[]): SecondCounts {
  const sum = (read: (counts: SecondCounts) => number) => all.reduce((total, each) => total + read(each), 0);
  return {
    elapsedMs: Math.max(0, ...all.map(({ elapsedMs }) => elapsedMs)),
    iterations: sum(({ iterations }) => iterations),
    sent: sum(({ sent }) => sent),
    acked: sum(({ acked }) => acked),
    delivered: sum(({ delivered }) => delivered),
    pdusSent: sum(({ pdusSent }) => pdusSent),
    pdusReceived: sum(({ pdusReceived }) => pdusReceived),
  };
}
