import { counted, type Moment, perSecond } from "./serve-moment.js";

/** Seconds that are shown at most. */
const KEPT = 240;

/** PDUs a second over time, at the ports of msg_servers; where none runs here, at all ports. */
export class RateHistory {
  readonly in: number[] = [];
  readonly out: number[] = [];

  add(now: Moment, before: Moment | undefined): void {
    if (before === undefined) return;
    const per = perSecond(now.atMs, before.atMs);
    for (const [kept, counter] of [
      [this.in, "pdusIn"],
      [this.out, "pdusOut"],
    ] as const) {
      kept.push(per(counted(inFront(now), counter), counted(inFront(before), counter)));
      if (kept.length > KEPT) kept.shift();
    }
  }
}

function inFront({ roles }: Moment) {
  const front = roles.filter(({ role }) => role === "msg");
  return front.length === 0 ? roles : front;
}
