import { setImmediate as nextTurn } from "node:timers/promises";
import type { IMMsgData } from "../../../codec/generated/messages.js";
import type { Storage } from "../../storage/storage.js";

/**
 * MSG-02, as the original servers: each of several threads that find no relation of a pair makes one, each with a sequence
 * of its own that starts at 1; only the messages of one of them are found again.
 */
export class FirstContacts {
  /** How many messages are on their way between a pair that has never spoken. */
  readonly #underWay = new Map<string, number>();

  /** Returns the id to ack with. */
  async store(
    { messages }: Storage,
    { from_user_id, to_session_id }: IMMsgData,
    append: () => Promise<number>,
  ): Promise<number> {
    if ((await messages.latestId(from_user_id, { kind: 1, id: to_session_id })) > 0) return append();
    const pair = [from_user_id, to_session_id].sort((a, b) => a - b).join();
    const earlier = this.#underWay.get(pair) ?? 0;
    this.#underWay.set(pair, earlier + 1);
    // The time that a thread of the original takes to make its relation; the others look for one meanwhile.
    await nextTurn();
    if (this.#underWay.get(pair) === earlier + 1) this.#underWay.delete(pair);
    const isLost = earlier % 2 === 1;
    return isLost ? Math.ceil(earlier / 2) : append();
  }
}
