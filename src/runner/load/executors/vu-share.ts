import { isOwn, ownCount, type Segment, wholeRun } from "../segment.js";

/**
 * The part of one executor's virtual users and iterations that this process has. As with k6's execution segments every
 * process knows the whole plan and takes its own of it, so that the parts add up to the whole exactly. VUs are dealt out in
 * turn over all scenarios, iterations over the executor's VUs.
 */
export class VuShare {
  /** VUs that are here. */
  readonly count: number;
  readonly #before: number;
  readonly #segment: Segment;

  constructor(
    /** VUs of all processes together. */
    private readonly vus: number,
    /** Number of the first one among those of all scenarios. */
    private readonly firstVu = 0,
    { index, count }: Pick<Segment, "index" | "count"> = wholeRun,
  ) {
    // Of VUs, not of the users that each of them has.
    this.#segment = { index, count };
    this.#before = ownCount(firstVu, this.#segment);
    this.count = this.countBelow(vus);
  }

  /** Of the first so many VUs, those that are here: the first ones of ours. */
  countBelow(vus: number): number {
    return ownCount(this.firstVu + Math.min(vus, this.vus), this.#segment) - this.#before;
  }

  /** Of the first so many iterations, those that are here. */
  iterationsBelow(iterations: number): number {
    return Math.floor(iterations / this.vus) * this.count + this.countBelow(iterations % this.vus);
  }

  /** The first iteration from this one on that is here; Infinity when none is. */
  iterationFrom(iteration: number): number {
    if (this.count === 0) return Number.POSITIVE_INFINITY;
    let next = iteration;
    while (!isOwn(this.firstVu + (next % this.vus), this.#segment)) next++;
    return next;
  }
}
