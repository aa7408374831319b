/**
 * Messages that one connection was given and has not confirmed with 0x0302 (MSG-13), by counting alone: what was given
 * before the last look and is not confirmed at the next one counts as missed.
 */
export class UnconfirmedMessages {
  delivered = 0;
  #confirmed = 0;
  #deliveredAtLastLook = 0;

  get count(): number {
    return this.delivered - this.#confirmed;
  }

  /** More than was given is not believed. */
  confirm(): void {
    if (this.#confirmed < this.delivered) this.#confirmed++;
  }

  /** Called every 15 s; returns how many are missed since the last time, which are not waited for any more. */
  look(): number {
    const missed = Math.max(0, this.#deliveredAtLastLook - this.#confirmed);
    this.#confirmed += missed;
    this.#deliveredAtLastLook = this.delivered;
    return missed;
  }
}
