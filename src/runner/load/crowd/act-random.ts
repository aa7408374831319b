import type { Random } from "../../../scenarios/load/random.js";

const GOLDEN = 0x9e3779b9;

/**
 * The choices of one act follow from the run's seed, the user and the act's number, and from nothing else: who writes to
 * whom is the same however late acts are, and whichever process does them. So do those upon the arrival of a message.
 */
export class ActRandom implements Random {
  /** Of the act: mixed once something is drawn, which for most arrivals nothing is. */
  #begin = 0;
  #user = 0;
  #which = 0;
  #act = 0;
  #isMixed = false;
  #draws = 0;
  readonly #actSeed: number;
  readonly #arrivalSeed: number;

  constructor(seed: number) {
    this.#actSeed = mixed(seed);
    this.#arrivalSeed = mixed(~seed);
  }

  /** What is drawn from here on belongs to this act. Hot. */
  at(user: number, act: number): void {
    this.#belongTo(this.#actSeed, user, act);
  }

  /** What is drawn from here on belongs to the arrival at a device of what a user meant to send at that time, in µs since the start. Hot. */
  atArrival(device: number, fromUser: number, intendedUs: number): void {
    this.#belongTo(mixed(this.#arrivalSeed ^ device), fromUser, intendedUs);
  }

  next(): number {
    return this.#draw() / 0x1_0000_0000;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  #belongTo(begin: number, user: number, which: number): void {
    this.#begin = begin;
    this.#user = user;
    this.#which = which;
    this.#isMixed = false;
    this.#draws = 0;
  }

  #draw(): number {
    if (!this.#isMixed) {
      this.#act = mixed(mixed(this.#begin ^ this.#user) ^ this.#which);
      this.#isMixed = true;
    }
    this.#draws = (this.#draws + GOLDEN) | 0;
    return mixed(this.#act ^ this.#draws);
  }
}

/** murmur3's finalizer after a step that keeps 0 from staying 0. */
function mixed(value: number): number {
  let bits = (value + GOLDEN) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
