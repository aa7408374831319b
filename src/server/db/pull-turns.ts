import type { PduLink } from "../../net/pdu-link.js";
import { roomIn } from "../../net/room-in.js";

/** Even when all of them are of the largest answers, they fit into the outbox of a link between servers. */
const UNDER_WAY_MAX = 16;

/**
 * What one link asks for, a few at a time and in the order it came, and none while too much of what was answered waits to be
 * read: a request of some bytes may have an answer of megabytes, and many come together.
 */
export class PullTurns {
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #room: Promise<void> = Promise.resolve();

  constructor(private readonly link: PduLink) {}

  async take(pull: () => Promise<void>): Promise<void> {
    if (this.#underWay < UNDER_WAY_MAX) this.#underWay++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      this.#room = this.#room.then(() => roomIn(this.link));
      await this.#room;
      await pull();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay--;
      else next();
    }
  }
}
